/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells the alias of a vGPU of ours from others. Pure; any thread.
 */

#include "marks.h"

#include <string.h>

gboolean
gvt_mark_is_alias (const char *alias)
{
  const char *number = NULL;

  if (!g_str_has_prefix (alias, GVT_ALIAS_PREFIX))
    return FALSE;

  number = alias + strlen (GVT_ALIAS_PREFIX);
  return *number != '\0' && strspn (number, G_CSET_DIGITS) == strlen (number);
}
