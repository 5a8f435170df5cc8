/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Doing what setup planned, and taking it back. Only gvt-host-setup changes anything with it; the
 * service plans only. Every step is noted in the journal before it is made.
 */

#include "setup-apply.h"

#include <string.h>

#include "durable-file.h"
#include "gvt-error.h"
#include "setup-command.h"
#include "setup-journal.h"

#define TEXT_MAX (256 * 1024)

static char *
read_now (GvtRoot *root, const char *path)
{
  return gvt_root_read_text (root, path, TEXT_MAX, NULL);
}

static gboolean
write_file (GvtRoot *root, const char *path, const char *text, mode_t mode, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *temporary = g_strdup_printf ("%s/.%s.gvt-new", directory, name);

  if (text == NULL)
    return gvt_durable_remove (root, path, error);
  return gvt_durable_write (root, path, temporary, text, mode, error);
}

GPtrArray *
gvt_setup_pending (GvtRoot *root, GPtrArray *changes, GError **error)
{
  g_autoptr (GPtrArray) owned = changes;
  g_autoptr (GvtSetupJournal) journal = gvt_setup_journal_load (root, error);

  if (journal == NULL)
    return NULL;
  for (guint i = owned->len; i > 0; i--) {
    const GvtSetupChange *change = g_ptr_array_index (owned, i - 1);
    /* A command that is its own undoing carries on what a file says: it is run for the file. */
    gboolean once = change->command != NULL && change->undo != NULL &&
                    !g_strv_equal ((const char *const *) change->command,
                                   (const char *const *) change->undo);

    if (once && gvt_setup_journal_has_command (journal, change))
      g_ptr_array_remove_index (owned, i - 1);
  }
  return g_steal_pointer (&owned);
}

static gboolean
apply_one (GvtRoot *root, const GvtSetupChange *change, GError **error)
{
  g_autofree char *now = NULL;

  if (change->command != NULL)
    return gvt_setup_run (root, change->command, error);
  now = read_now (root, change->path);
  /* What is there and cannot be read is somebody's, too. */
  if (g_strcmp0 (now, change->before) == 0 &&
      (now != NULL || !gvt_root_exists (root, change->path)))
    return write_file (root, change->path, change->after, change->mode, error);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_CONFLICT,
               "%s changed meanwhile; nothing was done, try again",
               change->path);
  return FALSE;
}

/* What a file becomes when its change is taken back. */
static char *
text_before (const GvtSetupChange *change, const char *now)
{
  const char *at;

  if (g_strcmp0 (now, change->after) == 0)
    return g_strdup (change->before);
  if (now == NULL || change->addition == NULL)
    return g_strdup (now);
  at = strstr (now, change->addition);
  if (at == NULL)
    return g_strdup (now);
  return g_strdup_printf ("%.*s%s", (int) (at - now), now, at + strlen (change->addition));
}

static gboolean
take_back (GvtRoot *root, const GvtSetupChange *change, GError **error)
{
  g_autofree char *now = NULL;
  g_autofree char *text = NULL;

  if (change->command != NULL)
    return change->undo == NULL || gvt_setup_run (root, change->undo, error);
  now = read_now (root, change->path);
  text = text_before (change, now);
  if (g_strcmp0 (now, text) == 0)
    return TRUE;
  return write_file (root, change->path, text, change->mode, error);
}

/* Several changes may ask for the same. */
static gboolean
is_undone_already (GvtSetupJournal *journal, guint index)
{
  const GvtSetupChange *change = gvt_setup_journal_get (journal, index);

  for (guint i = gvt_setup_journal_length (journal) - 1; i > index; i--) {
    const GvtSetupChange *other = gvt_setup_journal_get (journal, i);

    if (change->undo != NULL && other->undo != NULL &&
        g_strv_equal ((const char *const *) change->undo, (const char *const *) other->undo))
      return TRUE;
  }
  return FALSE;
}

/* Takes back all but the first @keep changes: files in reverse order, then the commands that carry
 * on what they say. */
static gboolean
take_back_to (GvtRoot *root, GvtSetupJournal *journal, guint keep, GError **error)
{
  guint length = gvt_setup_journal_length (journal);

  for (guint i = length; i > keep; i--) {
    const GvtSetupChange *change = gvt_setup_journal_get (journal, i - 1);

    if (change->path != NULL && !take_back (root, change, error))
      return FALSE;
  }
  for (guint i = length; i > keep; i--) {
    const GvtSetupChange *change = gvt_setup_journal_get (journal, i - 1);

    if (change->command != NULL && !is_undone_already (journal, i - 1) &&
        !take_back (root, change, error))
      return FALSE;
  }
  return gvt_setup_journal_cut (journal, keep, error);
}

gboolean
gvt_setup_apply (GvtRoot *root, const GPtrArray *changes, GError **error)
{
  g_autoptr (GvtSetupJournal) journal = gvt_setup_journal_load (root, error);
  guint begun;

  if (journal == NULL)
    return FALSE;
  begun = gvt_setup_journal_length (journal);
  for (guint i = 0; i < changes->len; i++) {
    const GvtSetupChange *change = g_ptr_array_index (changes, i);
    g_autoptr (GError) second = NULL;

    if (gvt_setup_journal_add (journal, change, error) && apply_one (root, change, error))
      continue;
    /* A command that failed has done nothing that it could take back. */
    if (change->command != NULL)
      gvt_setup_journal_cut (journal, begun + i, NULL);
    if (!take_back_to (root, journal, begun, &second))
      g_message ("cannot take back what was begun: %s", second->message);
    return FALSE;
  }
  return TRUE;
}

GPtrArray *
gvt_setup_plan_revert (GvtRoot *root, GError **error)
{
  g_autoptr (GvtSetupJournal) journal = gvt_setup_journal_load (root, error);
  g_autoptr (GPtrArray) changes = gvt_setup_changes_new ();
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (journal == NULL)
    return NULL;
  for (guint i = gvt_setup_journal_length (journal); i > 0; i--) {
    const GvtSetupChange *change = gvt_setup_journal_get (journal, i - 1);
    gpointer known = NULL;
    char *now;
    char *text;

    if (change->path == NULL)
      continue;
    now = g_hash_table_lookup_extended (texts, change->path, NULL, &known)
              ? g_strdup (known)
              : read_now (root, change->path);
    text = text_before (change, now);
    g_hash_table_insert (texts, g_strdup (change->path), g_strdup (text));
    gvt_setup_add_file (changes, change->fix, change->path, now, text, change->mode, NULL);
  }
  for (guint i = gvt_setup_journal_length (journal); i > 0; i--) {
    const GvtSetupChange *change = gvt_setup_journal_get (journal, i - 1);

    if (change->undo != NULL)
      gvt_setup_add_command (changes, change->fix, g_strdupv (change->undo), NULL);
  }
  return g_steal_pointer (&changes);
}

gboolean
gvt_setup_revert (GvtRoot *root, GError **error)
{
  g_autoptr (GvtSetupJournal) journal = gvt_setup_journal_load (root, error);

  return journal != NULL && take_back_to (root, journal, 0, error);
}
