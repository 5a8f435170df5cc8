/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: the modules that this kernel needs, now and at boot. Nothing loads them by itself: kvmgt
 * has no alias and i915 requests it nowhere. Worker threads.
 */

#include "check.h"
#include "fixes.h"
#include "gpu-generation.h"
#include "kernel-state.h"

static const char *const modules_load[] = {
  "/etc/modules-load.d",
  "/run/modules-load.d",
  "/usr/local/lib/modules-load.d",
  "/usr/lib/modules-load.d",
  NULL,
};

static gboolean
is_loaded_at_boot (const GvtHostFacts *host, const char *module)
{
  g_auto (GStrv) lines = gvt_host_read_lines (host, modules_load, ".conf");
  g_autofree char *debian = gvt_root_read_text (host->root, "/etc/modules", 64 * 1024, NULL);
  g_auto (GStrv) debian_lines = g_strsplit (debian != NULL ? debian : "", "\n", -1);
  const char *from_loader = gvt_host_argument (host, "modules_load");
  g_auto (GStrv) words = g_strsplit (from_loader != NULL ? from_loader : "", ",", -1);

  for (char **line = debian_lines; *line != NULL; line++)
    g_strstrip (*line);
  return g_strv_contains ((const char *const *) lines, module) ||
         g_strv_contains ((const char *const *) debian_lines, module) ||
         g_strv_contains ((const char *const *) words, module);
}

static void
check_module (const GvtHostFacts *host, GPtrArray *findings, const char *module)
{
  g_autofree char *id = g_strdup_printf ("modules.%s", module);
  gboolean loaded = gvt_host_module_is_loaded (host, module);
  gboolean at_boot = is_loaded_at_boot (host, module);
  GvtFinding *finding;

  if (loaded && at_boot) {
    gvt_findings_add (findings, id, GVT_FINDING_OK, "%s is loaded, also at boot", module);
    return;
  }
  if (loaded) {
    finding = gvt_findings_add (findings,
                                id,
                                GVT_FINDING_WARNING,
                                "%s is loaded, but nothing loads it at boot",
                                module);
    gvt_finding_means (finding, "there will be no vGPUs after the next boot");
  } else {
    finding = gvt_findings_add (findings, id, GVT_FINDING_BLOCKER, "%s is not loaded", module);
    gvt_finding_means (finding, "i915 offers vGPUs only through %s", module);
  }
  gvt_finding_mend (finding, "load it, now and at each boot");
  gvt_finding_fix (finding, GVT_FIX_MODULES);
}

void
gvt_check_modules (const GvtHostFacts *host, GPtrArray *findings)
{
  if (!gvt_kernel_can_divide (host))
    return;
  check_module (host, findings, "kvmgt");
  /* A module of its own up to about 5.13, part of mdev or gone since. */
  if (host->modules != NULL && g_hash_table_contains (host->modules, "vfio_mdev"))
    check_module (host, findings, "vfio_mdev");
}
