/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a person has to do after `attach`, as a command to copy. Main thread. Must not do it.
 */

#include "next-step.h"

#include "terminal.h"

#include <string.h>
#include <unistd.h>

#define HOOK "/etc/libvirt/hooks/qemu.d/gvt-manager"

static char *
quote (const char *name)
{
  static const char plain[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-+";

  if (*name != '\0' && *name != '-' && strspn (name, plain) == strlen (name))
    return g_strdup (name);
  return g_shell_quote (name);
}

void
gvt_next_step_tell (const GvtClient *client, const GvtVm *vm)
{
  g_autofree char *name = quote (gvt_vm_name (vm));
  /* What virsh would take by itself need not be said. */
  g_autofree char *uri = client->uri != NULL ? g_strdup_printf ("-c %s ", client->uri)
                                             : g_strdup ("");

  if (gvt_vm_is_running (vm))
    gvt_terminal_talk (client, _ ("%s runs: it has the vGPU from its next start on"), name);
  else if (access (HOOK, X_OK) == 0)
    gvt_terminal_talk (client, _ ("Start it:  virsh %sstart %s"), uri, name);
  else
    gvt_terminal_talk (
        client,
        _ ("libvirt cannot prepare the vGPU when it starts the VM (%s is missing or closed "
           "to you), so start it with:\n  gvt-client %srun %s"),
        HOOK,
        uri,
        name);
}
