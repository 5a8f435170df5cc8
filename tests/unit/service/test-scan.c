/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is read of sysfs: whole, old, half made, half gone, and named to do harm.
 */

#include "scan.h"

#include <sys/resource.h>

#include "machine.h"

static void
test_nothing (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GPtrArray) parents = gvt_scan_parents (host->root);
  gboolean half_made = TRUE;
  g_autoptr (GPtrArray) devices = gvt_scan_devices (host->root, parents, &half_made);

  g_assert_cmpuint (parents->len, ==, 0);
  g_assert_cmpuint (devices->len, ==, 0);
  g_assert_false (half_made);
  g_assert_null (gvt_scan_parent (host->root, GPU));
  g_assert_null (gvt_scan_device (host->root, UUID));
}

static void
test_gpu (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GPtrArray) parents = NULL;
  const GvtParentInfo *gpu;
  const GvtTypeInfo *type;

  machine_add_gpu (host);
  scratch_make_directory (host, "/sys/devices/pci0000:00/" GPU "/drm/card0");
  scratch_make_directory (host, "/sys/devices/pci0000:00/" GPU "/drm/renderD128");
  parents = gvt_scan_parents (host->root);
  g_assert_cmpuint (parents->len, ==, 1);
  gpu = g_ptr_array_index (parents, 0);
  g_assert_cmpstr (gpu->name, ==, GPU);
  g_assert_cmpstr (gpu->pci_address, ==, GPU);
  g_assert_cmpstr (gpu->model, ==, "8086:3ea0");
  g_assert_cmpstr (gpu->driver, ==, "i915");
  g_assert_cmpstr (gpu->render_node, ==, "/dev/dri/by-path/pci-" GPU "-render");
  g_assert_true (gpu->boot_vga);
  g_assert_cmpuint (gpu->types->len, ==, 2);
  type = gvt_parent_info_find_type (gpu, TYPE);
  g_assert_cmpstr (type->name, ==, "GVTg_V5_4");
  g_assert_cmpstr (type->device_api, ==, "vfio-pci");
  g_assert_cmpuint (type->available, ==, 1);
  g_assert_cmpuint (type->size.low_mib, ==, 128);
  g_assert_null (gvt_parent_info_find_type (gpu, "i915-GVTg_V5_1"));
}

/* What could not be read for want of descriptors is not taken for a GPU without types. */
static void
test_shortage (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtParentInfo) gpu = NULL;
  struct rlimit before;
  struct rlimit none;

  machine_add_gpu (host);
  gpu = gvt_scan_parent (host->root, GPU);
  g_assert_nonnull (gpu);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = before;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_null (gvt_scan_parent (host->root, GPU));
  g_assert_null (gvt_scan_room (host->root, gvt_parent_info_copy (gpu)));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
}

/* Before 6.1 there is no name file; mtty has no description; a full parent says 0. */
static void
test_old_and_odd_parents (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtParentInfo) parent = NULL;
  const GvtTypeInfo *type;

  machine_add_parent (host, "mtty", "virtual");
  machine_add_type (host, "mtty", "mtty-2", NULL, NULL, "many\n");
  parent = gvt_scan_parent (host->root, "mtty");
  g_assert_cmpstr (parent->pci_address, ==, "");
  g_assert_cmpstr (parent->model, ==, "");
  g_assert_cmpstr (parent->driver, ==, "");
  g_assert_cmpstr (parent->render_node, ==, "");
  g_assert_false (parent->boot_vga);
  type = gvt_parent_info_find_type (parent, "mtty-2");
  g_assert_cmpstr (type->name, ==, "mtty-2");
  g_assert_cmpstr (type->description, ==, "");
  g_assert_cmpuint (type->available, ==, 0);
}

static void
test_devices (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GPtrArray) parents = NULL;
  g_autoptr (GPtrArray) devices = NULL;
  gboolean half_made = TRUE;
  const GvtDeviceInfo *device;

  machine_add_gpu (host);
  machine_add_vgpu (host, UUID, GPU, TYPE, 7);
  machine_add_vgpu (host, UUID_2, GPU, SMALL_TYPE, -1);
  scratch_link (host, "/sys/bus/mdev/devices/not-a-uuid", "../../../devices/pci0000:00/" GPU "/x");
  parents = gvt_scan_parents (host->root);
  devices = gvt_scan_devices (host->root, parents, &half_made);
  g_assert_cmpuint (devices->len, ==, 2);
  device = g_ptr_array_index (devices, 0);
  g_assert_cmpstr (device->uuid, ==, UUID);
  g_assert_cmpstr (device->parent, ==, GPU);
  g_assert_cmpstr (device->type, ==, TYPE);
  g_assert_cmpint (device->group, ==, 7);
  g_assert_false (device->removing);
  device = g_ptr_array_index (devices, 1);
  g_assert_cmpint (device->group, ==, -1);
  g_assert_false (half_made);
}

