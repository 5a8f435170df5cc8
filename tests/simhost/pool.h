/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Kinds of resource a pool counts: GVT-g has low memory, high memory and fences. */
#define SIM_POOL_RESOURCES 3

/**
 * SimType:
 * @id: directory name below mdev_supported_types, `i915-GVTg_V5_4`
 * @name: text of the `name` file, without newline
 * @description: text of the `description` file without the last newline, or %NULL for no file
 * @cost: what one instance takes of each resource
 */
typedef struct {
  char *id;
  char *name;
  char *description;
  gint64 cost[SIM_POOL_RESOURCES];
} SimType;

/**
 * SimPool:
 * @types: (element-type SimType): the types listed, in the driver's order
 * @room: what is left of each resource
 * @full_errno: what `create` says when there is no room
 *
 * What a parent device has to give, shared by all its types.
 */
typedef struct {
  GPtrArray *types;
  gint64 room[SIM_POOL_RESOURCES];
  int full_errno;
} SimPool;

/**
 * sim_pool_new_gvt:
 * @aperture: the GPU's aperture in MiB, 128 to 2048
 * @generation: 4 for Broadwell, 5 for anything later
 * @instances: 0, or a number of vGPUs of any type that replaces the arithmetic
 *
 * The types and the room of a GVT-g GPU, by the arithmetic of drivers/gpu/drm/i915/gvt (vgpu.c
 * intel_gvt_init_vgpu_types, aperture_gm.c), unchanged from Linux 5.4 to 7.1.
 */
SimPool *sim_pool_new_gvt (guint aperture, guint generation, guint instances);

/**
 * sim_pool_new_sample:
 * @driver: `mtty`, `mdpy` or `mbochs`
 *
 * The types and the room of one of the kernel's sample drivers (samples/vfio-mdev).
 *
 * Returns: (nullable): the pool, or %NULL for another @driver
 */
SimPool *sim_pool_new_sample (const char *driver);

void sim_pool_free (SimPool *pool);

/** Returns: (nullable): the type with this directory name */
const SimType *sim_pool_find (SimPool *pool, const char *id);

/** Returns: how many instances of @type there is room for now */
guint sim_pool_available (SimPool *pool, const SimType *type);

/** Takes one instance. Returns: 0, or the errno that `create` gives when there is no room */
int sim_pool_take (SimPool *pool, const SimType *type);

/** Gives one instance back, which must have been taken. */
void sim_pool_give_back (SimPool *pool, const SimType *type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimPool, sim_pool_free)

G_END_DECLS
