/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: Intel's integrated graphics, its generation, its driver, and who shows the picture.
 * Worker threads.
 */

#include "check.h"
#include "gpu-generation.h"

static void
check_none (const GvtHostFacts *host, GPtrArray *findings)
{
  GvtFinding *finding;

  if (host->displays->len > 0) {
    const GvtDisplayDevice *other = g_ptr_array_index (host->displays, 0);

    finding = gvt_findings_add (findings,
                                "gpu.present",
                                GVT_FINDING_BLOCKER,
                                "no integrated Intel graphics; the graphics device is %s (%s)",
                                other->model,
                                other->address);
    gvt_finding_mend (finding,
                      "if the processor has integrated graphics, switch it on in the BIOS (often "
                      "“Internal Graphics” or “iGPU Multi-Monitor”: Enabled) and start again");
  } else {
    finding = gvt_findings_add (findings,
                                "gpu.present",
                                GVT_FINDING_BLOCKER,
                                "no graphics device on the PCI bus");
    gvt_finding_mend (finding,
                      "run this on the machine itself, not in a VM or a container, and on one with "
                      "an Intel processor of the 5th to the 10th generation and its graphics on");
  }
  gvt_finding_means (finding, "GVT-g divides integrated Intel graphics, Broadwell to Comet Lake");
}

static gboolean
check_generation (const GvtDisplayDevice *gpu, GPtrArray *findings)
{
  const char *name;
  GvtGpuSupport support = gvt_gpu_generation (gpu->device, &name);
  /* Without a list of PCI ids, the model is but the id again. */
  g_autofree char *model = g_strdup (g_str_has_prefix (gpu->model, "8086:") ? "Intel graphics"
                                                                            : gpu->model);
  g_autofree char *called = name != NULL ? g_strdup_printf ("%s (%s)", model, name)
                                         : g_strdup (model);
  GvtFinding *finding = gvt_findings_add (findings,
                                          "gpu.present",
                                          support == GVT_GPU_SUPPORTED ? GVT_FINDING_OK
                                                                       : GVT_FINDING_BLOCKER,
                                          "%s, 8086:%04x at %s",
                                          called,
                                          gpu->device,
                                          gpu->address);

  switch (support) {
  case GVT_GPU_SUPPORTED:
    gvt_finding_means (finding, "GVT-g divides this GPU");
    return TRUE;
  case GVT_GPU_TOO_NEW:
    gvt_finding_means (finding,
                       "newer than Comet Lake, the last generation that GVT-g divides; its "
                       "successor is SR-IOV");
    gvt_finding_mend (finding,
                      "from 11th generation processors on, Intel divides GPUs with SR-IOV, which "
                      "this program does not manage");
    return FALSE;
  case GVT_GPU_TOO_OLD:
    gvt_finding_means (finding, "older than Broadwell, the first generation that GVT-g divides");
    gvt_finding_mend (finding, "no setting helps; it takes a 5th to 10th generation processor");
    return FALSE;
  default:
    gvt_finding_means (finding, "the kernel's GVT-g leaves this generation out");
    gvt_finding_mend (finding, "no setting helps; it takes a 5th to 10th generation processor");
    return FALSE;
  }
}

static void
check_driver (const GvtHostFacts *host, const GvtDisplayDevice *gpu, GPtrArray *findings)
{
  GvtFinding *finding;

  if (g_strcmp0 (gpu->driver, "i915") == 0) {
    gvt_findings_add (findings, "gpu.driver", GVT_FINDING_OK, "i915 drives the GPU");
    return;
  }
  if (gpu->driver != NULL)
    finding = gvt_findings_add (findings,
                                "gpu.driver",
                                GVT_FINDING_BLOCKER,
                                "%s drives the GPU, not i915",
                                gpu->driver);
  else
    finding = gvt_findings_add (findings,
                                "gpu.driver",
                                GVT_FINDING_BLOCKER,
                                "no driver has taken the GPU");
  gvt_finding_means (finding, "GVT-g is part of the i915 driver");
  if (g_strcmp0 (gpu->driver, "vfio-pci") == 0)
    gvt_finding_mend (
        finding,
        "the whole GPU is set aside for one VM; take 8086:%04x out of vfio-pci.ids on "
        "the kernel command line and in /etc/modprobe.d, then reboot",
        gpu->device);
  else if (g_strcmp0 (gpu->driver, "xe") == 0)
    gvt_finding_mend (finding,
                      "take xe.force_probe and i915.force_probe off the kernel command line, then "
                      "reboot");
  else if (gvt_host_argument (host, "nomodeset") != NULL)
    gvt_finding_mend (finding, "take “nomodeset” off the kernel command line, then reboot");
  else
    gvt_finding_mend (finding,
                      "see why: “journalctl -k --grep i915”; look for a “blacklist i915” in "
                      "/etc/modprobe.d");
}

static void
check_render_node (const GvtDisplayDevice *gpu, GPtrArray *findings)
{
  GvtFinding *finding;

  if (gpu->has_render_node) {
    gvt_findings_add (findings,
                      "gpu.render-node",
                      GVT_FINDING_OK,
                      "/dev/dri/by-path/pci-%s-render",
                      gpu->address);
    return;
  }
  finding = gvt_findings_add (findings,
                              "gpu.render-node",
                              GVT_FINDING_WARNING,
                              "the GPU has no render node");
  gvt_finding_means (finding, "a VM cannot show its vGPU's picture in a window");
  gvt_finding_mend (finding, "see why: “journalctl -k --grep i915”");
}

static void
check_boot_display (const GvtHostFacts *host, const GvtDisplayDevice *gpu, GPtrArray *findings)
{
  const GvtDisplayDevice *primary = NULL;
  GvtFinding *finding;

  for (guint i = 0; i < host->displays->len; i++) {
    const GvtDisplayDevice *display = g_ptr_array_index (host->displays, i);

    if (display->boot_vga && display != gpu)
      primary = display;
  }
  if (primary == NULL) {
    gvt_findings_add (findings,
                      "gpu.boot-display",
                      GVT_FINDING_OK,
                      gpu->boot_vga ? "the machine boots on this GPU"
                                    : "no other GPU is the boot display");
    return;
  }
  finding = gvt_findings_add (findings,
                              "gpu.boot-display",
                              GVT_FINDING_NOTE,
                              "the machine boots on %s (%s), not on the Intel GPU",
                              primary->model,
                              primary->address);
  gvt_finding_means (finding,
                     "vGPUs work; a VM's window has to be drawn by the Intel GPU, which attach "
                     "sees to");
  gvt_finding_mend (finding,
                    "if types are missing or pictures stay black: make the Intel GPU the primary "
                    "display in the BIOS, with a monitor or a dummy plug on the mainboard");
}

void
gvt_check_gpu (const GvtHostFacts *host, GPtrArray *findings)
{
  if (host->gpu == NULL) {
    check_none (host, findings);
    return;
  }
  if (!check_generation (host->gpu, findings))
    return;
  check_driver (host, host->gpu, findings);
  if (g_strcmp0 (host->gpu->driver, "i915") == 0)
    check_render_node (host->gpu, findings);
  check_boot_display (host, host->gpu, findings);
}
