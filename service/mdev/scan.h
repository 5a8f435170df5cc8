/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev-info.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * gvt_scan_parents:
 *
 * Returns: (transfer full) (element-type GvtParentInfo): every entry of /sys/class/mdev_bus, which is
 * there exactly while the driver is registered. Blocks.
 */
GPtrArray *gvt_scan_parents (GvtRoot *root);

/**
 * gvt_scan_parent:
 *
 * Returns: (transfer full) (nullable): one of them; %NULL too if it could not be read whole because
 * descriptors or memory ran out
 */
GvtParentInfo *gvt_scan_parent (GvtRoot *root, const char *name);

/**
 * gvt_scan_room:
 * @known: (transfer full): a parent as it was
 *
 * As gvt_scan_parent(), but as long as it offers the same types reads only what vGPUs that come and
 * go change: how many of each type there is room for. Blocks.
 */
GvtParentInfo *gvt_scan_room (GvtRoot *root, GvtParentInfo *known);

/**
 * gvt_scan_devices:
 * @parents: (element-type GvtParentInfo): the parents there are
 * @half_made: (out): whether there is one that is half made
 *
 * What is half made is left out and has to be looked at again: of the link that makes it whole no event
 * tells, the last one comes from before (mdev_core.c, mdev_device_create: device_driver_attach, then
 * mdev_create_sysfs_files).
 *
 * Returns: (transfer full) (element-type GvtDeviceInfo): every mediated device, those whose removal
 * is stuck included. Blocks.
 */
GPtrArray *gvt_scan_devices (GvtRoot *root, GPtrArray *parents, gboolean *half_made);

/**
 * gvt_scan_removing:
 *
 * Returns: (transfer full) (nullable): the device, if its removal from @parent is stuck
 */
GvtDeviceInfo *gvt_scan_removing (GvtRoot *root, const char *parent, const char *uuid);

/**
 * gvt_scan_device:
 *
 * Returns: (transfer full) (nullable): one of them; %NULL too if it could not be read whole because
 * descriptors or memory ran out
 */
GvtDeviceInfo *gvt_scan_device (GvtRoot *root, const char *uuid);

/**
 * gvt_parent_name_is_safe:
 * @name: a name that came from a directory or a definition's place
 *
 * Returns: whether it can be a component of a path in /etc/mdevctl.d: not `scripts.d`, whose files
 * mdevctl runs, and nothing that could be another directory
 */
gboolean gvt_parent_name_is_safe (const char *name);

G_END_DECLS
