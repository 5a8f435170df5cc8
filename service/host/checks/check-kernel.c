/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: the running kernel: GVT-g built in, switched on, not in GuC's way, and whether an update
 * took it away. Worker threads.
 */

#include "check.h"
#include "fixes.h"
#include "gpu-generation.h"
#include "kernel-state.h"
#include "last-good.h"

static char *
list_kernels_with_gvt (const GvtHostFacts *host)
{
  g_autoptr (GPtrArray) releases = gvt_kernel_list (host);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < releases->len; i++) {
    const char *release = g_ptr_array_index (releases, i);

    if (gvt_kernel_has_gvt (host, release) == GVT_YES)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", release);
  }
  return g_string_free (text, FALSE);
}

static void
check_built (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autofree char *others = NULL;
  GvtFinding *finding;

  switch (gvt_kernel_has_gvt (host, host->release)) {
  case GVT_YES:
    gvt_findings_add (findings, "kernel.gvt", GVT_FINDING_OK, "Linux %s has GVT-g", host->release);
    return;
  case GVT_UNKNOWN:
    finding = gvt_findings_add (findings,
                                "kernel.gvt",
                                GVT_FINDING_UNKNOWN,
                                "neither modules.dep nor a configuration of %s%s to be found",
                                *host->release != '\0' ? "Linux " : "the kernel",
                                host->release);
    gvt_finding_means (finding, "whether this kernel has GVT-g cannot be told");
    return;
  default:
    break;
  }
  finding = gvt_findings_add (findings,
                              "kernel.gvt",
                              GVT_FINDING_BLOCKER,
                              "Linux %s has no kvmgt module",
                              host->release);
  gvt_finding_means (finding, "this kernel was built without GVT-g (CONFIG_DRM_I915_GVT_KVMGT)");
  others = list_kernels_with_gvt (host);
  if (*others != '\0')
    gvt_finding_mend (finding, "reboot into an installed kernel that has it: %s", others);
  else
    gvt_finding_mend (
        finding,
        "install the distribution's standard kernel (not a cloud or real-time one) and "
        "reboot into it");
}

static void
check_switch_is_off (const GvtHostFacts *host, GPtrArray *findings)
{
  const char *argument = gvt_host_argument (host, GVT_PARAMETER);
  g_autofree char *place = gvt_kernel_configured_place (host);
  GvtFinding *finding;

  if (argument != NULL)
    finding = gvt_findings_add (findings,
                                "kernel.enable-gvt",
                                GVT_FINDING_BLOCKER,
                                "GVT-g is off; the kernel command line has " GVT_PARAMETER "=%s",
                                argument);
  else
    finding = gvt_findings_add (findings,
                                "kernel.enable-gvt",
                                GVT_FINDING_BLOCKER,
                                "GVT-g is off; the kernel command line does not switch it on");
  gvt_finding_means (finding, "i915 divides the GPU only when it is told to at boot");
  if (place != NULL && g_str_equal (place, "/etc/modprobe.d")) {
    gvt_finding_mend (
        finding,
        "%s switches it on: rebuild the initramfs, which loads i915 (update-initramfs "
        "-u, dracut -f or mkinitcpio -P), and reboot",
        place);
  } else if (place != NULL) {
    gvt_finding_mend (finding, "%s switches it on: reboot", place);
    gvt_finding_run (finding, "systemctl reboot");
  } else {
    gvt_finding_mend (finding, "put " GVT_PARAMETER "=1 on the kernel command line and reboot");
    gvt_finding_fix (finding, GVT_FIX_KERNEL_PARAMETERS);
  }
}

