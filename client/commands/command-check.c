/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `check`: the service's findings and the client's own, as one list. Main thread. Must not
 * change anything.
 */

#include "check-service.h"
#include "check-user.h"
#include "failure.h"
#include "findings-display.h"
#include "terminal.h"

#include <unistd.h>

/* What the service says in the way, it says with more knowledge than we. */
static void
drop_doubles (GPtrArray *findings)
{
  static const char *const pairs[][2] = {
    { "virtualisation.kvm", "user.kvm" },
    { "libvirt.installed", "user.libvirt" },
    { "libvirt.installed", "user.qemu" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
    const GvtFinding *service = gvt_findings_find (findings, pairs[i][0]);
    const GvtFinding *user = gvt_findings_find (findings, pairs[i][1]);

    if (service != NULL && user != NULL && service->state == GVT_FINDING_BLOCKER &&
        user->state == GVT_FINDING_BLOCKER)
      g_ptr_array_remove (findings, (gpointer) user);
  }
}

static gboolean
run_check (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  g_autoptr (GvtUserFacts) facts = NULL;
  guint64 maximum;
  g_autofree char *text = NULL;

  maximum = gvt_check_service (client, findings);
  facts = gvt_user_facts_read (client);
  gvt_check_user (facts, maximum, findings);
  drop_doubles (findings);
  text = client->json ? gvt_findings_json (findings)
                      : gvt_findings_render (findings,
 gvt_terminal_width (STDOUT_FILENO), gvt_terminal_wants_colour (STDOUT_FILENO));
  gvt_terminal_write (text);
  if (gvt_findings_block (findings))
    client->status = GVT_EXIT_FAILED;
  return TRUE;
}

const GvtVerb gvt_verb_check = {
  .name = "check",
  .synopsis = "",
  .summary = N_ ("Say what is in the way of a vGPU, and what mends it"),
  .details = N_ (
      "Looks at the GPU, the kernel, libvirt, QEMU, and your own rights, and changes nothing.\n"
      "What is in the way comes first, in the order in which it has to be mended.\n"
      "Exit status: 0 if nothing is in the way, else 1.\n"),
  .examples = "gvt-client check\n"
              "gvt-client --json check | jq '.[] | select(.state == \"blocker\")'\n",
  .run = run_check,
};
