/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a failure means to a person and to a script: message, next step, exit status. The one place
 * that turns a GError into a number. Main thread. Must not decide whether something is a failure.
 */

#include "failure.h"

#include "gvt-error.h"
#include "terminal.h"

#include <unistd.h>

static const GvtExitStatus service_statuses[] = {
  [GVT_ERROR_FAILED] = GVT_EXIT_FAILED,
  [GVT_ERROR_INVALID_ARGUMENT] = GVT_EXIT_USAGE,
  [GVT_ERROR_NOT_FOUND] = GVT_EXIT_NOT_FOUND,
  [GVT_ERROR_ALREADY_EXISTS] = GVT_EXIT_FAILED,
  [GVT_ERROR_NO_CAPACITY] = GVT_EXIT_NO_CAPACITY,
  [GVT_ERROR_BUSY] = GVT_EXIT_BUSY,
  [GVT_ERROR_NOT_SUPPORTED] = GVT_EXIT_FAILED,
  [GVT_ERROR_NOT_AUTHORIZED] = GVT_EXIT_NOT_AUTHORIZED,
  [GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN] = GVT_EXIT_NOT_AUTHORIZED,
  [GVT_ERROR_NOT_AUTHORIZED_DISMISSED] = GVT_EXIT_NOT_AUTHORIZED,
  /* Only a domain can be in the way, or change meanwhile. */
  [GVT_ERROR_CONFLICT] = GVT_EXIT_DOMAIN,
  /* The quota is used up: to a script the same as a full GPU, it can have no more for now. */
  [GVT_ERROR_LIMIT_EXCEEDED] = GVT_EXIT_NO_CAPACITY,
  [GVT_ERROR_LIBVIRT] = GVT_EXIT_DOMAIN,
};

G_STATIC_ASSERT (G_N_ELEMENTS (service_statuses) == GVT_ERROR_LIBVIRT + 1);

static GvtExitStatus
bus_status (int code)
{
  switch (code) {
  case G_DBUS_ERROR_SERVICE_UNKNOWN:
  case G_DBUS_ERROR_NAME_HAS_NO_OWNER:
  case G_DBUS_ERROR_NO_REPLY:
  case G_DBUS_ERROR_NO_SERVER:
  case G_DBUS_ERROR_NO_NETWORK:
  case G_DBUS_ERROR_BAD_ADDRESS:
  case G_DBUS_ERROR_DISCONNECTED:
  case G_DBUS_ERROR_TIMEOUT:
  case G_DBUS_ERROR_TIMED_OUT:
  case G_DBUS_ERROR_SPAWN_EXEC_FAILED:
  case G_DBUS_ERROR_SPAWN_FORK_FAILED:
  case G_DBUS_ERROR_SPAWN_CHILD_EXITED:
  case G_DBUS_ERROR_SPAWN_CHILD_SIGNALED:
  case G_DBUS_ERROR_SPAWN_FAILED:
  case G_DBUS_ERROR_SPAWN_SETUP_FAILED:
  case G_DBUS_ERROR_SPAWN_CONFIG_INVALID:
  case G_DBUS_ERROR_SPAWN_SERVICE_INVALID:
  case G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND:
  case G_DBUS_ERROR_SPAWN_PERMISSIONS_INVALID:
  case G_DBUS_ERROR_SPAWN_FILE_INVALID:
    return GVT_EXIT_UNAVAILABLE;
  case G_DBUS_ERROR_ACCESS_DENIED:
  case G_DBUS_ERROR_AUTH_FAILED:
    return GVT_EXIT_NOT_AUTHORIZED;
  case G_DBUS_ERROR_INVALID_ARGS:
    return GVT_EXIT_USAGE;
  case G_DBUS_ERROR_UNKNOWN_OBJECT:
    return GVT_EXIT_NOT_FOUND;
  default:
    return GVT_EXIT_FAILED;
  }
}

GvtExitStatus
gvt_failure_status (const GError *error)
{
  if (error->domain == GVT_ERROR && error->code >= 0 && error->code <= GVT_ERROR_LIBVIRT)
    return service_statuses[error->code];
  if (error->domain == G_DBUS_ERROR)
    return bus_status (error->code);
  if (error->domain == G_OPTION_ERROR)
    return GVT_EXIT_USAGE;
  /* The connection broke, or GDBus gave up waiting for a reply. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return GVT_EXIT_UNAVAILABLE;
  return GVT_EXIT_FAILED;
}

const char *
gvt_failure_hint (const GvtClient *client, const GError *error)
{
  /* The service says what would help a call that may ask; that this one may not it cannot explain.
   */
  if (client->no_ask_password &&
      g_error_matches (error, GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN))
    return _ ("A password would help: leave out --no-ask-password, or run it as root.");
  if (gvt_failure_status (error) == GVT_EXIT_UNAVAILABLE && client->bus_address == NULL &&
      !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_SERVER))
    return _ ("See what is wrong with the service: systemctl status gvt-manager");
  return NULL;
}

void
gvt_failure_tell (GvtClient *client, const GError *error, const char *object)
{
  const char *hint = gvt_failure_hint (client, error);

  gvt_terminal_complain ("%s%s%s",
                         object != NULL ? object : "",
                         object != NULL ? ": " : "",
                         error->message);
  if (hint != NULL)
    gvt_terminal_complain ("%s", hint);
  if (client->status == GVT_EXIT_DONE)
    client->status = gvt_failure_status (error);
}
