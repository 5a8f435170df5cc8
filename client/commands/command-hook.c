/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `hook`: what libvirt's hook script runs when a VM starts and ends, as the VM's user,
 * with the VM's XML on standard input and next to nothing in the environment. Main thread. Must not
 * call libvirt (a hook that does deadlocks, libvirt docs/hooks.rst), ask anybody, stand in the way
 * of VMs that have nothing of ours, or take longer than its deadline.
 */

#include "bus.h"
#include "failure.h"
#include "gvt-error.h"
#include "inspect.h"
#include "marks.h"
#include "prepare-calls.h"
#include "terminal.h"
#include "xml-calls.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_SECONDS 5

/* What a VM's XML has if any vGPU is in it. */
#define ANY_VGPU "mdev"

typedef enum {
  STAGE_OTHER,
  STAGE_PREPARE,
  STAGE_RELEASE,
} Stage;

static Stage
stage_of (char **args)
{
  if (strcmp (args[1], "prepare") == 0 && strcmp (args[2], "begin") == 0)
    return STAGE_PREPARE;
  if (strcmp (args[1], "release") == 0 && strcmp (args[2], "end") == 0)
    return STAGE_RELEASE;
  return STAGE_OTHER;
}

static void
on_late_start (int signal)
{
  static const char text[] = "gvt-client: the vGPU was not ready within 5 seconds\n";
  gssize ignored = write (STDERR_FILENO, text, sizeof text - 1);

  (void) ignored;
  _exit (GVT_EXIT_UNAVAILABLE);
}

static void
on_late_end (int signal)
{
  static const char text[] = "gvt-client: the vGPU was not released within 5 seconds\n";
  gssize ignored = write (STDERR_FILENO, text, sizeof text - 1);

  (void) ignored;
  _exit (GVT_EXIT_DONE);
}

/* Whatever blocks, reading, connecting or calling, ends. */
static void
set_deadline (Stage stage)
{
  struct sigaction action = { .sa_handler = stage == STAGE_PREPARE ? on_late_start : on_late_end };
  sigset_t alarms;

  sigaction (SIGALRM, &action, NULL);
  sigemptyset (&alarms);
  sigaddset (&alarms, SIGALRM);
  sigprocmask (SIG_UNBLOCK, &alarms, NULL);
  alarm (DEADLINE_SECONDS);
}

/* libvirt shows the person the last line only; and a VM that ended has ended. */
static gboolean
fail (GvtClient *client, Stage stage, const char *name, const GError *error)
{
  g_autofree char *message = g_strdelimit (g_strdup (error->message), "\r\n", ' ');

  gvt_terminal_complain (_ ("VM %s: %s"), name, message);
  if (stage == STAGE_PREPARE)
    client->status = gvt_failure_status (error);
  return TRUE;
}

static gboolean
run_hook (GvtClient *client, char **args, GError **error)
{
  Stage stage = stage_of (args);
  g_autofree char *xml = NULL;
  g_autoptr (GvtDomainInfo) vm = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean ours;

  if (stage == STAGE_OTHER)
    return TRUE;
  set_deadline (stage);
  client->no_ask_password = TRUE;
  xml = gvt_xml_read (STDIN_FILENO, &failure);
  if (xml == NULL)
    return fail (client, stage, args[0], failure);
  if (strstr (xml, ANY_VGPU) == NULL)
    return TRUE;
  ours = strstr (xml, GVT_ALIAS_PREFIX) != NULL;
  vm = gvt_domain_inspect (xml, &failure);
  if (vm == NULL)
    return ours ? fail (client, stage, args[0], failure) : TRUE;
  ours = vm->our_vgpus[0] != NULL;
  if (vm->vgpus[0] == NULL)
    return TRUE;
  if (stage == STAGE_PREPARE ? gvt_prepare (client, vm, &failure)
                             : gvt_release (client, vm, &failure))
    return TRUE;
  /* A vGPU that somebody else made and put in may need nothing from the service. */
  if (!ours && gvt_failure_status (failure) == GVT_EXIT_UNAVAILABLE)
    return TRUE;
  return fail (client, stage, args[0], failure);
}

const GvtVerb gvt_verb_hook = {
  .name = "hook",
  .synopsis = "DOMAIN OPERATION SUBOPERATION EXTRA <XML",
  .summary = N_ ("What libvirt's hook runs when a VM starts and ends"),
  .details = N_ (
      "The arguments are those of libvirt's qemu hook. “prepare begin” makes ready what the VM's\n"
      "vGPUs need, “release end” takes it back, anything else does nothing.\n"),
  .examples = "gvt-client hook win10 prepare begin - <win10.xml\n",
  .min_args = 4,
  .max_args = 4,
  .raw_args = TRUE,
  .run = run_hook,
};
