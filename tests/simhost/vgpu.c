/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vGPUs: what a write to `create` and to `remove` does. One thread.
 *
 * A removal that cannot end (the vGPU is in use, or the control file says so) leaves the vGPU as
 * Linux 6.1 leaves it inside vfio_unregister_group_dev(): off its bus, without driver, type and
 * `remove`, but with its directory, its group and its instance, and its UUID taken.
 */
#include "vgpu.h"

#include "group.h"

#include <errno.h>

static SimNode *
mdev_devices (SimHost *host)
{
  return sim_node_find (host->sys, "bus/mdev/devices");
}

static SimNode *
driver_dir (SimVgpu *vgpu)
{
  g_autofree char *path = g_strdup_printf ("bus/mdev/drivers/%s", vgpu->parent->vgpu_driver);

  return sim_node_make_dir (vgpu->parent->host->sys, path);
}

SimVgpu *
sim_vgpu_find (SimHost *host, const char *uuid)
{
  return g_hash_table_lookup (host->vgpus, uuid);
}

gboolean
sim_vgpu_is_on (SimVgpu *vgpu, SimParent *parent)
{
  return vgpu->parent == parent;
}

gboolean
sim_vgpu_is_busy (SimVgpu *vgpu)
{
  return vgpu->holder != 0 || vgpu->removing;
}

void
sim_vgpu_free (gpointer data)
{
  SimVgpu *vgpu = data;

  g_clear_handle_id (&vgpu->node_timer, g_source_remove);
  g_free (vgpu);
}

/* What is gone as soon as a removal has begun. */
static void
take_off_bus (SimVgpu *vgpu)
{
  static const char *const children[] = { "mdev_type", "remove",     "driver", "subsystem",
                                          "uevent",    "intel_vgpu", "power" };
  gsize i;

  sim_node_remove_child (vgpu->type->devices, vgpu->uuid);
  sim_node_remove_child (mdev_devices (vgpu->parent->host), vgpu->uuid);
  sim_node_remove_child (driver_dir (vgpu), vgpu->uuid);
  for (i = 0; i < G_N_ELEMENTS (children); i++)
    sim_node_remove_child (vgpu->dir, children[i]);
}

void
sim_vgpu_vanish (SimVgpu *vgpu)
{
  SimParent *parent = vgpu->parent;

  if (!vgpu->removing)
    take_off_bus (vgpu);
  if (vgpu->group >= 0)
    sim_group_remove (parent->host, vgpu->group);
  sim_ids_release (parent->host->vfio_devices, vgpu->vfio_device);
  sim_node_remove (vgpu->dir);
  sim_ids_release (parent->instances, vgpu->instance);
  sim_pool_give_back (parent->pool, vgpu->type->type);
}

void
sim_vgpu_try_finish_removal (SimVgpu *vgpu)
{
  SimHost *host = vgpu->parent->host;
  SimWrite *remover = vgpu->remover;

  if (!vgpu->removing || vgpu->holder != 0 ||
      sim_faults_block (host->faults, "remove") != SIM_BLOCK_NONE)
    return;
  sim_vgpu_vanish (vgpu);
  g_hash_table_remove (host->vgpus, vgpu->uuid);
  if (remover != NULL)
    sim_write_finish (remover, remover->length);
}

/* A signal has reached the process that waits in `remove`. A real kernel only stops being
 * interruptible then; "block remove" without "hard" lets the process go, not the vGPU. */
static void
remover_interrupted (SimWrite *write, gpointer data)
{
  SimVgpu *vgpu = data;
  SimFaults *faults = vgpu->parent->host->faults;

  if (vgpu->holder != 0 || sim_faults_block (faults, "remove") != SIM_BLOCK_KILLABLE)
    return;
  vgpu->remover = NULL;
  sim_write_finish (write, -EINTR);
}

static void
store_remove (SimNode *node, SimWrite *write)
{
  SimVgpu *vgpu = node->owner;
  guint64 value;

  if (sim_parse_number_store (write->text, write->length, &value) != 0) {
    sim_write_finish (write, -EINVAL);
    return;
  }
  if (value == 0) {
    sim_write_finish (write, write->length);
    return;
  }

  take_off_bus (vgpu);
  vgpu->removing = TRUE;
  vgpu->remover = write;
  sim_write_on_interrupt (write, remover_interrupted, vgpu);
  sim_vgpu_try_finish_removal (vgpu);
}

static void
add_gvt_attributes (SimVgpu *vgpu)
{
  SimNode *dir = sim_node_make_dir (vgpu->dir, "intel_vgpu");

  sim_node_add_format (dir, "vgpu_id", "%u", vgpu->instance);
  if (vgpu->parent->host->old_kernel)
    sim_node_add_text (dir, "hw_id", "0");
}

