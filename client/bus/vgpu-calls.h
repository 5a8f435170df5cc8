/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * gvt_vgpu_create:
 * @client: what the invocation was told
 * @gpu: a GPU's name; empty for the service's choice
 * @type: a type's id
 * @options: (transfer floating): CreateVgpu's options
 * @error: the service's
 *
 * Returns: the new vGPU's object path.
 */
char *gvt_vgpu_create (GvtClient *client,
                       const char *gpu,
                       const char *type,
                       GVariant *options,
                       GError **error);

/**
 * gvt_vgpu_call:
 * @client: what the invocation was told
 * @path: a vGPU's object path
 * @method: one of its methods
 * @argument: (transfer floating) (nullable): what the method takes before its options
 * @error: the service's; NOT_FOUND if the vGPU is gone
 *
 * Calls a method of a vGPU that returns nothing.
 */
gboolean gvt_vgpu_call (GvtClient *client,
                        const char *path,
                        const char *method,
                        GVariant *argument,
                        GError **error);

G_END_DECLS
