/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: what the GPU offers now. Worker threads.
 */

#include "check.h"
#include "kernel-state.h"
#include "scan.h"

static const GvtParentInfo *
find_parent (const GvtHostFacts *host)
{
  for (guint i = 0; i < host->parents->len; i++) {
    const GvtParentInfo *parent = g_ptr_array_index (host->parents, i);

    if (g_str_equal (parent->name, host->gpu->address))
      return parent;
  }
  return NULL;
}

static void
check_missing (const GvtHostFacts *host, GPtrArray *findings)
{
  GvtFinding *finding;

  /* Switch and module are findings of their own. */
  if (gvt_kernel_gvt_is_on (host) != GVT_YES || !gvt_host_module_is_loaded (host, "kvmgt"))
    return;
  finding = gvt_findings_add (findings,
                              "types.offered",
                              GVT_FINDING_BLOCKER,
                              "GVT-g is on and kvmgt loaded, and still the GPU offers no types");
  gvt_finding_means (finding, "GVT-g gave up while the kernel was starting");
  gvt_finding_mend (finding, "the kernel log says why");
  gvt_finding_run (finding, "journalctl -k --grep 'gvt|i915'");
}

static void
check_offered (const GvtParentInfo *parent, GPtrArray *findings)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint room = 0;
  GvtFinding *finding;

  for (guint i = 0; i < parent->types->len; i++) {
    const GvtTypeInfo *type = g_ptr_array_index (parent->types, i);

    g_string_append_printf (text,
                            "%s%s (%u more)",
                            text->len > 0 ? ", " : "",
                            type->id,
                            type->available);
    room += type->available;
  }
  finding = gvt_findings_add (findings,
                              "types.offered",
                              room > 0 ? GVT_FINDING_OK : GVT_FINDING_NOTE,
                              "types offered: %s",
                              text->str);
  if (room > 0) {
    gvt_finding_means (finding,
                       "all types take from the same memory, and the host's own desktop may have "
                       "some of it");
    return;
  }
  gvt_finding_means (finding, "there is no room for another vGPU now");
  gvt_finding_mend (finding, "see who has them; stop one, or let its VM end");
  gvt_finding_run (finding, "gvt-client list");
}

void
gvt_check_types (const GvtHostFacts *host, GPtrArray *findings)
{
  const GvtParentInfo *parent;

  if (!gvt_kernel_can_divide (host))
    return;
  parent = find_parent (host);
  if (parent == NULL)
    check_missing (host, findings);
  else if (parent->types->len > 0)
    check_offered (parent, findings);
  /* No type at all: nothing fits the aperture, which is a finding of its own. */
}
