/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: that polkit has our actions to ask about. Worker threads.
 */

#include "check.h"

#define POLICY "/usr/share/polkit-1/actions/org.gvt.manager.policy"

void
gvt_check_policy (const GvtHostFacts *host, GPtrArray *findings)
{
  GvtFinding *finding;

  if (gvt_root_exists (host->root, POLICY)) {
    gvt_findings_add (findings,
                      "policy.installed",
                      GVT_FINDING_OK,
                      "polkit knows gvt-manager's actions");
    return;
  }
  finding =
      gvt_findings_add (findings, "policy.installed", GVT_FINDING_WARNING, POLICY " is missing");
  gvt_finding_means (finding, "nobody but root may do anything");
  gvt_finding_mend (finding, "install gvt-manager again");
}
