/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtWatch:
 *
 * Says when the host may have changed, whoever changed it. Main loop.
 *
 * On the host itself: the kernel's events about mediated devices and VFIO groups, about parents that
 * register and unregister (`change` with MDEV_STATE, kernel mdev_register_parent), and changes of
 * the device nodes, access included, and in the directories of definitions. Below another root no events come, so it says so four times a
 * second.
 *
 * Signal: `changed`.
 */
#define GVT_TYPE_WATCH (gvt_watch_get_type ())
G_DECLARE_FINAL_TYPE (GvtWatch, gvt_watch, GVT, WATCH, GObject)

GvtWatch *gvt_watch_new (GvtRoot *root);

/**
 * gvt_watch_follow:
 * @directories: (element-type utf8): absolute paths
 *
 * Makes these the directories whose files are watched.
 */
void gvt_watch_follow (GvtWatch *self, GPtrArray *directories);

G_END_DECLS
