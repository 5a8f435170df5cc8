/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups of the user's own VMs, in the user's own state directory: one before each change. Main
 * thread. Must not let a VM be changed without one.
 */

#include "vm-backups.h"

#include "domain-backups.h"
#include "terminal.h"

char *
gvt_vm_backups_directory (const GvtVm *vm)
{
  return g_build_filename (g_get_user_state_dir (),
                           "gvt-manager",
                           "backups",
                           gvt_vm_uuid (vm),
                           NULL);
}

gboolean
gvt_vm_change (const GvtVm *vm,
               const char *before,
               const char *after,
               const char *verb,
               const char *object,
               GError **error)
{
  g_autofree char *directory = gvt_vm_backups_directory (vm);
  g_autofree char *backup = gvt_domain_backups_add (directory, before, verb, object, error);
  g_autoptr (GError) problem = NULL;

  if (backup == NULL)
    return FALSE;
  if (!gvt_vm_define (vm, before, after, error)) {
    gvt_domain_backups_remove (directory, backup, NULL);
    return FALSE;
  }
  /* The change is made; a backup too many is no reason to say otherwise. */
  if (!gvt_domain_backups_prune (directory, &problem))
    gvt_terminal_complain (_ ("cannot delete old backups: %s"), problem->message);
  return TRUE;
}
