/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Doing what setup planned. Only gvt-host-setup changes anything with it; the service plans only.
 * Every step is noted in the journal before it is made.
 */

#include "setup-apply.h"

#include "gvt-error.h"
#include "setup-command.h"
#include "setup-file.h"
#include "setup-journal.h"
#include "setup-revert.h"

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
  mode_t mode;

  if (change->command != NULL)
    return gvt_setup_run (root, change->command, error);
  now = gvt_setup_file_read (root, change->path, &mode);
  /* What is there and cannot be read is somebody's, too. */
  if (g_strcmp0 (now, change->before) == 0 && mode == change->mode_before &&
      (now != NULL || !gvt_root_exists (root, change->path)))
    return gvt_setup_file_put (root, change->path, change->after, change->mode, error);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_CONFLICT,
               "%s changed meanwhile; nothing was done, try again",
               change->path);
  return FALSE;
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
    if (!gvt_setup_take_back (root, journal, begun, &second))
      g_message ("cannot take back what was begun: %s", second->message);
    return FALSE;
  }
  return TRUE;
}
