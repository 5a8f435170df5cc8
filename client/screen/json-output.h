/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "domain-backups.h"
#include "objects.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The version of what `--json` prints, and of gvt-client.schema.json. It grows when something is
 * taken away or gets another meaning; what is new does not count. */
#define GVT_JSON_SCHEMA 1

/* The keys are an interface: they are added to, never renamed. */

/** gvt_json_add_string: adds a member of an object; null if @value is %NULL or empty. */
void gvt_json_add_string (JsonBuilder *builder, const char *key, const char *value);

/** gvt_json_add_number: adds a member of an object. */
void gvt_json_add_number (JsonBuilder *builder, const char *key, gint64 value);

/** gvt_json_add_boolean: adds a member of an object. */
void gvt_json_add_boolean (JsonBuilder *builder, const char *key, gboolean value);

/**
 * gvt_json_add_gpu:
 * @builder: where a value may come
 * @objects: (nullable): the service's objects, to add the GPU's types as `types`; NULL to leave
 * them out
 * @gpu: a GPU
 */
void gvt_json_add_gpu (JsonBuilder *builder, const GvtObjects *objects, const GvtGpu *gpu);

void gvt_json_add_type (JsonBuilder *builder, const GvtType *type);

/**
 * gvt_json_add_vgpu:
 * @builder: where a value may come
 * @vgpu: a vGPU; what it does not have (label, VM, node, failure) becomes null
 */
void gvt_json_add_vgpu (JsonBuilder *builder, const GvtVgpu *vgpu);

/** gvt_json_add_backup: @builder: where a value may come; @backup: a backup of a VM */
void gvt_json_add_backup (JsonBuilder *builder, const GvtDomainBackup *backup);

/**
 * gvt_json_add_result:
 * @builder: where a value may come
 * @word: how the vGPU was named
 * @uuid: (nullable): its UUID; NULL if there is none of that name
 * @failure: (nullable): why it was not done; NULL if it was
 */
void gvt_json_add_result (JsonBuilder *builder,
                          const char *word,
                          const char *uuid,
                          const GError *failure);

/**
 * gvt_json_end:
 * @builder: (transfer full): a complete value
 * @pretty: over several lines, or on one
 *
 * Returns: its text, with a newline at the end.
 */
char *gvt_json_end (JsonBuilder *builder, gboolean pretty);

G_END_DECLS
