/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one error domain, and its names on the bus. Any thread.
 */

#include "gvt-error.h"

#include <errno.h>
#include <gio/gio.h>

#define ENTRY(code, name)                                                                          \
  {                                                                                                \
    GVT_ERROR_##code, "org.gvt.Manager.Error." name                                                \
  }

static const GDBusErrorEntry error_entries[] = {
  ENTRY (FAILED, "Failed"),
  ENTRY (INVALID_ARGUMENT, "InvalidArgument"),
  ENTRY (NOT_FOUND, "NotFound"),
  ENTRY (ALREADY_EXISTS, "AlreadyExists"),
  ENTRY (NO_CAPACITY, "NoCapacity"),
  ENTRY (BUSY, "Busy"),
  ENTRY (NOT_SUPPORTED, "NotSupported"),
  ENTRY (NOT_AUTHORIZED, "NotAuthorized"),
  ENTRY (NOT_AUTHORIZED_CAN_OBTAIN, "NotAuthorizedCanObtain"),
  ENTRY (NOT_AUTHORIZED_DISMISSED, "NotAuthorizedDismissed"),
  ENTRY (CONFLICT, "Conflict"),
  ENTRY (LIMIT_EXCEEDED, "LimitExceeded"),
  ENTRY (LIBVIRT, "Libvirt"),
};

G_STATIC_ASSERT (G_N_ELEMENTS (error_entries) == GVT_ERROR_LIBVIRT + 1);

GQuark
gvt_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("gvt-error-quark",
                                      &quark,
                                      error_entries,
                                      G_N_ELEMENTS (error_entries));
  return (GQuark) quark;
}

gboolean
gvt_error_set_from_errno (GError **error, const char *what, const char *path)
{
  int error_number = errno;

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "cannot %s %s: %s",
               what,
               path,
               g_strerror (error_number));
  return FALSE;
}
