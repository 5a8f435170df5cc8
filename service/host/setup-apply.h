/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"
#include "setup-change.h"

G_BEGIN_DECLS

/**
 * gvt_setup_pending:
 * @changes: (transfer full): a plan
 *
 * Returns: (transfer full): the plan without commands that were run and not taken back; %NULL if the
 * journal cannot be read
 */
GPtrArray *gvt_setup_pending (GvtRoot *root, GPtrArray *changes, GError **error);

/**
 * gvt_setup_apply:
 * @changes: (element-type GvtSetupChange): a plan, made a moment ago
 *
 * Does it, step by step, each noted before. If one fails, those before it are taken back. Blocks.
 */
gboolean gvt_setup_apply (GvtRoot *root, const GPtrArray *changes, GError **error);

/**
 * gvt_setup_plan_revert:
 *
 * Returns: (transfer full): what gvt_setup_revert() would do
 */
GPtrArray *gvt_setup_plan_revert (GvtRoot *root, GError **error);

/**
 * gvt_setup_revert:
 *
 * Takes back all that setup did: files that nobody changed since become what they were, byte by byte;
 * of those that somebody did only what setup added goes. Blocks.
 */
gboolean gvt_setup_revert (GvtRoot *root, GError **error);

G_END_DECLS
