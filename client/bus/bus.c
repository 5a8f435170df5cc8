/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to the service and the one way to call it. Main thread, blocking. Must not know
 * what a method means.
 */

#include "bus.h"

#include "agent.h"
#include "failure.h"
#include "gvt-error.h"
#include "gvt-names.h"
#include "progress.h"

/* Longer than the service waits for the kernel, so that its answer is the one that is heard. */
#define CALL_TIMEOUT_MS (120 * 1000)

gboolean
gvt_bus_connect (GvtClient *client, GError **error)
{
  g_autofree char *system_address = NULL;
  const char *address = client->bus_address;
  g_autoptr (GError) reason = NULL;

  if (client->bus != NULL)
    return TRUE;
  if (address == NULL)
    address = system_address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, &reason);
  if (address != NULL) {
    client->bus = g_dbus_connection_new_for_address_sync (
        address,
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
        NULL,
        NULL,
        &reason);
  }
  if (client->bus == NULL) {
    g_set_error (error,
                 G_DBUS_ERROR,
                 G_DBUS_ERROR_NO_SERVER,
                 _ ("cannot reach the %s: %s"),
                 client->bus_address != NULL ? client->bus_address : _ ("system bus"),
                 reason->message);
    return FALSE;
  }
  return TRUE;
}

static GVariant *
call_once (GvtClient *client,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           const GVariantType *reply_type,
           GError **error)
{
  /* Not while the agent's question is on the terminal. */
  G_GNUC_UNUSED g_autoptr (GvtProgress) progress =
      client->agent == 0 ? gvt_progress_begin (_ ("Waiting for gvt-manager")) : NULL;

  return g_dbus_connection_call_sync (client->bus,
                                      GVT_BUS_NAME,
                                      path,
                                      interface,
                                      method,
                                      parameters,
                                      reply_type,
                                      client->no_ask_password
                                          ? G_DBUS_CALL_FLAGS_NONE
                                          : G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                                      client->no_ask_password ? CALL_TIMEOUT_MS : G_MAXINT,
                                      client->interrupt,
                                      error);
}

/* What a person can make of an error that the service itself did not send. */
static const char *
explanation (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return _ ("the gvt-manager service does not answer: ");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
      g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
    return _ ("the gvt-manager service went away: ");
  if (error->domain == G_DBUS_ERROR && gvt_failure_status (error) == GVT_EXIT_UNAVAILABLE)
    return _ ("the gvt-manager service does not run and cannot be started: ");
  return "";
}

GVariant *
gvt_bus_call (GvtClient *client,
              const char *path,
              const char *interface,
              const char *method,
              GVariant *parameters,
              const GVariantType *reply_type,
              GError **error)
{
  g_autoptr (GVariant) owned = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) refusal = NULL;

  (void) GVT_ERROR; /* registers the error names before the first reply is read */
  if (!gvt_bus_connect (client, error))
    return NULL;
  reply = call_once (client, path, interface, method, owned, reply_type, &refusal);
  /* Nobody was there to ask. Be the one, if there is a terminal; a refused call changed nothing, so
   * that it can be made again. Most calls need no agent and do not pay for one. */
  if (g_error_matches (refusal, GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN) &&
      gvt_agent_start (client)) {
    g_clear_error (&refusal);
    reply = call_once (client, path, interface, method, owned, reply_type, &refusal);
  }
  if (reply == NULL) {
    const char *prefix = explanation (refusal);

    g_dbus_error_strip_remote_error (refusal);
    g_propagate_prefixed_error (error, g_steal_pointer (&refusal), "%s", prefix);
    return NULL;
  }
  return g_steal_pointer (&reply);
}
