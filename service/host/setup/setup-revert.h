/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"
#include "setup-journal.h"

G_BEGIN_DECLS

/**
 * gvt_setup_plan_revert:
 *
 * Returns: (transfer full) (element-type GvtSetupChange): what gvt_setup_revert() would do, and as
 * notes what it would leave; %NULL if the journal cannot be read
 */
GPtrArray *gvt_setup_plan_revert (GvtRoot *root, GError **error);

/**
 * gvt_setup_revert:
 *
 * Takes back all that setup did: files that nobody changed since become what they were, with their
 * permissions, and the directories made for them go; of those that somebody changed only what setup
 * added goes. Blocks.
 */
gboolean gvt_setup_revert (GvtRoot *root, GError **error);

/** gvt_setup_take_back: likewise, all but the first @keep changes of @journal. Blocks. */
gboolean gvt_setup_take_back (GvtRoot *root, GvtSetupJournal *journal, guint keep, GError **error);

G_END_DECLS
