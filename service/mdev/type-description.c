/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text in which i915 describes a vGPU type. Pure; any thread.
 */

#include "type-description.h"

#include <string.h>

/* "128MB", where the kernel's MB is 2^20 bytes. Anything else is 0. */
static guint
parse_number (const char *text, const char *unit)
{
  char *end = NULL;
  guint64 value;

  if (!g_ascii_isdigit (*text))
    return 0;
  value = g_ascii_strtoull (text, &end, 10);
  return g_str_equal (end, unit) && value <= G_MAXUINT32 ? (guint) value : 0;
}

static void
parse_resolution (const char *text, char *resolution, gsize size)
{
  const char *x = strchr (text, 'x');
  gsize digits = strspn (text, "0123456789");

  if (x == NULL || digits == 0 || text + digits != x || strlen (text) >= size)
    return;
  digits = strspn (x + 1, "0123456789");
  if (digits > 0 && x[1 + digits] == '\0')
    g_strlcpy (resolution, text, size);
}

GvtTypeSize
gvt_type_size_parse (const char *description)
{
  g_auto (GStrv) lines = g_strsplit (description, "\n", -1);
  GvtTypeSize size = { 0 };

  for (guint i = 0; lines[i] != NULL; i++) {
    char *colon = strchr (lines[i], ':');
    const char *value;

    if (colon == NULL)
      continue;
    *colon = '\0';
    value = g_strstrip (colon + 1);
    if (g_str_equal (lines[i], "low_gm_size"))
      size.low_mib = parse_number (value, "MB");
    else if (g_str_equal (lines[i], "high_gm_size"))
      size.high_mib = parse_number (value, "MB");
    else if (g_str_equal (lines[i], "fence"))
      size.fences = parse_number (value, "");
    else if (g_str_equal (lines[i], "weight"))
      size.weight = parse_number (value, "");
    else if (g_str_equal (lines[i], "resolution"))
      parse_resolution (value, size.resolution, sizeof size.resolution);
  }
  return size;
}