/* The kernel makes mdev_type last: without it the device is not there yet. */
static void
test_half_made (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GPtrArray) parents = NULL;
  g_autoptr (GPtrArray) devices = NULL;
  gboolean half_made = TRUE;

  machine_add_gpu (host);
  machine_add_vgpu (host, UUID, GPU, TYPE, 7);
  scratch_remove (host, "/sys/devices/pci0000:00/" GPU "/" UUID "/mdev_type");
  parents = gvt_scan_parents (host->root);
  devices = gvt_scan_devices (host->root, parents, &half_made);
  g_assert_cmpuint (devices->len, ==, 0);
  g_assert_true (half_made);
  g_assert_null (gvt_scan_device (host->root, UUID));
}

static void
test_removing (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GPtrArray) parents = NULL;
  g_autoptr (GPtrArray) devices = NULL;
  gboolean half_made = TRUE;
  g_autoptr (GvtDeviceInfo) one = NULL;
  const GvtDeviceInfo *device;

  machine_add_gpu (host);
  machine_add_vgpu (host, UUID, GPU, TYPE, 7);
  g_assert_null (gvt_scan_removing (host->root, GPU, UUID));
  machine_begin_removal (host, UUID, GPU);
  parents = gvt_scan_parents (host->root);
  devices = gvt_scan_devices (host->root, parents, &half_made);
  g_assert_cmpuint (devices->len, ==, 1);
  device = g_ptr_array_index (devices, 0);
  g_assert_true (device->removing);
  g_assert_false (half_made);
  g_assert_cmpstr (device->parent, ==, GPU);
  g_assert_cmpint (device->group, ==, 7);
  g_assert_null (gvt_scan_device (host->root, UUID));
  one = gvt_scan_removing (host->root, GPU, UUID);
  g_assert_true (gvt_device_info_equal (one, device));
  g_assert_null (gvt_scan_removing (host->root, GPU, UUID_2));
}

