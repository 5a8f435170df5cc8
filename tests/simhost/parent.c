/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mdev parents: their types in sysfs, and how they come and go. One thread.
 */
#include "parent.h"

#include "vgpu.h"

#include <errno.h>

static int
show_available (SimNode *node, GString *text)
{
  SimParentType *type = node->owner;

  g_string_append_printf (text, "%u\n", sim_pool_available (type->parent->pool, type->type));
  return 0;
}

static void
add_type (SimParent *parent, SimNode *types, SimParentType *entry)
{
  static const SimAttr available = { .show = show_available };
  static const SimAttr create = { .store = sim_vgpu_store_create };
  const SimType *type = entry->type;

  entry->dir = sim_node_make_dir (types, type->id);
  entry->devices = sim_node_make_dir (entry->dir, "devices");
  sim_node_add_attr (entry->dir, "create", 0200, &create, entry);
  sim_node_add_attr (entry->dir, "available_instances", 0444, &available, entry);
  sim_node_add_text (entry->dir, "device_api", "vfio-pci");
  if (type->description != NULL)
    sim_node_add_text (entry->dir, "description", type->description);
  if (!parent->host->old_kernel || !parent->gvt)
    sim_node_add_text (entry->dir, "name", type->name);
}

int
sim_parent_register (SimParent *parent)
{
  SimNode *types;
  guint i;

  if (parent->registered)
    return EEXIST;

  types = sim_node_make_dir (parent->dir, "mdev_supported_types");
  for (i = 0; i < parent->types->len; i++)
    add_type (parent, types, parent->types->pdata[i]);
  sim_node_add_link (sim_node_find (parent->host->sys, "class/mdev_bus"),
                     parent->name,
                     parent->dir);
  parent->registered = TRUE;
  return 0;
}

int
sim_parent_unregister (SimParent *parent)
{
  GHashTableIter iter;
  gpointer vgpu;

  if (!parent->registered)
    return ENODEV;
  g_hash_table_iter_init (&iter, parent->host->vgpus);
  while (g_hash_table_iter_next (&iter, NULL, &vgpu)) {
    if (sim_vgpu_is_on (vgpu, parent) && sim_vgpu_is_busy (vgpu))
      return EBUSY;
  }

  sim_node_remove_child (sim_node_find (parent->host->sys, "class/mdev_bus"), parent->name);
  g_hash_table_iter_init (&iter, parent->host->vgpus);
  while (g_hash_table_iter_next (&iter, NULL, &vgpu)) {
    if (!sim_vgpu_is_on (vgpu, parent))
      continue;
    sim_vgpu_vanish (vgpu);
    g_hash_table_iter_remove (&iter);
  }
  sim_node_remove_child (parent->dir, "mdev_supported_types");
  parent->registered = FALSE;
  return 0;
}

static SimParent *
parent_new (SimHost *host, const char *name, SimNode *dir, SimPool *pool)
{
  SimParent *parent = g_new0 (SimParent, 1);
  guint i;

  parent->host = host;
  parent->name = g_strdup (name);
  parent->dir = dir;
  parent->pool = pool;
  parent->instances = sim_ids_new (1);
  parent->types = g_ptr_array_new_with_free_func (g_free);
  for (i = 0; i < pool->types->len; i++) {
    SimParentType *entry = g_new0 (SimParentType, 1);

    entry->parent = parent;
    entry->type = pool->types->pdata[i];
    g_ptr_array_add (parent->types, entry);
  }
  g_ptr_array_add (host->parents, parent);
  return parent;
}

void
sim_parent_add_gpu (SimHost *host, const SimPciSpec *spec)
{
  SimPool *pool = sim_pool_new_gvt (spec->aperture, spec->generation, spec->instances);
  SimParent *parent = parent_new (host, spec->address, sim_pci_add (host, spec), pool);

  parent->gvt = TRUE;
  parent->vgpu_driver = host->old_kernel ? "vfio_mdev" : "intel_vgpu_mdev";
  sim_parent_register (parent);
}

gboolean
sim_parent_add_sample (SimHost *host, const char *driver)
{
  SimPool *pool = sim_pool_new_sample (driver);
  g_autofree char *path = g_strdup_printf ("devices/virtual/%s/%s", driver, driver);
  g_autofree char *class_path = g_strdup_printf ("class/%s", driver);
  SimNode *class_dir;
  SimParent *parent;

  if (pool == NULL)
    return FALSE;
  parent = parent_new (host, driver, sim_node_make_dir (host->sys, path), pool);
  parent->vgpu_driver = host->old_kernel ? "vfio_mdev" : parent->name;
  class_dir = sim_node_make_dir (host->sys, class_path);
  sim_node_add_link (class_dir, driver, parent->dir);
  sim_node_add_link (parent->dir, "subsystem", class_dir);
  sim_host_add_uevent (parent->dir, "");
  sim_host_add_power (parent->dir);
  sim_parent_register (parent);
  return TRUE;
}

SimParent *
sim_parent_find (SimHost *host, const char *name)
{
  guint i;

  for (i = 0; i < host->parents->len; i++) {
    SimParent *parent = host->parents->pdata[i];

    if (g_str_equal (parent->name, name))
      return parent;
  }
  return NULL;
}

SimParentType *
sim_parent_find_type (SimParent *parent, const char *id)
{
  guint i;

  for (i = 0; i < parent->types->len; i++) {
    SimParentType *entry = parent->types->pdata[i];

    if (g_str_equal (entry->type->id, id))
      return entry;
  }
  return NULL;
}

void
sim_parent_free (gpointer data)
{
  SimParent *parent = data;

  g_ptr_array_unref (parent->types);
  sim_ids_free (parent->instances);
  sim_pool_free (parent->pool);
  g_free (parent->name);
  g_free (parent);
}
