/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"
#include "setup-change.h"

G_BEGIN_DECLS

/**
 * gvt_setup_pending:
 * @changes: (transfer full): a plan
 *
 * Some tools show what they were told only after the next boot.
 *
 * Returns: (transfer full): the plan without the commands that were run since this boot and not taken
 * back; %NULL if the journal cannot be read
 */
GPtrArray *gvt_setup_pending (GvtRoot *root, GPtrArray *changes, GError **error);

/**
 * gvt_setup_apply:
 * @changes: (element-type GvtSetupChange): a plan, made a moment ago
 *
 * Does it, step by step, each noted before. If one fails, those before it are taken back. Blocks.
 */
gboolean gvt_setup_apply (GvtRoot *root, const GPtrArray *changes, GError **error);

G_END_DECLS
