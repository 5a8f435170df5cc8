/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

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

void gvt_type_info_free (GvtTypeInfo *self);

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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtParentInfo, gvt_parent_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDeviceInfo, gvt_device_info_free)

G_END_DECLS
