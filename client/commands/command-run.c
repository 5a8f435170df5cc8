/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `run`: a VM from start to end with its vGPU prepared around it, for systems where
 * libvirt cannot run the hook. Main thread. Must release what it prepared however it ends.
 */

#include "gvt-error.h"
#include "inspect.h"
#include "prepare-calls.h"
#include "terminal.h"
#include "vm.h"

static gboolean
check (const GvtVm *vm, const GvtDomainInfo *info, GError **error)
{
  if (gvt_vm_is_running (vm)) {
    g_set_error (error, GVT_ERROR, GVT_ERROR_BUSY, _ ("%s runs already"), gvt_vm_name (vm));
    return FALSE;
  }
  if (info->vgpus[0] == NULL) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 _ ("%s has no vGPU; “gvt-client attach” gives it one"),
                 gvt_vm_name (vm));
    return FALSE;
  }
  return TRUE;
}

static gboolean
wait_for_end (GvtClient *client, GvtVm *vm, GError **error)
{
  gvt_terminal_talk (client, _ ("%s runs"), gvt_vm_name (vm));
  switch (gvt_vm_wait (client, vm)) {
  case GVT_VM_ENDED:
    gvt_terminal_talk (client, _ ("%s ended"), gvt_vm_name (vm));
    return TRUE;
  case GVT_VM_FAILED:
    g_set_error (error, GVT_ERROR, GVT_ERROR_LIBVIRT, _ ("%s crashed"), gvt_vm_name (vm));
    return FALSE;
  case GVT_VM_LOST:
  default:
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_LIBVIRT,
                 _ ("lost the connection to libvirt; %s may be running"),
                 gvt_vm_name (vm));
    return FALSE;
  }
}

static gboolean
run_prepared (GvtClient *client, GvtVm *vm, const GvtDomainInfo *info, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean done = gvt_prepare (client, info, error);

  if (!done && !g_cancellable_is_cancelled (client->interrupt))
    return FALSE; /* it took back what it did */
  done = done && gvt_vm_start (vm, error) && wait_for_end (client, vm, error);
  /* This call is not to be cancelled. */
  g_object_unref (g_steal_pointer (&client->interrupt));
  if (gvt_release (client, info, &failure))
    return done;
  g_prefix_error (&failure, "%s: ", _ ("cannot release the vGPU"));
  if (done)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    gvt_terminal_complain ("%s", failure->message); /* the reason is told by its status, too */
  return FALSE;
}

static gboolean
run_run (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtVm) vm = NULL;
  g_autofree char *xml = NULL;
  g_autoptr (GvtDomainInfo) info = NULL;

  if (gvt_vm_is_system (gvt_vm_uri (client))) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_SUPPORTED,
                 _ ("%s runs the hook by itself: virsh -c %s start %s"),
                 gvt_vm_uri (client),
                 gvt_vm_uri (client),
                 args[0]);
    return FALSE;
  }
  if (!gvt_vm_watch_signals (client, error))
    return FALSE;
  vm = gvt_vm_open (gvt_vm_uri (client), args[0], error);
  xml = vm != NULL ? gvt_vm_get_xml (vm, error) : NULL;
  info = xml != NULL ? gvt_domain_inspect (xml, error) : NULL;
  if (info == NULL || !check (vm, info, error))
    return FALSE;
  return run_prepared (client, vm, info, error);
}

const GvtVerb gvt_verb_run = {
  .name = "run",
  .synopsis = "DOMAIN",
  .summary = N_ ("Start a VM with its vGPU where libvirt's hook cannot, and stay until it ends"),
  .details = N_ (
      "Ctrl+C (or a SIGTERM or SIGHUP) asks the guest to shut down; once more forces it off.\n"),
  .examples = "gvt-client run win10\n",
  .min_args = 1,
  .max_args = 1,
  .run = run_run,
};
