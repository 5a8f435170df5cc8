/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/* Properties of the service's objects; the strings belong to the GvtObjects they came with. What
 * they mean is in the interface documentation. */

typedef struct {
  const char *path;
  const char *name;
  const char *pci_address;
  const char *model;
  const char *driver;
  const char *render_node;
  gboolean boot_vga;
} GvtGpu;

typedef struct {
  const char *path;
  const char *id;
  const char *gpu_path;
  const char *gpu; /* the GPU's name */
  const char *name;
  const char *description;
  const char *device_api;
  guint32 available_instances;
  guint32 low_memory_mib;
  guint32 high_memory_mib;
  guint32 fences;
  guint32 weight;
  const char *resolution;
} GvtType;

typedef struct {
  const char *path;
  const char *uuid;
  const char *gpu; /* the GPU's name, also when the GPU is away */
  const char *type;
  const char *label;
  gboolean active;
  gboolean defined;
  const char *start;
  guint32 owner_uid;
  const char *domain;
  const char *device_node;
  const char *state;
  const char *failure;
} GvtVgpu;

/**
 * GvtObjects:
 * @gpus: (element-type GvtGpu): sorted by name
 * @types: (element-type GvtType): sorted by GPU, the largest first
 * @vgpus: (element-type GvtVgpu): sorted by label, those without one last
 *
 * Everything the service publishes, as it was at one moment.
 */
typedef struct {
  GPtrArray *gpus;
  GPtrArray *types;
  GPtrArray *vgpus;

  GVariant *reply;
  GStringChunk *names;
} GvtObjects;

/**
 * gvt_objects_new:
 * @managed: an `a{oa{sa{sv}}}`, as GetManagedObjects returns it
 */
GvtObjects *gvt_objects_new (GVariant *managed);

/**
 * gvt_objects_fetch:
 * @client: what the invocation was told
 * @error: as gvt_bus_call()
 *
 * Asks the service, in one call.
 */
GvtObjects *gvt_objects_fetch (GvtClient *client, GError **error);

/**
 * gvt_objects_fetch_vgpu:
 * @client: what the invocation was told
 * @path: a vGPU's object path
 * @error: as gvt_bus_call()
 *
 * Asks the service for that vGPU alone.
 */
GvtObjects *gvt_objects_fetch_vgpu (GvtClient *client, const char *path, GError **error);

void gvt_objects_free (GvtObjects *objects);

/**
 * gvt_objects_find_vgpu:
 * @objects: the service's objects
 * @path: an object path
 *
 * Returns: (nullable): the vGPU with that path.
 */
const GvtVgpu *gvt_objects_find_vgpu (const GvtObjects *objects, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtObjects, gvt_objects_free)

G_END_DECLS
