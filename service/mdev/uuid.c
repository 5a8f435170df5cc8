/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * UUIDs of vGPUs, by libuuid. Pure; any thread.
 */

#include "uuid.h"

#include <string.h>
#include <uuid/uuid.h>

#include "gvt-error.h"

char *
gvt_quote (const char *text)
{
  gsize length = strlen (text);
  g_autofree char *start = g_strndup (text, MIN (length, 64));
  g_autofree char *escaped = g_strescape (start, NULL);

  return g_strdup_printf ("“%s”%s", escaped, length > 64 ? "..." : "");
}

static char *
unparse (const uuid_t uuid)
{
  char text[UUID_STR_LEN];

  uuid_unparse_lower (uuid, text);
  return g_strdup (text);
}

char *
gvt_uuid_parse (const char *text, GError **error)
{
  uuid_t uuid;

  if (uuid_parse (text, uuid) != 0 || uuid_is_null (uuid)) {
    g_autofree char *quoted = gvt_quote (text);

    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "%s is not a UUID such as c0ffee00-0000-4000-8000-000000000001",
                 quoted);
    return NULL;
  }
  return unparse (uuid);
}

gboolean
gvt_uuid_is_canonical (const char *text)
{
  uuid_t uuid;
  char canonical[UUID_STR_LEN];

  if (uuid_parse (text, uuid) != 0)
    return FALSE;
  uuid_unparse_lower (uuid, canonical);
  return g_str_equal (canonical, text);
}

char *
gvt_uuid_new (void)
{
  uuid_t uuid;

  uuid_generate_random (uuid);
  return unparse (uuid);
}
