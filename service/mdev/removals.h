/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtRemovals:
 *
 * Notices removals of mediated devices as they begin. The kernel sends no event before the last user
 * of the device lets go (vfio_unregister_group_dev), but opening the attribute `remove` is one of the
 * file system's. Main loop.
 *
 * Signal: `changed`, when somebody opened one.
 */
#define GVT_TYPE_REMOVALS (gvt_removals_get_type ())
G_DECLARE_FINAL_TYPE (GvtRemovals, gvt_removals, GVT, REMOVALS, GObject)

GvtRemovals *gvt_removals_new (GvtRoot *root);

/**
 * gvt_removals_follow:
 * @uuids: (element-type utf8): mediated devices that are whole
 *
 * Makes these the devices that are watched.
 */
void gvt_removals_follow (GvtRemovals *self, GPtrArray *uuids);

/**
 * gvt_removals_is_quiet:
 *
 * Returns: whether nobody opened a `remove` of late, so that no look is due. FALSE as well if that
 * cannot be seen.
 */
gboolean gvt_removals_is_quiet (GvtRemovals *self);

G_END_DECLS
