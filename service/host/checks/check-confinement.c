/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: AppArmor or SELinux around QEMU, which has to open the option ROMs. Worker threads.
 */

#include <string.h>

#include "check.h"
#include "rom-catalogue.h"

#define ROMS GVT_ROM_DIRECTORY
#define ABSTRACTION "/etc/apparmor.d/abstractions/libvirt-qemu"
#define LOCAL_ABSTRACTION "/etc/apparmor.d/local/abstractions/libvirt-qemu"
#define TEXT_MAX (256 * 1024)

static gboolean
file_allows_roms (const GvtHostFacts *host, const char *path)
{
  g_autofree char *text = gvt_root_read_text (host->root, path, TEXT_MAX, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (char **line = lines; *line != NULL; line++) {
    if (*g_strstrip (*line) != '#' && strstr (*line, ROMS "/") != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean
drop_in_allows_roms (const GvtHostFacts *host)
{
  g_autoptr (GPtrArray) names = gvt_root_list (host->root, ABSTRACTION ".d");

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (ABSTRACTION ".d", g_ptr_array_index (names, i), NULL);

    if (file_allows_roms (host, path))
      return TRUE;
  }
  return FALSE;
}

static gboolean
apparmor_is_on (const GvtHostFacts *host)
{
  g_autofree char *value = gvt_host_module_parameter (host, "apparmor", "enabled");

  return value != NULL && gvt_host_is_on (value);
}

static void
check_apparmor (const GvtHostFacts *host, GPtrArray *findings)
{
  GvtFinding *finding;

  if (!gvt_root_exists (host->root, ABSTRACTION)) {
    gvt_findings_add (findings,
                      "confinement.roms",
                      GVT_FINDING_OK,
                      "AppArmor is on, with no profile for QEMU");
    return;
  }
  if (file_allows_roms (host, ABSTRACTION) || file_allows_roms (host, LOCAL_ABSTRACTION) ||
      drop_in_allows_roms (host)) {
    gvt_findings_add (findings,
                      "confinement.roms",
                      GVT_FINDING_OK,
                      "AppArmor lets QEMU read the ROM catalogue (" ROMS ")");
    return;
  }
  finding = gvt_findings_add (findings,
                              "confinement.roms",
                              GVT_FINDING_WARNING,
                              "AppArmor does not let QEMU read " ROMS);
  gvt_finding_means (finding,
                     "a VM of qemu:///system with a ROM from the catalogue will not start");
  gvt_finding_mend (finding,
                    "add the line “  " ROMS "/** r,” to " LOCAL_ABSTRACTION
                    " and start the VM again");
}

void
gvt_check_confinement (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autofree char *selinux = gvt_root_read_text (host->root, "/sys/fs/selinux/enforce", 16, NULL);

  if (host->gpu == NULL)
    return;
  if (apparmor_is_on (host))
    check_apparmor (host, findings);
  else if (selinux != NULL && *selinux == '1')
    gvt_findings_add (findings,
                      "confinement.roms",
                      GVT_FINDING_OK,
                      "SELinux is enforcing; files below /usr/share are open to QEMU");
  else
    gvt_findings_add (findings,
                      "confinement.roms",
                      GVT_FINDING_OK,
                      "neither AppArmor nor SELinux confines QEMU");
}
