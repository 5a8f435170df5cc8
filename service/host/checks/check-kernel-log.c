/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: what the kernel said about GVT-g since the boot. Worker threads.
 */

#include <string.h>

#include "check.h"
#include "kernel-log.h"

/* "gvt: vgpu 1: enter failsafe mode": the kernel's number, which sysfs ties to a UUID. */
static char *
find_vgpu (const GvtHostFacts *host, const char *line)
{
  const char *at = strstr (line, "vgpu ");
  guint64 number = at == NULL ? 0 : g_ascii_strtoull (at + strlen ("vgpu "), NULL, 10);
  g_autoptr (GPtrArray) uuids = gvt_root_list (host->root, "/sys/bus/mdev/devices");

  for (guint i = 0; number > 0 && i < uuids->len; i++) {
    const char *uuid = g_ptr_array_index (uuids, i);
    g_autofree char *path = g_strdup_printf ("/sys/bus/mdev/devices/%s/intel_vgpu/vgpu_id", uuid);
    g_autofree char *id = gvt_root_read_text (host->root, path, 64, NULL);

    if (id != NULL && g_ascii_strtoull (id, NULL, 10) == number)
      return g_strdup (uuid);
  }
  return NULL;
}

static void
add_line (const GvtHostFacts *host, GPtrArray *findings, const char *line)
{
  const GvtLogMeaning *meaning = gvt_kernel_log_translate (line);
  g_autofree char *uuid = find_vgpu (host, line);
  GvtFinding *finding;

  /* The newest line of a kind says it for all. */
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *other = g_ptr_array_index (findings, i);

    if (g_str_equal (other->id, meaning->id)) {
      g_ptr_array_remove_index (findings, i);
      break;
    }
  }
  finding = gvt_findings_add (findings,
                              meaning->id,
                              meaning->grave ? GVT_FINDING_WARNING : GVT_FINDING_NOTE,
                              "the kernel said: %s",
                              line);
  if (uuid != NULL)
    gvt_finding_means (finding, "%s (vGPU %s)", meaning->meaning, uuid);
  else
    gvt_finding_means (finding, "%s", meaning->meaning);
  gvt_finding_mend (finding, "%s", meaning->remedy);
}

void
gvt_check_kernel_log (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autoptr (GPtrArray) lines = NULL;

  if (host->gpu == NULL)
    return;
  lines = gvt_kernel_log_read (host->root);
  if (lines == NULL) {
    gvt_finding_means (gvt_findings_add (findings,
                                         "log.gvt",
                                         GVT_FINDING_UNKNOWN,
                                         "the journal has nothing of the kernel since the boot"),
                       "what the kernel says about GVT-g is in “dmesg” then, if anywhere");
    return;
  }
  for (guint i = 0; i < lines->len; i++)
    add_line (host, findings, g_ptr_array_index (lines, i));
  if (lines->len == 0)
    gvt_findings_add (findings,
                      "log.gvt",
                      GVT_FINDING_OK,
                      "the kernel reported no trouble with GVT-g");
}
