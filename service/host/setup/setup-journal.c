/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What setup did, so that it can be undone: the one writer of the journal. One process at a time
 * (the setup unit). A change is in the journal before it is made, so that a power cut between leaves
 * nothing that cannot be undone.
 */

#include "setup-journal.h"

#include <string.h>

#include "durable-file.h"
#include "gvt-error.h"
#include "setup-file.h"
#include "setup-plan.h"

#define JOURNAL "/var/lib/gvt-manager/setup-journal"
/* A handful of files of at most 256 KiB, twice. */
#define JOURNAL_MAX (16 * 1024 * 1024)

struct _GvtSetupJournal {
  GvtRoot *root;
  GPtrArray *changes;
};

/* A key file holds UTF-8, other people's files any bytes; a missing key is no text. */
static void
set_text (GKeyFile *file, const char *group, const char *key, const char *text)
{
  g_autofree char *escaped = text != NULL ? g_strescape (text, NULL) : NULL;

  if (escaped != NULL)
    g_key_file_set_string (file, group, key, escaped);
}

static char *
get_text (GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *escaped = g_key_file_get_string (file, group, key, NULL);

  return escaped != NULL ? g_strcompress (escaped) : NULL;
}

static mode_t
get_mode (GKeyFile *file, const char *group, const char *key)
{
  return (mode_t) g_key_file_get_integer (file, group, key, NULL) & 07777;
}

static void
set_words (GKeyFile *file, const char *group, const char *key, GStrv words)
{
  if (words != NULL)
    g_key_file_set_string_list (file,
                                group,
                                key,
                                (const char *const *) words,
                                g_strv_length (words));
}

static gboolean
save (GvtSetupJournal *self, GError **error)
{
  const GvtDurableFile journal = { .path = JOURNAL, .temporary = JOURNAL ".new", .mode = 0600 };
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;

  if (self->changes->len == 0)
    return gvt_durable_remove (self->root, JOURNAL, error);
  for (guint i = 0; i < self->changes->len; i++) {
    const GvtSetupChange *change = g_ptr_array_index (self->changes, i);
    g_autofree char *group = g_strdup_printf ("%u", i);

    set_text (file, group, "Fix", change->fix);
    set_text (file, group, "Path", change->path);
    set_text (file, group, "Before", change->before);
    set_text (file, group, "After", change->after);
    set_text (file, group, "Addition", change->addition);
    set_text (file, group, "Made", change->made);
    g_key_file_set_integer (file, group, "ModeBefore", (int) change->mode_before);
    g_key_file_set_integer (file, group, "Mode", (int) change->mode);
    set_words (file, group, "Command", change->command);
    set_words (file, group, "Undo", change->undo);
    set_text (file, group, "Note", change->note);
    set_text (file, group, "Boot", change->boot);
  }
  text = g_key_file_to_data (file, NULL, NULL);
  return gvt_durable_write_text (self->root, &journal, text, error);
}

static GvtSetupChange *
parse_change (GKeyFile *file, const char *group)
{
  g_autofree char *fix = g_key_file_get_string (file, group, "Fix", NULL);
  const char *known = fix != NULL ? gvt_setup_find_fix (fix, NULL) : NULL;
  GvtSetupChange *change;

  if (known == NULL)
    return NULL;
  change = g_new0 (GvtSetupChange, 1);
  change->fix = known;
  change->path = get_text (file, group, "Path");
  change->before = get_text (file, group, "Before");
  change->mode_before = get_mode (file, group, "ModeBefore");
  change->after = get_text (file, group, "After");
  change->mode = get_mode (file, group, "Mode");
  change->addition = get_text (file, group, "Addition");
  change->made = get_text (file, group, "Made");
  change->command = g_key_file_get_string_list (file, group, "Command", NULL, NULL);
  change->undo = g_key_file_get_string_list (file, group, "Undo", NULL, NULL);
  change->note = get_text (file, group, "Note");
  change->boot = get_text (file, group, "Boot");
  return change;
}

static gboolean
parse (GvtSetupJournal *self, const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, error)) {
    g_prefix_error (error, "%s: ", JOURNAL);
    return FALSE;
  }
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++) {
    GvtSetupChange *change = parse_change (file, *group);

    if (change == NULL) {
      g_set_error (error, GVT_ERROR, GVT_ERROR_FAILED, "%s: change %s is damaged", JOURNAL, *group);
      return FALSE;
    }
    g_ptr_array_add (self->changes, change);
  }
  return TRUE;
}

GvtSetupJournal *
gvt_setup_journal_load (GvtRoot *root, GError **error)
{
  g_autoptr (GvtSetupJournal) self = g_new0 (GvtSetupJournal, 1);
  g_autofree char *text = NULL;

  self->root = gvt_root_ref (root);
  self->changes = gvt_setup_changes_new ();
  if (!gvt_root_exists (root, JOURNAL))
    return g_steal_pointer (&self);
  text = gvt_root_read_text (root, JOURNAL, JOURNAL_MAX, error);
  if (text == NULL || !parse (self, text, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
gvt_setup_journal_free (GvtSetupJournal *self)
{
  gvt_root_unref (self->root);
  g_ptr_array_unref (self->changes);
  g_free (self);
}

guint
gvt_setup_journal_length (const GvtSetupJournal *self)
{
  return self->changes->len;
}

const GvtSetupChange *
gvt_setup_journal_get (const GvtSetupJournal *self, guint index)
{
  return g_ptr_array_index (self->changes, index);
}

static char *
read_boot (GvtRoot *root)
{
  char *boot = gvt_root_read_text (root, "/proc/sys/kernel/random/boot_id", 64, NULL);

  return boot != NULL ? g_strchomp (boot) : g_strdup ("");
}

gboolean
gvt_setup_journal_has_command (const GvtSetupJournal *self, const GvtSetupChange *change)
{
  g_autofree char *boot = read_boot (self->root);

  for (guint i = 0; i < self->changes->len; i++) {
    const GvtSetupChange *other = g_ptr_array_index (self->changes, i);

    if (other->command != NULL && g_strcmp0 (other->boot, boot) == 0 &&
        g_strv_equal ((const char *const *) other->command, (const char *const *) change->command))
      return TRUE;
  }
  return FALSE;
}

gboolean
gvt_setup_journal_add (GvtSetupJournal *self, const GvtSetupChange *change, GError **error)
{
  GvtSetupChange *copy = gvt_setup_change_copy (change);

  copy->boot = read_boot (self->root);
  if (copy->path != NULL)
    copy->made = gvt_setup_file_missing_directory (self->root, copy->path);
  g_ptr_array_add (self->changes, copy);
  return save (self, error);
}

gboolean
gvt_setup_journal_cut (GvtSetupJournal *self, guint length, GError **error)
{
  if (length < self->changes->len)
    g_ptr_array_set_size (self->changes, (int) length);
  return save (self, error);
}