static gboolean
node_is_due (gpointer data)
{
  SimVgpu *vgpu = data;
  SimHost *host = vgpu->parent->host;

  vgpu->node_timer = 0;
  sim_devnodes_add_group (host->nodes, vgpu->group, host->faults->node);
  return G_SOURCE_REMOVE;
}

static void
add_group (SimVgpu *vgpu)
{
  SimHost *host = vgpu->parent->host;

  vgpu->group = sim_group_add (host, vgpu->dir, vgpu->uuid, "vfio-noiommu");
  sim_group_open (host, vgpu->group);
  if (host->faults->node_delay > 0)
    vgpu->node_timer = g_timeout_add (host->faults->node_delay, node_is_due, vgpu);
  else
    node_is_due (vgpu);
}

static void
add_vfio_device (SimVgpu *vgpu)
{
  g_autofree char *path = g_strdup_printf ("vfio-dev/vfio%u", vgpu->vfio_device);
  SimNode *dir = sim_node_make_dir (vgpu->dir, path);

  sim_node_add_link (dir, "device", vgpu->dir);
  sim_host_add_uevent (dir, "");
}

/* The type that the vGPU's mdev_type link names: its own, unless a fault says otherwise. */
static SimParentType *
shown_type (SimVgpu *vgpu)
{
  g_autofree char *wrong = g_steal_pointer (&vgpu->parent->host->faults->wrong_type);
  SimParentType *type = wrong != NULL ? sim_parent_find_type (vgpu->parent, wrong) : NULL;

  return type != NULL ? type : vgpu->type;
}

/* The device below which the vGPU appears: its own parent, unless a fault says otherwise. */
static SimNode *
shown_parent (SimVgpu *vgpu)
{
  SimHost *host = vgpu->parent->host;
  g_autofree char *wrong = g_steal_pointer (&host->faults->wrong_parent);
  SimParent *parent = wrong != NULL ? sim_parent_find (host, wrong) : NULL;

  return parent != NULL ? parent->dir : vgpu->parent->dir;
}

/* What binding the vGPU to its vfio driver makes. */
static void
attach_driver (SimVgpu *vgpu)
{
  SimNode *driver = driver_dir (vgpu);
  g_autofree char *uevent = g_strdup_printf ("DRIVER=%s\n", vgpu->parent->vgpu_driver);

  sim_host_add_uevent (vgpu->dir, uevent);
  sim_node_add_link (vgpu->dir, "driver", driver);
  sim_node_add_link (driver, vgpu->uuid, vgpu->dir);
  add_group (vgpu);
  if (!vgpu->parent->host->old_kernel)
    add_vfio_device (vgpu);
}

static void
add_to_sysfs (SimVgpu *vgpu)
{
  static const SimAttr remove_attr = { .store = store_remove };
  SimHost *host = vgpu->parent->host;

  vgpu->dir = sim_node_make_dir (shown_parent (vgpu), vgpu->uuid);
  sim_host_add_uevent (vgpu->dir, "");
  sim_host_add_power (vgpu->dir);
  sim_node_add_link (vgpu->dir, "subsystem", sim_node_find (host->sys, "bus/mdev"));
  sim_node_add_link (mdev_devices (host), vgpu->uuid, vgpu->dir);
  if (!host->faults->no_group)
    attach_driver (vgpu);
  if (vgpu->parent->gvt)
    add_gvt_attributes (vgpu);
  sim_node_add_attr (vgpu->dir, "remove", 0200, &remove_attr, vgpu);
  sim_node_add_link (vgpu->type->devices, vgpu->uuid, vgpu->dir);
  sim_node_add_link (vgpu->dir, "mdev_type", shown_type (vgpu)->dir);
}

static int
create_vgpu (SimParentType *type, const char *uuid)
{
  SimParent *parent = type->parent;
  SimVgpu *vgpu;
  int error;

  if (sim_vgpu_find (parent->host, uuid) != NULL)
    return EEXIST;
  error = sim_pool_take (parent->pool, type->type);
  if (error != 0)
    return error;

  vgpu = g_new0 (SimVgpu, 1);
  vgpu->parent = parent;
  vgpu->type = type;
  vgpu->group = -1;
  vgpu->instance = sim_ids_take (parent->instances);
  vgpu->vfio_device = sim_ids_take (parent->host->vfio_devices);
  g_strlcpy (vgpu->uuid, uuid, sizeof vgpu->uuid);
  g_hash_table_insert (parent->host->vgpus, vgpu->uuid, vgpu);
  add_to_sysfs (vgpu);
  return 0;
}

void
sim_vgpu_store_create (SimNode *node, SimWrite *write)
{
  char uuid[SIM_UUID_LENGTH + 1];
  int error = sim_parse_uuid_store (write->text, write->length, uuid);

  if (error == 0)
    error = create_vgpu (node->owner, uuid);
  sim_write_finish (write, error == 0 ? (gssize) write->length : -error);
}
