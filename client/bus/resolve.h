/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "objects.h"

G_BEGIN_DECLS

/**
 * gvt_resolve_vgpu:
 * @objects: the service's objects
 * @word: a UUID in either case, a label, or the first four or more characters of a UUID
 * @uid: who asks: her own labels come before others'
 * @error: GVT_ERROR_NOT_FOUND; GVT_ERROR_INVALID_ARGUMENT when @word means several, which it lists
 */
const GvtVgpu *
gvt_resolve_vgpu (const GvtObjects *objects, const char *word, guint32 uid, GError **error);

/**
 * gvt_resolve_type:
 * @objects: the service's objects
 * @word: a type's id or the end of one, such as `V5_4`
 * @error: GVT_ERROR_INVALID_ARGUMENT when @word means several, which it lists
 *
 * Returns: the id; @word itself when it means none, for the service to say so.
 */
const char *gvt_resolve_type (const GvtObjects *objects, const char *word, GError **error);

/**
 * gvt_resolve_placement:
 * @objects: the service's objects
 * @id: (nullable): a type's id; NULL for the largest that has room
 * @error: GVT_ERROR_NO_CAPACITY, or GVT_ERROR_NOT_FOUND when no GPU offers it at all
 *
 * Chooses the GPU for a vGPU before it is made: the one with the most room, one that the host's own
 * screen is on only if no other has any.
 *
 * Returns: the type on that GPU.
 */
const GvtType *gvt_resolve_placement (const GvtObjects *objects, const char *id, GError **error);

/**
 * gvt_resolve_render_node:
 * @objects: the service's objects
 * @type: (nullable): a type on a GPU
 *
 * Returns: (nullable): the render node of that GPU.
 */
const char *gvt_resolve_render_node (const GvtObjects *objects, const GvtType *type);

/**
 * gvt_resolve_gpu_render_node:
 * @objects: the service's objects
 * @gpu: a GPU's name
 *
 * Returns: (nullable): its render node; NULL if the GPU is away.
 */
const char *gvt_resolve_gpu_render_node (const GvtObjects *objects, const char *gpu);

G_END_DECLS
