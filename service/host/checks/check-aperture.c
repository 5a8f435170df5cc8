/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: the aperture, which decides how many vGPUs of which size there can be. Worker threads.
 */

#include "check.h"
#include "gpu-generation.h"
#include "gpu-capacity.h"
#include "kernel-state.h"

#define MIB (1024 * 1024)

static void
check_too_small (guint mib, GPtrArray *findings)
{
  GvtFinding *finding = gvt_findings_add (findings,
                                          "aperture.size",
                                          GVT_FINDING_BLOCKER,
                                          "the aperture is %u MiB",
                                          mib);

  gvt_finding_means (finding, "the host keeps 128 MiB of it, and the smallest vGPU takes 64 MiB");
  gvt_finding_mend (
      finding,
      "raise “Aperture Size” in the BIOS to 256 MB or more (it is not “DVMT” memory)");
}

void
gvt_check_aperture (const GvtHostFacts *host, GPtrArray *findings)
{
  const char *prefix;
  g_autofree char *now = NULL;
  g_autofree char *twice = NULL;
  GvtFinding *finding;
  guint mib;

  if (!gvt_kernel_can_divide (host))
    return;
  mib = (guint) (host->gpu->aperture / MIB);
  if (mib == 0) {
    finding = gvt_findings_add (findings,
                                "aperture.size",
                                GVT_FINDING_UNKNOWN,
                                "the size of BAR 2 cannot be read");
    gvt_finding_means (finding, "how many vGPUs there can be cannot be told");
    return;
  }
  prefix = gvt_gpu_type_prefix (host->gpu->device);
  now = gvt_gpu_capacity_describe (mib, prefix);
  if (now == NULL) {
    check_too_small (mib, findings);
    return;
  }
  finding = gvt_findings_add (findings,
                              "aperture.size",
                              mib < 512 ? GVT_FINDING_NOTE : GVT_FINDING_OK,
                              "the aperture is %u MiB: room for %s",
                              mib,
                              now);
  gvt_finding_means (
      finding,
      "the host keeps 128 MiB of it and 4 of its 32 fence registers; a vGPU takes 64 "
      "to 512 MiB and 4 fence registers, so there are never more than 7");
  if (mib >= 512)
    return;
  twice = gvt_gpu_capacity_describe (mib * 2, prefix);
  gvt_finding_mend (finding,
                    "for more, raise “Aperture Size” in the BIOS if it has that: %u MiB gives %s",
                    mib * 2,
                    twice);
}
