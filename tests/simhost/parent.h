/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pci.h"

G_BEGIN_DECLS

/**
 * SimParentType:
 * @dir: the type's directory below mdev_supported_types, while registered
 * @devices: its `devices` directory
 *
 * A type of a parent, as sysfs shows it.
 */
typedef struct {
  SimParent *parent;
  const SimType *type;
  SimNode *dir;
  SimNode *devices;
} SimParentType;

/**
 * SimParent:
 * @name: name in /sys/class/mdev_bus
 * @vgpu_driver: name of the mdev driver its vGPUs are bound to
 * @gvt: whether it is a GVT-g GPU rather than a sample
 * @registered: whether it is an mdev parent now
 *
 * A device that vGPUs can be made on.
 */
struct _SimParent {
  SimHost *host;
  SimNode *dir;
  SimPool *pool;
  SimIds *instances;
  GPtrArray *types;
  char *name;
  const char *vgpu_driver;
  gboolean gvt;
  gboolean registered;
};

/** Adds a GVT-g GPU and registers it. */
void sim_parent_add_gpu (SimHost *host, const SimPciSpec *spec);

/** Adds the parent of a sample driver of the kernel. Returns: %FALSE for an unknown @driver */
gboolean sim_parent_add_sample (SimHost *host, const char *driver);

/** Returns: (nullable) (transfer none): the parent with this name */
SimParent *sim_parent_find (SimHost *host, const char *name);

/** Returns: (nullable) (transfer none): its type with this directory name */
SimParentType *sim_parent_find_type (SimParent *parent, const char *id);

/** Makes it an mdev parent, as loading kvmgt does. Returns: 0, or EEXIST if it is one */
int sim_parent_register (SimParent *parent);

/**
 * Makes it no mdev parent any more and its vGPUs go, as unloading kvmgt does.
 *
 * Returns: 0, ENODEV if it is none, or EBUSY while a vGPU is in use
 */
int sim_parent_unregister (SimParent *parent);

void sim_parent_free (gpointer parent);

G_END_DECLS
