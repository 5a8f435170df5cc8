/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/** GVT_SYSFS_WRITE_DEADLINE_MS: a create or remove takes 10 to 25 ms; after this much it is stuck. */
#define GVT_SYSFS_WRITE_DEADLINE_MS 5000

/** GVT_SYSFS_STUCK_MAX: so many stuck writes, each a process, and no more are begun. */
#define GVT_SYSFS_STUCK_MAX 8

/**
 * GvtSysfsLate:
 * @error_number: 0, or the errno of the child's open or write
 *
 * Told, on the main loop, what came of a write that returned after its deadline.
 */
typedef void (*GvtSysfsLate) (int error_number, gpointer user_data);

/**
 * gvt_sysfs_read:
 * @path: an absolute path below /sys
 *
 * Reads one attribute, without the newline that ends it. A whole attribute is at most one page.
 *
 * Returns: (transfer full): its value, or %NULL if there is none, or it is not UTF-8
 */
char *gvt_sysfs_read (GvtRoot *root, const char *path);

/**
 * gvt_sysfs_read_number:
 *
 * Returns: the attribute's value as a number; 0 if it is missing or no number
 */
guint gvt_sysfs_read_number (GvtRoot *root, const char *path);

/**
 * gvt_sysfs_read_node:
 * @group: an IOMMU group
 * @device: (out): the device number of its node
 *
 * Returns: whether the kernel has such a node
 */
gboolean gvt_sysfs_read_node (GvtRoot *root, int group, dev_t *device);

/**
 * gvt_sysfs_write:
 * @path: an absolute path below /sys
 * @value: what to write, in exactly one write(2): the kernel takes a second one as a new command
 * @held: a descriptor that stays open until the write returns, whatever becomes of us; or -1
 * @late: (nullable): who wants to know how it ends if it does not in time
 * @user_data: (transfer full): for @late
 * @free_user_data: how to free @user_data, in any case
 *
 * Writes from a child process and waits for it, at most %GVT_SYSFS_WRITE_DEADLINE_MS: a thread that
 * the kernel holds in a write cannot be killed, and would keep this process and its bus name alive.
 * A child can be left behind, and only its own exit is awaited then; it is not killed, which the
 * kernel would not heed, and which would hide how the write ended. Blocks; never call it on the main
 * loop.
 *
 * Returns: 0, or the errno of the child's open or write; ETIMEDOUT when it did not return in time;
 * EAGAIN, also while too many are stuck, when none was begun
 */
int gvt_sysfs_write (GvtRoot *root,
                     const char *path,
                     const char *value,
                     int held,
                     GvtSysfsLate late,
                     gpointer user_data,
                     GDestroyNotify free_user_data);

G_END_DECLS
