/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine without its devices: the skeleton of sysfs that a kernel with i915, kvmgt, mdev
 * and vfio loaded shows, and the owner of all state. One thread.
 */
#include "host.h"

#include "parent.h"
#include "vgpu.h"

static void
swallow_write (SimNode *node, SimWrite *write)
{
  sim_write_finish (write, write->length);
}

void
sim_host_add_uevent (SimNode *dir, const char *text)
{
  static const SimAttr uevent = { .store = swallow_write };
  SimNode *node = sim_node_add_attr (dir, "uevent", 0644, &uevent, NULL);

  node->text = g_strdup (text);
}

void
sim_host_add_power (SimNode *dir)
{
  SimNode *power = sim_node_make_dir (dir, "power");

  sim_node_add_text (power, "runtime_status", "unsupported");
  sim_node_add_text (power, "runtime_usage", "0");
}

static void
add_modules (SimHost *host)
{
  static const char *const names[] = { "kvmgt", "mdev", "vfio", "vfio_iommu_type1" };
  SimNode *modules = sim_node_make_dir (host->sys, "module");
  SimNode *parameters = sim_node_make_dir (modules, "i915/parameters");
  gsize i;

  sim_node_add_text (parameters, "enable_gvt", "Y")->mode = 0400;
  sim_node_add_text (parameters, "enable_guc", "-1")->mode = 0400;
  sim_node_add_text (sim_node_make_dir (modules, "i915"), "initstate", "live");
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    sim_node_add_text (sim_node_make_dir (modules, names[i]), "initstate", "live");
  if (host->old_kernel)
    sim_node_add_text (sim_node_make_dir (modules, "vfio_mdev"), "initstate", "live");
}

SimHost *
sim_host_new (const char *dir, gboolean old_kernel, GError **error)
{
  static const char *const dirs[] = {
    "block",     "bus/mdev/devices",    "bus/mdev/drivers", "bus/pci/devices", "bus/pci/drivers",
    "class/drm", "class/mdev_bus",      "class/vfio",       "devices/virtual", "firmware",
    "fs",        "kernel/iommu_groups",
  };
  g_autoptr (SimHost) host = g_new0 (SimHost, 1);
  gsize i;

  host->tree = sim_tree_new ();
  host->sys = sim_tree_root (host->tree);
  host->old_kernel = old_kernel;
  host->faults = sim_faults_new ();
  host->groups = sim_ids_new (0);
  host->vfio_devices = sim_ids_new (0);
  host->parents = g_ptr_array_new_with_free_func (sim_parent_free);
  host->vgpus = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, sim_vgpu_free);
  g_queue_init (&host->waiting);

  for (i = 0; i < G_N_ELEMENTS (dirs); i++)
    sim_node_make_dir (host->sys, dirs[i]);
  if (!old_kernel)
    sim_node_make_dir (host->sys, "class/vfio-dev");
  add_modules (host);

  host->nodes = sim_devnodes_new (dir, error);
  if (host->nodes == NULL)
    return NULL;
  host->proc = sim_proc_new (dir, error);
  if (host->proc == NULL)
    return NULL;
  return g_steal_pointer (&host);
}

void
sim_host_free (SimHost *host)
{
  g_clear_pointer (&host->vgpus, g_hash_table_unref);
  g_clear_pointer (&host->parents, g_ptr_array_unref);
  g_clear_pointer (&host->faults, sim_faults_free);
  g_clear_pointer (&host->groups, sim_ids_free);
  g_clear_pointer (&host->vfio_devices, sim_ids_free);
  g_clear_pointer (&host->nodes, sim_devnodes_free);
  g_clear_pointer (&host->proc, sim_proc_free);
  g_clear_pointer (&host->tree, sim_tree_free);
  g_free (host);
}
