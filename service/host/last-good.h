/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"

G_BEGIN_DECLS

/**
 * gvt_last_good_remember:
 *
 * Writes down the running kernel if it offers types of the GPU and was not the last that did. Blocks.
 */
void gvt_last_good_remember (GvtRoot *root);

/** gvt_last_good_remember_async: the same in a worker that nobody waits for. */
void gvt_last_good_remember_async (GvtRoot *root);

/**
 * gvt_last_good_kernel:
 *
 * Returns: (transfer full) (nullable): the release of the last kernel under which types were seen
 */
char *gvt_last_good_kernel (const GvtHostFacts *host);

/** gvt_host_offers_types: Returns: whether the GPU offers types of vGPUs now */
gboolean gvt_host_offers_types (const GvtHostFacts *host);

G_END_DECLS
