/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"
#include "setup-change.h"

G_BEGIN_DECLS

/**
 * GvtSetupJournal:
 *
 * What setup has done to this host and not taken back, with what was there before.
 */
typedef struct _GvtSetupJournal GvtSetupJournal;

/** gvt_setup_journal_load: Returns: (transfer full): it, empty if there is none; %NULL if damaged */
GvtSetupJournal *gvt_setup_journal_load (GvtRoot *root, GError **error);

void gvt_setup_journal_free (GvtSetupJournal *self);

/** gvt_setup_journal_length: Returns: how many changes are in it */
guint gvt_setup_journal_length (const GvtSetupJournal *self);

/**
 * gvt_setup_journal_get:
 *
 * Returns: (transfer none): one of them, oldest first
 */
const GvtSetupChange *gvt_setup_journal_get (const GvtSetupJournal *self, guint index);

/** gvt_setup_journal_has_command: Returns: whether it was run since this boot, and not taken back */
gboolean gvt_setup_journal_has_command (const GvtSetupJournal *self, const GvtSetupChange *change);

/**
 * gvt_setup_journal_add:
 *
 * Notes a change durably before it is made, with the directories that will be made for it. Blocks.
 */
gboolean
gvt_setup_journal_add (GvtSetupJournal *self, const GvtSetupChange *change, GError **error);

/** gvt_setup_journal_cut: forgets all changes but the first @length. Blocks. */
gboolean gvt_setup_journal_cut (GvtSetupJournal *self, guint length, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtSetupJournal, gvt_setup_journal_free)

G_END_DECLS
