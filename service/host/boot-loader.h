/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"
#include "setup-change.h"

G_BEGIN_DECLS

/**
 * gvt_boot_loader_name:
 *
 * Returns: the name of the tool that this host keeps its kernel command line with, %NULL if it is none
 * that is known
 */
const char *gvt_boot_loader_name (const GvtHostFacts *host);

/**
 * gvt_boot_loader_plan:
 * @guide: whether to add what guides recommend and GVT-g does not need
 * @changes: where to add what there is to do, nothing if the parameters are there
 * @error: GVT_ERROR_NOT_SUPPORTED if this host's way is not known
 */
gboolean
gvt_boot_loader_plan (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error);

G_END_DECLS
