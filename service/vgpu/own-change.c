/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service does by itself, for the journal. Main loop. GLib writes it: with its fields where
 * standard error is the journal, as a line elsewhere.
 */

#include "own-change.h"

#include <string.h>

#include "gvt-audit-fields.h"

void
gvt_own_change_log (const char *what,
                    const char *uuid,
                    const GError *error,
                    const char *format,
                    ...)
{
  g_autofree char *name = error == NULL ? NULL : g_dbus_error_encode_gerror (error);
  g_autofree char *method = g_strconcat (GVT_AUDIT_OWN, what, NULL);
  g_autofree char *words = NULL;
  va_list arguments;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_log_structured (G_LOG_DOMAIN,
                    G_LOG_LEVEL_MESSAGE,
                    "MESSAGE_ID",
                    GVT_AUDIT_MESSAGE_ID,
                    GVT_AUDIT_METHOD,
                    method,
                    GVT_AUDIT_VGPU,
                    uuid,
                    GVT_AUDIT_OUTCOME,
                    name == NULL ? GVT_AUDIT_DONE : strrchr (name, '.') + 1,
                    "MESSAGE",
                    "vGPU %s: %s",
                    uuid,
                    words);
}
