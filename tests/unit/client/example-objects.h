/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A service with two GPUs and three vGPUs, as GetManagedObjects tells it. */
#pragma once

#include "objects.h"

static inline GvtObjects *
example_objects (void)
{
  static const char *text =
      "@a{oa{sa{sv}}} {"
      "'/org/gvt/Manager': {'org.gvt.Manager': {'Version': <'1'>}},"
      "'/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0': {'org.gvt.Manager.Gpu': {"
      "  'Name': <'0000:00:02.0'>, 'PciAddress': <'0000:00:02.0'>, 'Model': <'UHD 620'>,"
      "  'Driver': <'i915'>, 'RenderNode': <'/dev/dri/by-path/x'>, 'BootVga': <true>}},"
      "'/org/gvt/Manager/gpus/other': {'org.gvt.Manager.Gpu': {"
      "  'Name': <'other'>, 'PciAddress': <''>, 'Model': <'M'>,"
      "  'Driver': <'i915'>, 'RenderNode': <''>, 'BootVga': <false>}},"
      "'/org/gvt/Manager/gpus/other/types/b8': {'org.gvt.Manager.VgpuType': {"
      "  'Id': <'i915-GVTg_V5_8'>, 'Gpu': <objectpath '/org/gvt/Manager/gpus/other'>,"
      "  'Name': <'GVTg_V5_8'>, 'Description': <'low_gm_size: 64MB\\nx'>, 'DeviceApi': "
      "<'vfio-pci'>,"
      "  'AvailableInstances': <uint32 1>, 'LowMemoryMiB': <uint32 64>,"
      "  'HighMemoryMiB': <uint32 384>, 'Fences': <uint32 4>, 'Weight': <uint32 2>,"
      "  'Resolution': <'1024x768'>}},"
      "'/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0/types/a8': {'org.gvt.Manager.VgpuType': {"
      "  'Id': <'i915-GVTg_V5_8'>, 'Gpu': <objectpath "
      "'/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0'>,"
      "  'AvailableInstances': <uint32 5>, 'LowMemoryMiB': <uint32 64>}},"
      "'/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0/types/a4': {'org.gvt.Manager.VgpuType': {"
      "  'Id': <'i915-GVTg_V5_4'>, 'Gpu': <objectpath "
      "'/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0'>,"
      "  'AvailableInstances': <uint32 0>, 'LowMemoryMiB': <uint32 128>}},"
      "'/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0/types/old': {'org.gvt.Manager.VgpuType': {"
      "  'Id': <'i915-GVTg_V4_8'>, 'Gpu': <objectpath "
      "'/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0'>,"
      "  'AvailableInstances': <uint32 0>, 'LowMemoryMiB': <uint32 64>}},"
      "'/org/gvt/Manager/vgpus/a': {'org.gvt.Manager.Vgpu': {"
      "  'Uuid': <'aaaabbbb-0000-4000-8000-000000000001'>, 'Label': <'win10'>,"
      "  'Gpu': <objectpath '/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0'>,"
      "  'Type': <'i915-GVTg_V5_4'>, 'Active': <true>, 'Defined': <true>, 'Start': <'domain'>,"
      "  'OwnerUid': <uint32 0>, 'Domain': <''>, 'DeviceNode': <'/dev/vfio/7'>,"
      "  'State': <'active'>, 'Failure': <''>}},"
      "'/org/gvt/Manager/vgpus/b': {'org.gvt.Manager.Vgpu': {"
      "  'Uuid': <'aaaacccc-0000-4000-8000-000000000002'>, 'Label': <'win10'>,"
      "  'OwnerUid': <uint32 4242>, 'State': <'inactive'>}},"
      "'/org/gvt/Manager/vgpus/c': {'org.gvt.Manager.Vgpu': {"
      "  'Uuid': <'ddddbbbb-0000-4000-8000-000000000003'>, 'Label': <''>,"
      "  'Gpu': <objectpath '/org/gvt/Manager/gpus/_30000_3a00_3a03_2e0'>,"
      "  'OwnerUid': <uint32 4242>, 'State': <'waiting'>}}"
      "}";
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) managed = NULL;

  managed = g_variant_parse (G_VARIANT_TYPE ("a{oa{sa{sv}}}"), text, NULL, NULL, &error);
  g_assert_no_error (error);
  return gvt_objects_new (managed);
}
