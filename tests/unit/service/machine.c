/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What sysfs shows of GVT-g, as plain files: it stands still, and whatever is written stays there.
 */

#include "machine.h"

#define V5_4 "low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nresolution: 1920x1200\nweight: 4\n"
#define V5_8 "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\nweight: 2\n"

static char *
directory_of (const char *parent)
{
  return g_build_filename ("/sys/devices/pci0000:00", parent, NULL);
}

static void
write_in (const Scratch *self, const char *directory, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  if (text != NULL)
    scratch_write (self, path, text);
}

static void
link_in (const Scratch *self, const char *directory, const char *name, const char *target)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  scratch_link (self, path, target);
}

void
machine_add_parent (const Scratch *self, const char *name, const char *subsystem)
{
  g_autofree char *directory = directory_of (name);
  g_autofree char *bus = g_build_filename ("/sys/class/mdev_bus", name, NULL);
  g_autofree char *target = g_strconcat ("../../devices/pci0000:00/", name, NULL);
  g_autofree char *subsystem_link = g_strconcat ("../../../bus/", subsystem, NULL);

  scratch_make_directory (self, directory);
  scratch_link (self, bus, target);
  link_in (self, directory, "subsystem", subsystem_link);
}

void
machine_add_type (const Scratch *self,
                  const char *parent,
                  const char *type,
                  const char *type_name,
                  const char *description,
                  const char *available)
{
  g_autofree char *device = directory_of (parent);
  g_autofree char *directory = g_build_filename (device, "mdev_supported_types", type, NULL);

  write_in (self, directory, "name", type_name);
  write_in (self, directory, "description", description);
  write_in (self, directory, "device_api", "vfio-pci\n");
  write_in (self, directory, "available_instances", available);
  write_in (self, directory, "create", "");
}

void
machine_add_gpu (const Scratch *self)
{
  g_autofree char *directory = directory_of (GPU);

  machine_add_parent (self, GPU, "pci");
  link_in (self, directory, "driver", "../../../bus/pci/drivers/i915");
  write_in (self, directory, "vendor", "0x8086\n");
  write_in (self, directory, "device", "0x3ea0\n");
  write_in (self, directory, "boot_vga", "1\n");
  machine_add_type (self, GPU, TYPE, "GVTg_V5_4\n", V5_4, "1\n");
  machine_add_type (self, GPU, SMALL_TYPE, "GVTg_V5_8\n", V5_8, "2\n");
}

void
machine_add_vgpu (const Scratch *self,
                  const char *uuid,
                  const char *parent,
                  const char *type,
                  int group)
{
  g_autofree char *gpu = directory_of (parent);
  g_autofree char *directory = g_build_filename (gpu, uuid, NULL);
  g_autofree char *bus = g_build_filename ("/sys/bus/mdev/devices", uuid, NULL);
  g_autofree char *target = g_strconcat ("../../../devices/pci0000:00/", parent, "/", uuid, NULL);
  g_autofree char *type_link = g_strconcat ("../mdev_supported_types/", type, NULL);
  g_autofree char *group_link = g_strdup_printf ("../../../../kernel/iommu_groups/%d", group);
  g_autofree char *member = g_strdup_printf ("/sys/kernel/iommu_groups/%d/devices/%s", group, uuid);

  write_in (self, directory, "remove", "");
  link_in (self, directory, "mdev_type", type_link);
  scratch_link (self, bus, target);
  if (group < 0)
    return;
  link_in (self, directory, "iommu_group", group_link);
  scratch_link (self, member, target);
}

void
machine_begin_removal (const Scratch *self, const char *uuid, const char *parent)
{
  g_autofree char *gpu = directory_of (parent);
  g_autofree char *type = g_build_filename (gpu, uuid, "mdev_type", NULL);
  g_autofree char *remove = g_build_filename (gpu, uuid, "remove", NULL);
  g_autofree char *bus = g_build_filename ("/sys/bus/mdev/devices", uuid, NULL);

  scratch_remove (self, type);
  scratch_remove (self, remove);
  scratch_remove (self, bus);
}
