/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * gvt_node_path:
 *
 * Returns: (transfer full): `/dev/vfio/GROUP`
 */
char *gvt_node_path (int group);

/**
 * gvt_node_grant:
 * @uuid: the vGPU, in canonical spelling
 * @group: its IOMMU group, as the kernel says
 * @uid: who may open it; root needs no entry
 *
 * Makes @uid the only user with an entry in the access list of exactly the vGPU's group node, after
 * checking that the group holds nothing but @uuid and that the node is that group's: a group with a
 * physical device in it would hand out that device's DMA. Waits a moment for the node to appear.
 *
 * Revoking later stops new opens only; VFIO has no way to take back an open descriptor. Blocks.
 *
 * Returns: whether it is granted
 */
gboolean gvt_node_grant (GvtRoot *root, const char *uuid, int group, guint32 uid, GError **error);

/**
 * gvt_node_await_udev:
 * @group: the IOMMU group of a new vGPU
 *
 * Waits, for two seconds at most, until udev has done with the group's node: a site's rule with a
 * MODE takes away an access list that is older. Does nothing where no udev runs. Blocks.
 */
void gvt_node_await_udev (GvtRoot *root, int group);

/**
 * gvt_node_allows:
 *
 * Returns: whether @uid still has the access that gvt_node_grant() gave, or there is no node; a udev
 * rule with a MODE takes it away at every event. Blocks.
 */
gboolean gvt_node_allows (GvtRoot *root, int group, guint32 uid);

G_END_DECLS
