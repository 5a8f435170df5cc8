/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gvt-finding.h"

G_BEGIN_DECLS

/**
 * gvt_findings_render:
 * @findings: (element-type GvtFinding): what was found, in the order in which it has to be mended
 * @width: how many columns a line may have; 0 where there is no terminal
 * @colour: whether to colour
 *
 * Returns: (transfer full): the findings for people, the gravest first, and what to begin with.
 */
char *gvt_findings_render (const GPtrArray *findings, guint width, gboolean colour);

/** gvt_findings_json: Returns: (transfer full): the findings for programs, in the same order */
char *gvt_findings_json (const GPtrArray *findings);

/** gvt_findings_first_blocker: Returns: (nullable): the one that has to be mended first */
const GvtFinding *gvt_findings_first_blocker (const GPtrArray *findings);

/** gvt_findings_block: Returns: whether any of them is a blocker */
gboolean gvt_findings_block (const GPtrArray *findings);

G_END_DECLS
