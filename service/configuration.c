/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /etc/gvt-manager.conf. Read at the start, before anything else runs, and on reload; a small file
 * that only root writes, so it is read on the main loop.
 */

#include "configuration.h"

#include <string.h>

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

static gboolean
parse_count (const char *text, guint minimum, guint maximum, guint *count)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, minimum, maximum, &number, NULL))
    return FALSE;
  *count = (guint) number;
  return TRUE;
}

static const char *
parse_vgpus_per_user (const char *text, GvtConfiguration *configuration)
{
  return parse_count (text, 0, 10000, &configuration->vgpus_per_user) ? NULL
                                                                      : "a number up to 10000";
}

static const char *
parse_low_memory_per_user (const char *text, GvtConfiguration *configuration)
{
  return parse_count (text, 0, G_MAXUINT32, &configuration->low_memory_per_user_mib)
             ? NULL
             : "a number of MiB";
}

/* Names as the kernel has them, separated by semicolons or blanks; "all" for no restriction. */
static gboolean
parse_names (const char *text, char ***names)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit_set (text, "; \t", -1);

  g_clear_pointer (names, g_strfreev);
  if (g_str_equal (text, "all"))
    return TRUE;
  for (guint i = 0; parts[i] != NULL; i++) {
    if (strspn (parts[i], G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS ".:_-") != strlen (parts[i]))
      return FALSE;
    if (*parts[i] != '\0')
      g_ptr_array_add (list, g_strdup (parts[i]));
  }
  g_ptr_array_add (list, NULL);
  *names = (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
  return TRUE;
}

static const char *
parse_types (const char *text, GvtConfiguration *configuration)
{
  return parse_names (text, &configuration->types) ? NULL : "all, or types such as i915-GVTg_V5_4";
}

static const char *
parse_gpus (const char *text, GvtConfiguration *configuration)
{
  return parse_names (text, &configuration->gpus) ? NULL : "all, or GPUs such as 0000:00:02.0";
}

static const char *
parse_memory_lock_maximum (const char *text, GvtConfiguration *configuration)
{
  g_autofree char *digits = g_strdup (text);
  gboolean percent = g_str_has_suffix (text, "%");
  guint number;

  if (percent)
    digits[strlen (digits) - 1] = '\0';
  if (!parse_count (digits, 1, percent ? 100 : G_MAXUINT32, &number))
    return "a number of MiB, or a percentage of the machine's memory such as 50%";
  if (percent)
    configuration->memory_lock_maximum = gvt_memory_lock_default_maximum () / 50 * number;
  else
    configuration->memory_lock_maximum = number * MIB;
  return NULL;
}

static const char *
parse_calls_per_user (const char *text, GvtConfiguration *configuration)
{
  return parse_count (text, 1, 10000, &configuration->calls_per_user) ? NULL : "1 to 10000";
}

static const char *
parse_calls (const char *text, GvtConfiguration *configuration)
{
  return parse_count (text, 1, 100000, &configuration->calls) ? NULL : "1 to 100000";
}

static const Key keys[] = {
  { "Limits", "VgpusPerUser", parse_vgpus_per_user },
  { "Limits", "LowMemoryPerUser", parse_low_memory_per_user },
  { "Limits", "Types", parse_types },
  { "Limits", "Gpus", parse_gpus },
  { "Limits", "MemoryLockMaximum", parse_memory_lock_maximum },
  { "Limits", "CallsPerUser", parse_calls_per_user },
  { "Limits", "Calls", parse_calls },
};

void
gvt_configuration_free (GvtConfiguration *self)
{
  g_strfreev (self->types);
  g_strfreev (self->gpus);
  g_free (self);
}

/* GKeyFile has no line numbers. Of several lines with the same key it takes the last. */
static guint
find_line (const char *text, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint found = 1;

  for (guint i = 0; lines[i] != NULL; i++) {
    const char *line = lines[i] + strspn (lines[i], " \t[");

    if (g_str_has_prefix (line, name) && strchr (" \t=]", line[strlen (name)]) != NULL)
      found = i + 1;
  }
  return found;
}

static guint
line_at (const char *text, const char *end)
{
  guint line = 1;

  for (; text < end; text++)
    line += *text == '\n';
  return line;
}

