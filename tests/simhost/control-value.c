/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the arguments of control commands. Pure, any thread.
 */
#include "control-value.h"

#include <string.h>

/* The kernel's error numbers end below this (include/uapi/asm-generic/errno.h). */
#define ERRNO_LIMIT 134

gboolean
sim_control_read_number (const char *text, guint *number)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &value, NULL))
    return FALSE;
  *number = value;
  return TRUE;
}

gboolean
sim_control_read_errno (const char *text, guint *number)
{
  guint error;

  for (error = 1; error < ERRNO_LIMIT; error++) {
    if (g_strcmp0 (strerrorname_np (error), text) == 0) {
      *number = error;
      return TRUE;
    }
  }
  return sim_control_read_number (text, number) && *number > 0 && *number < ERRNO_LIMIT;
}
