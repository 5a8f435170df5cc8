/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /etc/gvt-manager.conf. Read once at the start, before anything else runs.
 */

#include "configuration.h"

#include "gvt-error.h"
#include "memory-lock.h"
#include "uuid.h"

#define CONFIGURATION_MAX (64 * 1024)
#define MIB ((guint64) 1024 * 1024)

/* Takes one key's text into the configuration, or says what is permitted. */
typedef const char *(*ParseKey) (const char *text, GvtConfiguration *configuration);

typedef struct {
  const char *group;
  const char *key;
  ParseKey parse;
} Key;

static const char *
parse_memory_lock_maximum (const char *text, GvtConfiguration *configuration)
{
  g_autofree char *digits = g_strdup (text);
  gboolean percent = g_str_has_suffix (text, "%");
  guint64 number;

  if (percent)
    digits[strlen (digits) - 1] = '\0';
  if (!g_ascii_string_to_unsigned (digits, 10, 1, percent ? 100 : G_MAXUINT32, &number, NULL))
    return "a number of MiB, or a percentage of the machine's memory such as 50%";
  if (percent)
    configuration->memory_lock_maximum = gvt_memory_lock_default_maximum () / 50 * number;
  else
    configuration->memory_lock_maximum = number * MIB;
  return NULL;
}

static const Key keys[] = {
  { "Limits", "MemoryLockMaximum", parse_memory_lock_maximum },
};

static gboolean
fail (GError **error, const char *what, const char *name, const char *permitted)
{
  g_autofree char *quoted = gvt_quote (name);

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "%s: %s %s; permitted: %s",
               GVT_CONFIGURATION,
               what,
               quoted,
               permitted);
  return FALSE;
}

static char *
list_keys (const char *group)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (group == NULL)
      g_string_append_printf (text, "%s[%s]", text->len > 0 ? ", " : "", keys[i].group);
    else if (g_str_equal (keys[i].group, group))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", keys[i].key);
  }
  return g_strdup (text->str);
}

static gboolean
apply_key (GKeyFile *file,
           const char *group,
           const char *key,
           GvtConfiguration *configuration,
           GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, error);
  g_autofree char *others = list_keys (group);
  const char *permitted;

  if (value == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (!g_str_equal (keys[i].group, group) || !g_str_equal (keys[i].key, key))
      continue;
    permitted = keys[i].parse (value, configuration);
    return permitted == NULL || fail (error, key, value, permitted);
  }
  return fail (error, "unknown key", key, others);
}

static gboolean
apply_group (GKeyFile *file, const char *group, GvtConfiguration *configuration, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, error);
  g_autofree char *known = list_keys (group);
  g_autofree char *groups = list_keys (NULL);

  if (*known == '\0')
    return fail (error, "unknown group", group, groups);
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    if (!apply_key (file, group, names[i], configuration, error))
      return FALSE;
  }
  return names != NULL;
}

gboolean
gvt_configuration_load (GvtRoot *root, GvtConfiguration *configuration, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) groups = NULL;

  configuration->memory_lock_maximum = gvt_memory_lock_default_maximum ();
  if (!gvt_root_exists (root, GVT_CONFIGURATION))
    return TRUE;
  text = gvt_root_read_text (root, GVT_CONFIGURATION, CONFIGURATION_MAX, error);
  if (text == NULL)
    return FALSE;
  if (!g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, error)) {
    g_prefix_error (error, "%s: ", GVT_CONFIGURATION);
    return FALSE;
  }
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    if (!apply_group (file, groups[i], configuration, error))
      return FALSE;
  }
  return TRUE;
}