static void
check_switch (const GvtHostFacts *host, GPtrArray *findings)
{
  GvtFinding *finding;

  switch (gvt_kernel_gvt_is_on (host)) {
  case GVT_YES:
    gvt_findings_add (findings, "kernel.enable-gvt", GVT_FINDING_OK, "i915 has GVT-g switched on");
    return;
  case GVT_NO:
    check_switch_is_off (host, findings);
    return;
  default:
    finding = gvt_findings_add (findings,
                                "kernel.enable-gvt",
                                GVT_FINDING_BLOCKER,
                                "i915 has no parameter enable_gvt");
    gvt_finding_means (finding, "this i915 was built without GVT-g (CONFIG_DRM_I915_GVT)");
    gvt_finding_mend (finding, "reboot into a kernel that has it");
  }
}

/* Up to Linux 5.15, i915 that is to do both gives the GPU up (i915/intel_gvt.c, intel_gvt_init). */
static gboolean
gave_the_gpu_up (const GvtHostFacts *host)
{
  return host->gpu->driver == NULL && !gvt_host_is_at_least (host, 5, 19) &&
         gvt_host_module_is_loaded (host, "i915");
}

/* Bit 0 of enable_guc is submission through GuC; -1 lets the driver choose, which on these GPUs is
 * none (kernel i915/gt/uc/intel_uc.c). */
static void
check_guc (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autofree char *value = gvt_host_module_parameter (host, "i915", "enable_guc");
  gint64 guc = value == NULL ? -1 : g_ascii_strtoll (value, NULL, 10);
  GvtFinding *finding;

  if (guc < 0 || (guc & 1) == 0) {
    gvt_findings_add (findings, "kernel.guc", GVT_FINDING_OK, "nothing asks for GuC submission");
    return;
  }
  finding = gvt_findings_add (findings,
                              "kernel.guc",
                              GVT_FINDING_BLOCKER,
                              "i915.enable_guc=%s asks for GuC submission",
                              value);
  gvt_finding_means (finding,
                     gvt_host_is_at_least (host, 5, 19)
                         ? "i915 leaves GVT-g out together with GuC submission"
                         : "before Linux 5.19, i915 does not load at all with both");
  gvt_finding_mend (
      finding,
      "take enable_guc off the kernel command line and out of /etc/modprobe.d (or set "
      "it to 0 or 2), then reboot");
}

static void
check_iommu (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autoptr (GPtrArray) units = gvt_root_list (host->root, "/sys/class/iommu");

  gvt_findings_add (findings,
                    "kernel.iommu",
                    GVT_FINDING_OK,
                    "the IOMMU is %s; GVT-g works with and without",
                    units->len > 0 ? "on" : "off");
}

static void
check_last_good (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autofree char *good = gvt_last_good_kernel (host);
  g_autoptr (GPtrArray) releases = NULL;
  GvtFinding *finding;

  if (good == NULL || gvt_host_offers_types (host) || g_str_equal (good, host->release))
    return;
  finding = gvt_findings_add (findings,
                              "kernel.last-good",
                              GVT_FINDING_WARNING,
                              "Linux %s had vGPUs on this machine; Linux %s has none",
                              good,
                              host->release);
  gvt_finding_means (finding, "a kernel update, or what came with it, took them away");
  releases = gvt_kernel_list (host);
  if (g_ptr_array_find_with_equal_func (releases, good, g_str_equal, NULL))
    gvt_finding_mend (finding,
                      "boot Linux %s, which is still installed, from the boot menu; and report it",
                      good);
  else
    gvt_finding_mend (finding, "install and boot Linux %s again; and report it", good);
  gvt_finding_run (finding, "gvt-client report");
}

void
gvt_check_kernel (const GvtHostFacts *host, GPtrArray *findings)
{
  const char *name;

  if (host->gpu == NULL || gvt_gpu_generation (host->gpu->device, &name) != GVT_GPU_SUPPORTED)
    return;
  check_built (host, findings);
  if (gvt_kernel_can_divide (host))
    check_switch (host, findings);
  if (gvt_kernel_can_divide (host) || gave_the_gpu_up (host))
    check_guc (host, findings);
  check_iommu (host, findings);
  check_last_good (host, findings);
}
