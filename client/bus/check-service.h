/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"
#include "gvt-finding.h"

G_BEGIN_DECLS

/**
 * gvt_check_service:
 * @findings: (element-type GvtFinding): where to add what the service finds, or that it cannot be asked
 *
 * Returns: the most bytes that it lets a VM lock; 0 if it did not say
 */
guint64 gvt_check_service (GvtClient *client, GPtrArray *findings);

G_END_DECLS
