/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: /dev/vfio/vfio, which libvirt insists on before it gives any VM a mediated device
 * (libvirt qemu_hostdev.c, qemuHostdevPrepareMediatedDevices). Worker threads.
 */

#include "check.h"
#include "fixes.h"
#include "kernel-state.h"

void
gvt_check_vfio (const GvtHostFacts *host, GPtrArray *findings)
{
  GvtFinding *finding;

  if (!gvt_kernel_can_divide (host) || !gvt_host_module_is_loaded (host, "kvmgt"))
    return;
  if (gvt_root_exists (host->root, "/dev/vfio/vfio")) {
    gvt_findings_add (findings, "vfio.node", GVT_FINDING_OK, "/dev/vfio/vfio is there");
    return;
  }
  finding =
      gvt_findings_add (findings, "vfio.node", GVT_FINDING_BLOCKER, "/dev/vfio/vfio is missing");
  gvt_finding_means (finding, "libvirt refuses vGPUs without it");
  if (gvt_root_exists (host->root, "/dev/vfio")) {
    gvt_finding_mend (finding, "load the vfio module");
    gvt_finding_run (finding, "sudo modprobe vfio");
  } else {
    gvt_finding_mend (finding, "make its directory at each boot, and start the service again");
    gvt_finding_fix (finding, GVT_FIX_VFIO_DIRECTORY);
  }
}
