/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel has now: parents, their types, and mediated devices, read out of sysfs. Worker
 * threads only. Reads; never changes anything.
 */

#include "scan.h"

#include <string.h>

#include "pci-model.h"
#include "sysfs.h"
#include "uuid.h"

#define MDEV_BUS "/sys/class/mdev_bus"
#define MDEV_DEVICES "/sys/bus/mdev/devices"

gboolean
gvt_parent_name_is_safe (const char *name)
{
  gsize length = strspn (name,
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-");

  return length > 0 && length <= 128 && name[length] == '\0' && name[0] != '.' &&
         !g_str_equal (name, "scripts.d");
}

static char *
read_in (GvtRoot *root, const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return gvt_sysfs_read (root, path);
}

static char *
link_in (GvtRoot *root, const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return gvt_root_read_link_name (root, path);
}

static char *
or_empty (char *text)
{
  return text != NULL ? text : g_strdup ("");
}

static GvtTypeInfo *
scan_type (GvtRoot *root, const char *types, const char *id)
{
  g_autofree char *directory = g_build_filename (types, id, NULL);
  g_autofree char *available = g_build_filename (directory, "available_instances", NULL);
  GvtTypeInfo *type = g_new0 (GvtTypeInfo, 1);

  type->id = g_strdup (id);
  type->name = read_in (root, directory, "name");
  if (type->name == NULL)
    type->name = g_strdup (id);
  type->description = or_empty (read_in (root, directory, "description"));
  type->device_api = or_empty (read_in (root, directory, "device_api"));
  type->available = gvt_sysfs_read_number (root, available);
  type->size = gvt_type_size_parse (type->description);
  return type;
}

static GPtrArray *
scan_types (GvtRoot *root, const char *parent)
{
  g_autofree char *directory = g_build_filename (parent, "mdev_supported_types", NULL);
  g_autoptr (GPtrArray) names = gvt_root_list (root, directory);
  GPtrArray *types = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_type_info_free);

  for (guint i = 0; i < names->len; i++) {
    const char *id = g_ptr_array_index (names, i);

    if (g_utf8_validate (id, -1, NULL))
      g_ptr_array_add (types, scan_type (root, directory, id));
  }
  return types;
}

/* udev names render nodes by path; the kernel only says whether there is one. */
static char *
scan_render_node (GvtRoot *root, const char *parent, const char *pci_address)
{
  g_autofree char *directory = g_build_filename (parent, "drm", NULL);
  g_autoptr (GPtrArray) names = gvt_root_list (root, directory);

  for (guint i = 0; i < names->len && *pci_address != '\0'; i++) {
    if (g_str_has_prefix (g_ptr_array_index (names, i), "renderD"))
      return g_strdup_printf ("/dev/dri/by-path/pci-%s-render", pci_address);
  }
  return g_strdup ("");
}

/* A parent that was read while descriptors ran out seems to offer less than it does; it is no news. */
static GvtParentInfo *
unless_short (GvtRoot *root, int shortages, GvtParentInfo *parent)
{
  if (gvt_root_count_shortages (root) == shortages)
    return parent;
  gvt_parent_info_free (parent);
  return NULL;
}

GvtParentInfo *
gvt_scan_parent (GvtRoot *root, const char *name)
{
  int shortages = gvt_root_count_shortages (root);
  g_autofree char *directory = g_build_filename (MDEV_BUS, name, NULL);
  g_autofree char *subsystem = NULL;
  g_autofree char *boot_vga = NULL;
  GvtParentInfo *parent;

  if (!gvt_parent_name_is_safe (name) || !gvt_root_exists (root, directory))
    return NULL;
  subsystem = link_in (root, directory, "subsystem");
  boot_vga = read_in (root, directory, "boot_vga");
  parent = g_new0 (GvtParentInfo, 1);
  parent->name = g_strdup (name);
  parent->pci_address = g_strdup (g_strcmp0 (subsystem, "pci") == 0 ? name : "");
  parent->model = gvt_pci_model (root, directory);
  parent->driver = or_empty (link_in (root, directory, "driver"));
  parent->render_node = scan_render_node (root, directory, parent->pci_address);
  parent->boot_vga = g_strcmp0 (boot_vga, "1") == 0;
  parent->types = scan_types (root, directory);
  return unless_short (root, shortages, parent);
}

/* Whether @names are the ids of just these types, in the order of a scan. */
static gboolean
are_types (GPtrArray *names, GPtrArray *types)
{
  gboolean same = names->len == types->len;

  for (guint i = 0; same && i < names->len; i++)
    same = g_strcmp0 (g_ptr_array_index (names, i),
                      ((GvtTypeInfo *) g_ptr_array_index (types, i))->id) == 0;
  return same;
}

