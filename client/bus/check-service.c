/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's half of `check`. Main thread, blocking. Must not judge what the service says.
 */

#include "check-service.h"

#include "bus.h"
#include "gvt-names.h"

/* Without the service there is still the client's half. */
guint64
gvt_check_service (GvtClient *client, GPtrArray *findings)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GVariant) reply = gvt_bus_call (client,
                                             GVT_PATH,
                                             GVT_INTERFACE_HOST,
                                             "Check",
                                             g_variant_new ("(a{sv})", NULL),
                                             G_VARIANT_TYPE ("(aa{sv})"),
                                             &refusal);
  const GvtFinding *limits;
  GvtFinding *finding;

  if (reply != NULL) {
    g_autoptr (GVariant) list = g_variant_get_child_value (reply, 0);

    gvt_findings_from_variant (findings, list);
    limits = gvt_findings_find (findings, "limits.memory-lock");
    return limits != NULL ? limits->value : 0;
  }
  finding = gvt_findings_add (findings,
                              "service.reachable",
                              GVT_FINDING_BLOCKER,
                              _ ("the service does not answer: %s"),
                              refusal->message);
  gvt_finding_means (finding,
                     _ ("it makes the vGPUs; it also looks at the GPU, the kernel and the hook, so "
                        "those are missing here"));
  gvt_finding_mend (finding,
                    _ ("install gvt-manager if that has not been done; start the service"));
  gvt_finding_run (finding, "sudo systemctl start gvt-manager");
  return 0;
}
