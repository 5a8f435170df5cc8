/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking back what setup did, and only that. The service plans with it; only gvt-host-setup does it.
 * First the files as they were, then the commands that carry on what they say.
 */

#include "setup-revert.h"

#include <string.h>

#include "setup-command.h"
#include "setup-file.h"

/* Where the addition stands as setup wrote it, not as the beginning of something longer. */
static const char *
find_addition (const char *text, const char *addition)
{
  gsize length = strlen (addition);

  for (const char *at = text; (at = strstr (at, addition)) != NULL; at++) {
    if (addition[length - 1] == '\n' || strchr (" \t\r\n\"'", at[length]) != NULL)
      return at;
  }
  return NULL;
}

/* A line that brought the end of the line above along leaves it to what was written below since. */
static void
cut (GvtSetupChange *file, const char *at, const char *addition)
{
  const char *rest = at + strlen (addition);
  const char *kept = *addition == '\n' && *rest != '\0' ? "\n" : "";
  char *text = g_strdup_printf ("%.*s%s%s", (int) (at - file->after), file->after, kept, rest);

  g_free (file->after);
  file->after = text;
}

/* Gives @file, as it is, what it had before @done. */
static void
step_back (GvtRoot *root, GvtSetupChange *file, const GvtSetupChange *done, GPtrArray *notes)
{
  const char *at;

  if (file->after != NULL && g_strcmp0 (file->after, done->after) == 0) {
    if (file->mode == done->mode)
      file->mode = done->mode_before;
    g_free (file->after);
    file->after = g_strdup (done->before);
    return;
  }
  /* Taken back already, or never done; unless it is there and nothing that could be read. */
  if (g_strcmp0 (file->after, done->before) == 0 &&
      (file->before != NULL || !gvt_root_exists (root, file->path)))
    return;
  at = file->after != NULL && done->addition != NULL ? find_addition (file->after, done->addition)
                                                     : NULL;
  if (at != NULL) {
    cut (file, at, done->addition);
    return;
  }
  gvt_setup_add_note (notes,
                      done->fix,
                      g_strdup_printf ("%s was %s since setup wrote it; it stays as it is",
                                       file->path,
                                       gvt_root_exists (root, file->path) ? "changed" : "deleted"));
}

/* The file's entry in the plan, which begins with what it is now. */
static GvtSetupChange *
find_file (GvtRoot *root, GPtrArray *changes, const GvtSetupChange *done)
{
  g_autofree char *now = NULL;
  mode_t mode;

  for (guint i = 0; i < changes->len; i++) {
    GvtSetupChange *change = g_ptr_array_index (changes, i);

    if (g_strcmp0 (change->path, done->path) == 0)
      return change;
  }
  now = gvt_setup_file_read (root, done->path, &mode);
  return gvt_setup_add_file (changes, done->fix, done->path, now, mode, now, mode);
}

static GPtrArray *
plan_files (GvtRoot *root, const GvtSetupJournal *journal, guint keep, GPtrArray *notes)
{
  GPtrArray *changes = gvt_setup_changes_new ();

  for (guint i = gvt_setup_journal_length (journal); i > keep; i--) {
    const GvtSetupChange *done = gvt_setup_journal_get (journal, i - 1);

    if (done->path != NULL)
      step_back (root, find_file (root, changes, done), done, notes);
  }
  for (guint i = changes->len; i > 0; i--) {
    const GvtSetupChange *change = g_ptr_array_index (changes, i - 1);

    if (g_strcmp0 (change->before, change->after) == 0 && change->mode_before == change->mode)
      g_ptr_array_remove_index (changes, i - 1);
  }
  return changes;
}

/* Several changes may be taken back by the same command. */
static gboolean
has_command (const GPtrArray *changes, GStrv command)
{
  for (guint i = 0; i < changes->len; i++) {
    const GvtSetupChange *change = g_ptr_array_index (changes, i);

    if (change->command != NULL &&
        g_strv_equal ((const char *const *) change->command, (const char *const *) command))
      return TRUE;
  }
  return FALSE;
}

static GPtrArray *
plan (GvtRoot *root, const GvtSetupJournal *journal, guint keep)
{
  g_autoptr (GPtrArray) notes = gvt_setup_changes_new ();
  GPtrArray *changes = plan_files (root, journal, keep, notes);

  for (guint i = gvt_setup_journal_length (journal); i > keep; i--) {
    const GvtSetupChange *done = gvt_setup_journal_get (journal, i - 1);

    if (done->undo != NULL && !has_command (changes, done->undo))
      gvt_setup_add_command (changes, done->fix, g_strdupv (done->undo), NULL);
    if (done->note != NULL)
      gvt_setup_add_note (notes, done->fix, g_strdup (done->note));
  }
  g_ptr_array_extend_and_steal (changes, g_steal_pointer (&notes));
  return changes;
}

static gboolean
do_one (GvtRoot *root, const GvtSetupChange *change, GError **error)
{
  if (change->command != NULL)
    return gvt_setup_run (root, change->command, error);
  if (change->path != NULL)
    return gvt_setup_file_put (root, change->path, change->after, change->mode, error);
  return TRUE; /* a note */
}

gboolean
gvt_setup_take_back (GvtRoot *root, GvtSetupJournal *journal, guint keep, GError **error)
{
  g_autoptr (GPtrArray) changes = plan (root, journal, keep);

  for (guint i = 0; i < changes->len; i++) {
    if (!do_one (root, g_ptr_array_index (changes, i), error))
      return FALSE;
  }
  for (guint i = gvt_setup_journal_length (journal); i > keep; i--) {
    const GvtSetupChange *done = gvt_setup_journal_get (journal, i - 1);

    if (done->path != NULL)
      gvt_setup_file_clean_up (root, done->path, done->made);
  }
  return gvt_setup_journal_cut (journal, keep, error);
}

GPtrArray *
gvt_setup_plan_revert (GvtRoot *root, GError **error)
{
  g_autoptr (GvtSetupJournal) journal = gvt_setup_journal_load (root, error);

  return journal != NULL ? plan (root, journal, 0) : NULL;
}

gboolean
gvt_setup_revert (GvtRoot *root, GError **error)
{
  g_autoptr (GvtSetupJournal) journal = gvt_setup_journal_load (root, error);

  return journal != NULL && gvt_setup_take_back (root, journal, 0, error);
}