/* The first line that makes no key file of those before it, or 0. */
static guint
find_malformed_line (const char *text)
{
  const char *end = NULL;

  if (!g_utf8_validate (text, -1, &end))
    return line_at (text, end);
  for (end = text; *end != '\0';) {
    g_autoptr (GKeyFile) file = g_key_file_new ();

    end += strcspn (end, "\n");
    if (!g_key_file_load_from_data (file, text, (gsize) (end - text), G_KEY_FILE_NONE, NULL))
      return line_at (text, end);
    end += *end == '\n';
  }
  return 0;
}

/* What is being read, and where. */
typedef struct {
  const char *text;
  GKeyFile *file;
  GvtConfiguration *configuration;
} Reading;

static gboolean
fail (GError **error,
      const Reading *reading,
      const char *name,
      const char *problem,
      const char *permitted)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "%s:%u: %s; permitted: %s",
               GVT_CONFIGURATION,
               find_line (reading->text, name),
               problem,
               permitted);
  return FALSE;
}

static char *
list_keys (const char *group)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (g_str_equal (keys[i].group, group))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", keys[i].key);
  }
  return g_strdup (text->str);
}

static gboolean
check_form (const char *text, GError **error)
{
  guint line = find_malformed_line (text);
  g_autofree char *known = list_keys ("Limits");

  if (line == 0)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "%s:%u: this line says nothing; permitted: [Limits], and below it KEY=VALUE with %s",
               GVT_CONFIGURATION,
               line,
               known);
  return FALSE;
}

static gboolean
apply_key (const Reading *reading, const char *group, const char *key, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *value = g_key_file_get_string (reading->file, group, key, &reason);
  g_autofree char *others = list_keys (group);
  g_autofree char *quoted = NULL;
  g_autofree char *problem = NULL;

  /* GKeyFile may give an error and a value too. */
  if (reason != NULL) {
    problem = g_strdup_printf ("%s has a backslash with a letter that means nothing after it", key);
    return fail (error, reading, key, problem, "\\s, \\n, \\t, \\r and \\\\");
  }
  quoted = gvt_quote (value);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    const char *permitted;

    if (!g_str_equal (keys[i].group, group) || !g_str_equal (keys[i].key, key))
      continue;
    permitted = keys[i].parse (g_strstrip (value), reading->configuration);
    if (permitted == NULL)
      return TRUE;
    problem = g_strdup_printf ("%s cannot be %s", key, quoted);
    return fail (error, reading, key, problem, permitted);
  }
  problem = g_strdup_printf ("there is no key %s in [%s]", key, group);
  return fail (error, reading, key, problem, others);
}

static gboolean
apply_group (const Reading *reading, const char *group, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (reading->file, group, NULL, error);
  g_autofree char *known = list_keys (group);
  g_autofree char *problem = g_strdup_printf ("there is no group [%s]", group);

  if (*known == '\0')
    return fail (error, reading, group, problem, "[Limits]");
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    if (!apply_key (reading, group, names[i], error))
      return FALSE;
  }
  return names != NULL;
}

static GvtConfiguration *
new_default (void)
{
  GvtConfiguration *self = g_new0 (GvtConfiguration, 1);

  self->vgpus_per_user = 32;
  self->low_memory_per_user_mib = G_MAXUINT32;
  self->memory_lock_maximum = gvt_memory_lock_default_maximum ();
  self->calls_per_user = 64;
  self->calls = 112; /* dbus-daemon lets polkit owe one connection 128 answers */
  return self;
}

GvtConfiguration *
gvt_configuration_load (GvtRoot *root, GError **error)
{
  g_autoptr (GvtConfiguration) self = new_default ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_auto (GStrv) groups = NULL;
  Reading reading;

  if (!gvt_root_exists (root, GVT_CONFIGURATION))
    return g_steal_pointer (&self);
  text = gvt_root_read_text (root, GVT_CONFIGURATION, CONFIGURATION_MAX, error);
  if (text == NULL || !check_form (text, error))
    return NULL;
  /* Keys in brackets are kept to be refused; GKeyFile would pass them over. */
  if (!g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_KEEP_TRANSLATIONS, error))
    return NULL;
  reading = (Reading){ .text = text, .file = file, .configuration = self };
  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    if (!apply_group (&reading, groups[i], error))
      return NULL;
  }
  return g_steal_pointer (&self);
}