static void
test_unsafe_names (void)
{
  static const char *const unsafe[] = {
    "",  ".",    "..",      "scripts.d", "a/b",     "../x", "a b",
    "é", "a\nb", ".hidden", "a\\b",      "$(true)", "a;b",  "\xff",
  };
  static const char *const safe[] = { GPU, "mtty", "0000:3b:00.0", "a_b-c.d:e" };
  g_autofree char *endless = g_strnfill (129, 'x');
  g_autofree char *longest = g_strnfill (128, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (unsafe); i++)
    g_assert_false (gvt_parent_name_is_safe (unsafe[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (safe); i++)
    g_assert_true (gvt_parent_name_is_safe (safe[i]));
  g_assert_false (gvt_parent_name_is_safe (endless));
  g_assert_true (gvt_parent_name_is_safe (longest));
}

static void
test_unsafe_entries (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GPtrArray) parents = NULL;
  g_autoptr (GPtrArray) devices = NULL;
  gboolean half_made = TRUE;

  machine_add_parent (host, "scripts.d", "virtual");
  machine_add_parent (host, "a b", "virtual");
  machine_add_vgpu (host, UUID, "scripts.d", "x", 3);
  machine_add_vgpu (host, UUID_2, "a b", "x", 4);
  parents = gvt_scan_parents (host->root);
  devices = gvt_scan_devices (host->root, parents, &half_made);
  g_assert_cmpuint (parents->len, ==, 0);
  g_assert_cmpuint (devices->len, ==, 0);
  /* That would be looked at again and again. */
  g_assert_false (half_made);
  g_assert_null (gvt_scan_parent (host->root, "scripts.d"));
  g_assert_null (gvt_scan_parent (host->root, "../mdev_bus/scripts.d"));
}

static void
test_strange_values (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *large = g_strnfill (5000, 'x');
  g_autoptr (GvtParentInfo) parent = NULL;

  machine_add_parent (host, "mdpy", "virtual");
  machine_add_type (host, "mdpy", "a", "\xff\xfe\n", large, "4294967296\n");
  machine_add_type (host, "mdpy", "b", "", "", "-1\n");
  machine_add_type (host, "mdpy", "c", "c\n", "\n", "");
  scratch_make_directory (
      host,
      "/sys/devices/pci0000:00/mdpy/mdev_supported_types/d/available_instances");
  parent = gvt_scan_parent (host->root, "mdpy");
  g_assert_cmpuint (parent->types->len, ==, 4);
  g_assert_cmpstr (gvt_parent_info_find_type (parent, "a")->name, ==, "a");
  g_assert_cmpstr (gvt_parent_info_find_type (parent, "a")->description, ==, "");
  for (guint i = 0; i < parent->types->len; i++)
    g_assert_cmpuint (((GvtTypeInfo *) g_ptr_array_index (parent->types, i))->available, ==, 0);
}

static void
test_equal (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtParentInfo) before = NULL;
  g_autoptr (GvtParentInfo) same = NULL;
  g_autoptr (GvtParentInfo) fuller = NULL;
  g_autoptr (GvtDeviceInfo) device = NULL;
  g_autoptr (GvtDeviceInfo) copy = NULL;

  machine_add_gpu (host);
  machine_add_vgpu (host, UUID, GPU, TYPE, 7);
  before = gvt_scan_parent (host->root, GPU);
  same = gvt_scan_parent (host->root, GPU);
  g_assert_true (gvt_parent_info_equal (before, same));
  machine_add_type (host, GPU, TYPE, "GVTg_V5_4\n", "", "0\n");
  fuller = gvt_scan_parent (host->root, GPU);
  g_assert_false (gvt_parent_info_equal (before, fuller));
  device = gvt_scan_device (host->root, UUID);
  copy = gvt_device_info_copy (device);
  g_assert_true (gvt_device_info_equal (device, copy));
  copy->removing = TRUE;
  g_assert_false (gvt_device_info_equal (device, copy));
  g_assert_false (gvt_device_info_equal (device, NULL));
  g_assert_true (gvt_device_info_equal (NULL, NULL));
}

static guint32
room_of (GvtParentInfo *parent)
{
  return gvt_parent_info_find_type (parent, TYPE)->available;
}

/* What is known is trusted, but for the room, and for types that come and go. */
static void
test_room (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtParentInfo) parent = NULL;

  machine_add_gpu (host);
  machine_add_type (host, GPU, TYPE, "GVTg_V5_4\n", "", "2\n");
  parent = gvt_scan_parent (host->root, GPU);
  g_assert_cmpuint (room_of (parent), ==, 2);
  machine_add_type (host, GPU, TYPE, "another\n", "", "1\n");
  parent = gvt_scan_room (host->root, g_steal_pointer (&parent));
  g_assert_cmpuint (room_of (parent), ==, 1);
  g_assert_cmpstr (gvt_parent_info_find_type (parent, TYPE)->name, ==, "GVTg_V5_4");
  machine_add_type (host, GPU, "i915-GVTg_V5_2", "GVTg_V5_2\n", "", "1\n");
  parent = gvt_scan_room (host->root, g_steal_pointer (&parent));
  g_assert_cmpstr (gvt_parent_info_find_type (parent, TYPE)->name, ==, "another");
  g_free (parent->name);
  parent->name = g_strdup ("0000:00:03.0");
  parent = gvt_scan_room (host->root, g_steal_pointer (&parent));
  g_assert_null (parent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scan/nothing", test_nothing);
  g_test_add_func ("/scan/gpu", test_gpu);
  g_test_add_func ("/scan/shortage", test_shortage);
  g_test_add_func ("/scan/old-and-odd-parents", test_old_and_odd_parents);
  g_test_add_func ("/scan/devices", test_devices);
  g_test_add_func ("/scan/half-made", test_half_made);
  g_test_add_func ("/scan/removing", test_removing);
  g_test_add_func ("/scan/unsafe-names", test_unsafe_names);
  g_test_add_func ("/scan/unsafe-entries", test_unsafe_entries);
  g_test_add_func ("/scan/strange-values", test_strange_values);
  g_test_add_func ("/scan/equal", test_equal);
  g_test_add_func ("/scan/room", test_room);
  return g_test_run ();
}
