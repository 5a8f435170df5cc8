/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `check`: the service's findings and the client's own, as one list. Main thread. Must not
 * change anything.
 */

#include "bus.h"
#include "check-user.h"
#include "failure.h"
#include "findings-display.h"
#include "gvt-names.h"
#include "terminal.h"

#include <unistd.h>

/* Without the service there is still the client's half. */
static void
add_service (GvtClient *client, GPtrArray *findings)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GVariant) reply = gvt_bus_call (client,
                                             GVT_PATH,
                                             GVT_INTERFACE_HOST,
                                             "Check",
                                             g_variant_new ("(a{sv})", NULL),
                                             G_VARIANT_TYPE ("(aa{sv})"),
                                             &refusal);
  GvtFinding *finding;

  if (reply != NULL) {
    g_autoptr (GVariant) list = g_variant_get_child_value (reply, 0);

    gvt_findings_from_variant (findings, list);
    return;
  }
  finding = gvt_findings_add (findings,
                              "service.reachable",
                              GVT_FINDING_BLOCKER,
                              "the service does not answer: %s",
                              refusal->message);
  gvt_finding_means (finding,
                     "it makes the vGPUs; it also looks at the GPU, the kernel and the hook, so "
                     "those are missing here");
  gvt_finding_mend (finding, "install gvt-manager if that has not been done; start the service");
  gvt_finding_run (finding, "sudo systemctl start gvt-manager");
}

/* What the service says of KVM, it says with more knowledge. */
static void
drop_doubles (GPtrArray *findings)
{
  const GvtFinding *service = gvt_findings_find (findings, "virtualisation.kvm");
  const GvtFinding *user = gvt_findings_find (findings, "user.kvm");

  if (service != NULL && user != NULL && service->state == GVT_FINDING_BLOCKER &&
      user->state == GVT_FINDING_BLOCKER)
    g_ptr_array_remove (findings, (gpointer) user);
}

static gboolean
run_check (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  g_autoptr (GvtUserFacts) facts = NULL;
  const GvtFinding *limits;
  g_autofree char *text = NULL;

  add_service (client, findings);
  limits = gvt_findings_find (findings, "limits.memory-lock");
  facts = gvt_user_facts_read (client);
  gvt_check_user (facts, limits != NULL ? limits->value : 0, findings);
  drop_doubles (findings);
  text = client->json ? gvt_findings_json (findings)
                      : gvt_findings_render (findings, gvt_terminal_wants_colour (STDOUT_FILENO));
  gvt_terminal_write (text);
  if (gvt_findings_block (findings))
    client->status = GVT_EXIT_FAILED;
  return TRUE;
}

const GvtVerb gvt_verb_check = {
  .name = "check",
  .synopsis = "",
  .summary = "Say what is in the way of a vGPU, and what mends it",
  .details =
      "Looks at the GPU, the kernel, libvirt, QEMU, and your own rights, and changes nothing.\n"
      "What is in the way comes first, in the order in which it has to be mended.\n"
      "Exit status: 0 if nothing is in the way, else 1.\n",
  .examples = "gvt-client check\n"
              "gvt-client --json check | jq '.[] | select(.state == \"blocker\")'\n",
  .run = run_check,
};