GvtParentInfo *
gvt_scan_room (GvtRoot *root, GvtParentInfo *known)
{
  int shortages = gvt_root_count_shortages (root);
  g_autoptr (GvtParentInfo) parent = known;
  g_autofree char *directory =
      g_build_filename (MDEV_BUS, parent->name, "mdev_supported_types", NULL);
  g_autoptr (GPtrArray) names = gvt_root_list (root, directory);

  if (!are_types (names, parent->types))
    return gvt_scan_parent (root, parent->name);
  for (guint i = 0; i < parent->types->len; i++) {
    GvtTypeInfo *type = g_ptr_array_index (parent->types, i);
    g_autofree char *available =
        g_build_filename (directory, type->id, "available_instances", NULL);

    type->available = gvt_sysfs_read_number (root, available);
  }
  return unless_short (root, shortages, g_steal_pointer (&parent));
}

GPtrArray *
gvt_scan_parents (GvtRoot *root)
{
  g_autoptr (GPtrArray) names = gvt_root_list (root, MDEV_BUS);
  GPtrArray *parents = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_parent_info_free);

  for (guint i = 0; i < names->len; i++) {
    GvtParentInfo *parent = gvt_scan_parent (root, g_ptr_array_index (names, i));

    if (parent != NULL)
      g_ptr_array_add (parents, parent);
  }
  return parents;
}

/* /sys/bus/mdev/devices/UUID points to .../PARENT/UUID. */
static char *
scan_parent_of (GvtRoot *root, const char *device)
{
  char target[PATH_MAX];
  g_autofree char *directory = NULL;

  if (!gvt_root_read_link (root, device, target, sizeof target))
    return NULL;
  directory = g_path_get_dirname (target);
  return g_path_get_basename (directory);
}

static GvtDeviceInfo *
new_device (const char *uuid, const char *parent, const char *type, const char *group)
{
  GvtDeviceInfo *device = g_new0 (GvtDeviceInfo, 1);
  guint64 number = 0;

  device->uuid = g_strdup (uuid);
  device->parent = g_strdup (parent);
  device->type = g_strdup (type);
  device->group = -1;
  if (group != NULL && g_ascii_string_to_unsigned (group, 10, 0, G_MAXINT32, &number, NULL))
    device->group = (int) number;
  return device;
}

GvtDeviceInfo *
gvt_scan_device (GvtRoot *root, const char *uuid)
{
  g_autofree char *directory = g_build_filename (MDEV_DEVICES, uuid, NULL);
  g_autofree char *parent = scan_parent_of (root, directory);
  g_autofree char *type = parent != NULL ? link_in (root, directory, "mdev_type") : NULL;
  g_autofree char *group = type != NULL ? link_in (root, directory, "iommu_group") : NULL;

  /* The kernel makes the mdev_type link last (mdev_create_sysfs_files). */
  if (parent == NULL || type == NULL || !gvt_parent_name_is_safe (parent))
    return NULL;
  return new_device (uuid, parent, type, group);
}

GvtDeviceInfo *
gvt_scan_removing (GvtRoot *root, const char *parent, const char *uuid)
{
  g_autofree char *whole = g_build_filename (MDEV_DEVICES, uuid, NULL);
  g_autofree char *directory = g_build_filename (MDEV_BUS, parent, uuid, NULL);
  g_autofree char *group = link_in (root, directory, "iommu_group");
  GvtDeviceInfo *device;

  /* device_del() takes the device off its bus first and then waits (vfio_unregister_group_dev). */
  if (group == NULL || gvt_root_exists (root, whole))
    return NULL;
  device = new_device (uuid, parent, "", group);
  device->removing = TRUE;
  return device;
}

static void
scan_removing_below (GvtRoot *root, const char *parent, GPtrArray *devices)
{
  g_autofree char *directory = g_build_filename (MDEV_BUS, parent, NULL);
  g_autoptr (GPtrArray) names = gvt_root_list (root, directory);

  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    GvtDeviceInfo *device = gvt_uuid_is_canonical (name) ? gvt_scan_removing (root, parent, name)
                                                         : NULL;

    if (device != NULL)
      g_ptr_array_add (devices, device);
  }
}

/* On the bus, but without the link that the kernel makes last, or takes away first. */
static gboolean
is_half_made (GvtRoot *root, const char *uuid)
{
  g_autofree char *directory = g_build_filename (MDEV_DEVICES, uuid, NULL);
  g_autofree char *type = g_build_filename (directory, "mdev_type", NULL);

  return gvt_root_exists (root, directory) && !gvt_root_exists (root, type);
}

GPtrArray *
gvt_scan_devices (GvtRoot *root, GPtrArray *parents, gboolean *half_made)
{
  g_autoptr (GPtrArray) names = gvt_root_list (root, MDEV_DEVICES);
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_device_info_free);

  *half_made = FALSE;
  for (guint i = 0; i < names->len; i++) {
    const char *uuid = g_ptr_array_index (names, i);
    GvtDeviceInfo *device = gvt_uuid_is_canonical (uuid) ? gvt_scan_device (root, uuid) : NULL;

    if (device != NULL)
      g_ptr_array_add (devices, device);
    else if (gvt_uuid_is_canonical (uuid) && is_half_made (root, uuid))
      *half_made = TRUE;
  }
  for (guint i = 0; i < parents->len; i++)
    scan_removing_below (root, ((GvtParentInfo *) g_ptr_array_index (parents, i))->name, devices);
  return devices;
}
