/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"
#include "setup-change.h"

G_BEGIN_DECLS

/** gvt_setup_is_fix: Returns: the fix's name as a constant, or %NULL with INVALID_ARGUMENT */
const char *gvt_setup_find_fix (const char *name, GError **error);

/**
 * gvt_setup_plan:
 * @fixes: (array zero-terminated=1): names of fixes; empty for all that a check asks for
 * @guide: whether to add what guides recommend and GVT-g does not need
 *
 * Says what would be done. Changes nothing. Blocks.
 *
 * Returns: (transfer full) (element-type GvtSetupChange): the steps, none if all is done; or %NULL
 */
GPtrArray *gvt_setup_plan (GvtRoot *root, const char *const *fixes, gboolean guide, GError **error);

G_END_DECLS
