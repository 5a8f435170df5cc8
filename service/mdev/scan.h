/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"
#include "type-description.h"

G_BEGIN_DECLS

/**
 * GvtTypeInfo:
 *
 * A type as the kernel lists it now. @name is the id where the kernel has none (before 6.1).
 */
typedef struct {
  char *id;
  char *name;
  char *description;
  char *device_api;
  guint available;
  GvtTypeSize size;
} GvtTypeInfo;

/**
 * GvtParentInfo:
 *
 * A device that makes vGPUs, as the kernel shows it now. @types holds #GvtTypeInfo.
 */
typedef struct {
  char *name;
  char *pci_address;
  char *model;
  char *driver;
  char *render_node;
  gboolean boot_vga;
  GPtrArray *types;
} GvtParentInfo;

/**
 * GvtDeviceInfo:
 *
 * A mediated device that exists. @group is -1 while it has no IOMMU group. @removing is set for one
 * whose removal waits for its user: nothing but its directory and group are left in sysfs then, and
 * @type is empty.
 */
typedef struct {
  char *uuid;
  char *parent;
  char *type;
  int group;
  gboolean removing;
} GvtDeviceInfo;

void gvt_parent_info_free (GvtParentInfo *self);

void gvt_device_info_free (GvtDeviceInfo *self);

GvtDeviceInfo *gvt_device_info_copy (const GvtDeviceInfo *self);

/** gvt_device_info_equal: Returns: whether both say the same of the same device, or both are %NULL */
gboolean gvt_device_info_equal (const GvtDeviceInfo *a, const GvtDeviceInfo *b);

/** gvt_parent_info_equal: Returns: whether both say the same of the same parent */
gboolean gvt_parent_info_equal (const GvtParentInfo *a, const GvtParentInfo *b);

/**
 * gvt_parent_info_find_type:
 *
 * Returns: (transfer none) (nullable): the type with that id
 */
GvtTypeInfo *gvt_parent_info_find_type (const GvtParentInfo *self, const char *id);

GvtParentInfo *gvt_parent_info_copy (const GvtParentInfo *self);

/** gvt_parent_info_list_types: Returns: (transfer full): the ids of its types, for a message */
char *gvt_parent_info_list_types (const GvtParentInfo *self);

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
 *
 * Returns: (transfer full) (element-type GvtDeviceInfo): every mediated device, those whose removal
 * is stuck included. One that is half made is left out; an event follows when it is whole. Blocks.
 */
GPtrArray *gvt_scan_devices (GvtRoot *root, GPtrArray *parents);

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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtParentInfo, gvt_parent_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDeviceInfo, gvt_device_info_free)

G_END_DECLS
