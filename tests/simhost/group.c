/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IOMMU groups, their vfio class devices and their nodes. One thread. As on a kernel, groups of
 * physical devices and of vGPUs share one row of numbers and one directory of nodes.
 */
#include "group.h"

SimNode *
sim_group_dir (SimHost *host, guint group)
{
  g_autofree char *path = g_strdup_printf ("kernel/iommu_groups/%u", group);

  return sim_node_find (host->sys, path);
}

guint
sim_group_add (SimHost *host, SimNode *device, const char *device_name, const char *group_name)
{
  guint group = sim_ids_take (host->groups);
  g_autofree char *path = g_strdup_printf ("kernel/iommu_groups/%u", group);
  SimNode *dir = sim_node_make_dir (host->sys, path);

  if (group_name != NULL)
    sim_node_add_text (dir, "name", group_name);
  sim_node_add_text (dir, "type", group_name != NULL ? "unknown" : "DMA-FQ");
  sim_node_add_link (sim_node_make_dir (dir, "devices"), device_name, device);
  sim_node_add_link (device, "iommu_group", dir);
  return group;
}

void
sim_group_open (SimHost *host, guint group)
{
  g_autofree char *name = g_strdup_printf ("%u", group);
  g_autofree char *path = g_strdup_printf ("devices/virtual/vfio/%u", group);
  g_autofree char *uevent = NULL;
  SimNode *class_dir = sim_node_find (host->sys, "class/vfio");
  SimNode *dir = sim_node_make_dir (host->sys, path);
  guint major = sim_devnodes_major (host->nodes);

  uevent = g_strdup_printf ("MAJOR=%u\nMINOR=%u\nDEVNAME=vfio/%u\n", major, group, group);
  sim_node_add_format (dir, "dev", "%u:%u", major, group);
  sim_node_add_link (dir, "subsystem", class_dir);
  sim_host_add_uevent (dir, uevent);
  sim_host_add_power (dir);
  sim_node_add_link (class_dir, name, dir);
}

void
sim_group_remove (SimHost *host, guint group)
{
  g_autofree char *name = g_strdup_printf ("%u", group);

  sim_devnodes_remove_group (host->nodes, group);
  sim_node_remove_child (sim_node_find (host->sys, "class/vfio"), name);
  sim_node_remove_child (sim_node_find (host->sys, "devices/virtual/vfio"), name);
  sim_node_remove_child (sim_node_find (host->sys, "kernel/iommu_groups"), name);
  sim_ids_release (host->groups, group);
}
