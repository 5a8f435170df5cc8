/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: the option ROMs of the catalogue. Worker threads.
 */

#include "check.h"
#include "rom-catalogue.h"

/* Whether it is one that an administrator installed with us and that is not as it was; what others put
 * there is theirs to know. */
static gboolean
check_rom (GVariant *rom, GPtrArray *findings)
{
  const char *name = "";
  const char *installed = NULL;
  const char *warning = NULL;
  gboolean unchanged = TRUE;
  GvtFinding *finding;

  g_variant_lookup (rom, "name", "&s", &name);
  g_variant_lookup (rom, "installed", "&s", &installed);
  g_variant_lookup (rom, "unchanged", "b", &unchanged);
  g_variant_lookup (rom, "warning", "&s", &warning);
  if (installed == NULL || (unchanged && warning == NULL))
    return FALSE;
  finding = gvt_findings_add (findings,
                              "roms.odd",
                              GVT_FINDING_WARNING,
                              "option ROM %s: %s",
                              name,
                              unchanged ? warning : "its bytes changed since it was installed");
  gvt_finding_means (finding, "a UEFI guest with it may stay dark, or run somebody's code");
  gvt_finding_mend (finding,
                    "see “gvt-client rom list”; take it out of the VMs that use it, remove it, and "
                    "install one that you trust");
  gvt_finding_run (finding, "gvt-client rom remove %s", name);
  return TRUE;
}

void
gvt_check_roms (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autoptr (GVariant) list = NULL;
  gsize count;
  gsize odd = 0;

  if (host->gpu == NULL)
    return;
  list = g_variant_ref_sink (gvt_rom_list (host->root));
  count = g_variant_n_children (list);
  for (gsize i = 0; i < count; i++) {
    g_autoptr (GVariant) rom = g_variant_get_child_value (list, i);

    odd += check_rom (rom, findings);
  }
  if (odd > 0)
    return;
  if (count == 0)
    gvt_findings_add (
        findings,
        "roms.catalogue",
        GVT_FINDING_OK,
        "no option ROM is installed; only UEFI guests that show their firmware want one");
  else
    gvt_findings_add (findings,
                      "roms.catalogue",
                      GVT_FINDING_OK,
                      "%" G_GSIZE_FORMAT " option ROM%s in " GVT_ROM_DIRECTORY,
                      count,
                      count == 1 ? "" : "s");
}
