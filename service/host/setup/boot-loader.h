/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"
#include "setup-change.h"

G_BEGIN_DECLS

/**
 * gvt_boot_loader_plan:
 * @guide: whether to add what guides recommend and GVT-g does not need
 * @changes: where to add what there is to do, nothing if the parameters are there
 * @error: GVT_ERROR_NOT_SUPPORTED if this host's way is not known
 */
gboolean
gvt_boot_loader_plan (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error);

G_END_DECLS
