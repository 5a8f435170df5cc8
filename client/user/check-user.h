/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gvt-finding.h"
#include "user-facts.h"

G_BEGIN_DECLS

/**
 * gvt_check_user:
 * @facts: what the user sees
 * @maximum: the most bytes that the service lets a VM lock; 0 if it did not say
 * @findings: (element-type GvtFinding): where to add what follows
 */
void gvt_check_user (const GvtUserFacts *facts, guint64 maximum, GPtrArray *findings);

G_END_DECLS
