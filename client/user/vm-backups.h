/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vm.h"

G_BEGIN_DECLS

/**
 * gvt_vm_backups_directory:
 * @vm: a domain of the user's own libvirt
 *
 * Returns: where its backups are, below the user's `$XDG_STATE_HOME`.
 */
char *gvt_vm_backups_directory (const GvtVm *vm);

/**
 * gvt_vm_change:
 * @vm: a domain of the user's own libvirt
 * @before: what gvt_vm_get_xml() said when the edit began
 * @after: what it is to be
 * @verb: what is being done, in lower case letters, for the backup's reason
 * @object: what with: a UUID in lower case, or a backup's name
 * @error: as gvt_vm_define(); GVT_ERROR_FAILED if no backup can be written
 *
 * Backs the domain up and redefines it. A failure leaves no backup.
 */
gboolean gvt_vm_change (const GvtVm *vm,
                        const char *before,
                        const char *after,
                        const char *verb,
                        const char *object,
                        GError **error);

G_END_DECLS
