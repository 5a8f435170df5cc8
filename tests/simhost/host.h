/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "devnodes.h"
#include "faults.h"
#include "ids.h"
#include "pool.h"
#include "proc.h"
#include "tree.h"
#include "write.h"

G_BEGIN_DECLS

typedef struct _SimHost SimHost;
typedef struct _SimParent SimParent;
typedef struct _SimVgpu SimVgpu;

/**
 * SimStats: what has been asked of the host since it started or since `reset-stats`.
 */
typedef struct {
  guint64 creates;
  guint64 removes;
  guint64 other_writes;
  guint64 failed_creates;
  guint64 failed_removes;
  guint64 reads;
} SimStats;

/**
 * SimHost:
 * @sys: the root of sysfs
 * @parents: (element-type SimParent): in the order they were added
 * @vgpus: UUID to SimVgpu, those half removed included
 * @waiting: (element-type SimWrite): writes to `create` kept back by a block
 * @old_kernel: Linux 5.4: no `name`, driver vfio_mdev, `hw_id`
 *
 * The simulated machine: what its kernel shows, and what it remembers.
 */
struct _SimHost {
  SimTree *tree;
  SimNode *sys;
  SimDevNodes *nodes;
  SimProc *proc;
  SimFaults *faults;
  SimIds *groups;
  SimIds *vfio_devices;
  GPtrArray *parents;
  GHashTable *vgpus;
  GQueue waiting;
  SimStats stats;
  guint gpus;
  gboolean old_kernel;
};

/**
 * sim_host_new:
 * @dir: the directory that stands for the root of the machine's file system
 * @old_kernel: behave as Linux 5.4 rather than 6.1
 *
 * Makes a machine without any device.
 *
 * Returns: (nullable): the host, or %NULL with @error set
 */
SimHost *sim_host_new (const char *dir, gboolean old_kernel, GError **error);

/** Frees the host. Writes still waiting must have been answered. */
void sim_host_free (SimHost *host);

/** Adds a `uevent` file that says @text (which may be empty) and takes any write. */
void sim_host_add_uevent (SimNode *dir, const char *text);

/** Adds the `power` directory that every device has. */
void sim_host_add_power (SimNode *dir);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimHost, sim_host_free)

G_END_DECLS
