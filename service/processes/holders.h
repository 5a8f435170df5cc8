/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "process-question.h"

G_BEGIN_DECLS

/**
 * gvt_holder_look:
 * @group: a vGPU's IOMMU group
 *
 * Looks through every process's open files for the group's node, by device number, so that a VM
 * with a /dev of its own is found too. Opening the node instead would tell as well (EBUSY: vfio group
 * nodes are exclusive) but makes a VM fail that starts at that moment. Blocks.
 *
 * Returns: (transfer full): the process that has it open, if there is one
 */
GvtProcessAnswer *gvt_holder_look (GvtRoot *root, int group);

/**
 * gvt_holder_find:
 * @group: a vGPU's IOMMU group
 * @pid: (out) (optional): the process
 *
 * Has the process helper look. Blocks.
 *
 * Returns: (transfer full) (nullable): who has it open, as in `process 4242 (qemu-system-x86) of
 * alice, VM win10`, or why that cannot be said; %NULL when nobody has
 */
char *gvt_holder_find (GvtRoot *root, int group, pid_t *pid);

G_END_DECLS
