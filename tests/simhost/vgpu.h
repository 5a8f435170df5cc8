/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel-parse.h"
#include "parent.h"

G_BEGIN_DECLS

/**
 * SimVgpu:
 * @parent, @type: where its instance was taken from
 * @dir: its device directory
 * @group: its IOMMU group, -1 for none
 * @instance: its vgpu_id
 * @vfio_device: N of vfio-dev/vfioN
 * @holder: process that has its node open, 0 for none
 * @removing: `remove` has been written, and waits
 * @remover: (nullable): the write that waits
 */
struct _SimVgpu {
  SimParent *parent;
  SimParentType *type;
  SimNode *dir;
  SimWrite *remover;
  pid_t holder;
  int group;
  guint instance;
  guint vfio_device;
  guint node_timer;
  gboolean removing;
  char uuid[SIM_UUID_LENGTH + 1];
};

/** The store callback of a type's `create`; the attribute's owner is a SimParentType. */
void sim_vgpu_store_create (SimNode *node, SimWrite *write);

/** Returns: (nullable) (transfer none): the vGPU, half removed ones included */
SimVgpu *sim_vgpu_find (SimHost *host, const char *uuid);

gboolean sim_vgpu_is_on (SimVgpu *vgpu, SimParent *parent);

/** Returns: whether it is in use, or its removal waits */
gboolean sim_vgpu_is_busy (SimVgpu *vgpu);

/** Ends a removal that waits, if nothing keeps it from ending any more. @vgpu may be freed. */
void sim_vgpu_try_finish_removal (SimVgpu *vgpu);

/** Takes it out of sysfs and gives its instance back; the caller drops it from the table. */
void sim_vgpu_vanish (SimVgpu *vgpu);

void sim_vgpu_free (gpointer vgpu);

G_END_DECLS
