/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looks for UUIDs in a text. Any thread; pure. Must not take the text for XML: what stands where is the
 * worker's to say.
 */

#include "mentioned-vgpus.h"

#include "worker-protocol.h"

#include <string.h>

#define UUID_LENGTH 36

/* Every UUID in @text, in lower case. */
static GHashTable *
find_uuids (const char *text)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  /* Each has its first hyphen after eight digits. */
  for (const char *hyphen = strchr (text, '-'); hyphen != NULL; hyphen = strchr (hyphen + 1, '-')) {
    g_autofree char *uuid = hyphen - text >= 8 ? g_strndup (hyphen - 8, UUID_LENGTH) : NULL;

    if (uuid != NULL && g_uuid_string_is_valid (uuid))
      g_hash_table_add (found, g_ascii_strdown (uuid, -1));
  }
  return found;
}

GVariant *
gvt_mentioned_vgpus (GVariant *settings, const char *xml)
{
  g_autoptr (GVariant) given = settings != NULL ? g_variant_ref_sink (settings) : NULL;
  g_autoptr (GHashTable) mentioned = NULL;
  g_autofree const char **others = NULL;
  GVariantBuilder left;
  GVariantDict dict;

  if (given == NULL || !g_variant_lookup (given, GVT_WORKER_OTHER_VGPUS, "^a&s", &others))
    return g_steal_pointer (&given);

  mentioned = find_uuids (xml);
  g_variant_builder_init (&left, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; others[i] != NULL; i++) {
    if (g_hash_table_contains (mentioned, others[i]))
      g_variant_builder_add (&left, "s", others[i]);
  }
  g_variant_dict_init (&dict, given);
  g_variant_dict_insert_value (&dict, GVT_WORKER_OTHER_VGPUS, g_variant_builder_end (&left));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
