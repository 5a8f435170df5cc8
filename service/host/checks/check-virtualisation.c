/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: KVM, without which no VM can use a vGPU (kernel i915/gvt/kvmgt.c, intel_vgpu_open_device).
 * Worker threads.
 */

#include <string.h>

#include "check.h"

/* A line per flag set and processor; some machines have hundreds. */
#define CPUINFO_MAX (8 * 1024 * 1024)

void
gvt_check_virtualisation (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autofree char *cpus = gvt_root_read_text (host->root, "/proc/cpuinfo", CPUINFO_MAX, NULL);
  GvtFinding *finding;

  if (gvt_host_module_is_loaded (host, "kvm_intel")) {
    gvt_findings_add (findings, "virtualisation.kvm", GVT_FINDING_OK, "kvm_intel is loaded");
    return;
  }
  if (cpus == NULL) {
    finding = gvt_findings_add (findings,
                                "virtualisation.kvm",
                                GVT_FINDING_UNKNOWN,
                                "/proc/cpuinfo cannot be read");
    gvt_finding_means (finding, "whether VMs can run under KVM cannot be told");
    return;
  }
  if (strstr (cpus, " vmx") == NULL) {
    finding = gvt_findings_add (findings,
                                "virtualisation.kvm",
                                GVT_FINDING_BLOCKER,
                                "the processor offers no VT-x (no “vmx” in /proc/cpuinfo)");
    gvt_finding_mend (finding, "switch on “Intel Virtualization Technology” (VT-x) in the BIOS");
  } else {
    finding = gvt_findings_add (findings,
                                "virtualisation.kvm",
                                GVT_FINDING_BLOCKER,
                                "the processor offers VT-x, and kvm_intel is not loaded");
    gvt_finding_mend (
        finding,
        "load it; if that fails, the BIOS has locked VT-x: “journalctl -k --grep kvm”");
    gvt_finding_run (finding, "sudo modprobe kvm_intel");
  }
  gvt_finding_means (finding, "a VM with a vGPU has to run under KVM");
}
