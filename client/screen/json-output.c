/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GPUs, types, vGPUs and backups as JSON. Pure. Any thread. Must not drop or rename a key once released.
 */

#include "json-output.h"

#include "owner.h"

#include <string.h>

void
gvt_json_add_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  if (value != NULL && *value != '\0')
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
gvt_json_add_number (JsonBuilder *builder, const char *key, gint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

void
gvt_json_add_boolean (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}

void
gvt_json_add_gpu (JsonBuilder *builder, const GvtObjects *objects, const GvtGpu *gpu)
{
  json_builder_begin_object (builder);
  gvt_json_add_string (builder, "name", gpu->name);
  gvt_json_add_string (builder, "pci_address", gpu->pci_address);
  gvt_json_add_string (builder, "model", gpu->model);
  gvt_json_add_string (builder, "driver", gpu->driver);
  gvt_json_add_string (builder, "render_node", gpu->render_node);
  gvt_json_add_boolean (builder, "boot_vga", gpu->boot_vga);
  if (objects != NULL) {
    json_builder_set_member_name (builder, "types");
    json_builder_begin_array (builder);
    for (guint i = 0; i < objects->types->len; i++) {
      const GvtType *type = g_ptr_array_index (objects->types, i);

      if (strcmp (type->gpu_path, gpu->path) == 0)
        gvt_json_add_type (builder, type);
    }
    json_builder_end_array (builder);
  }
  json_builder_end_object (builder);
}

void
gvt_json_add_type (JsonBuilder *builder, const GvtType *type)
{
  json_builder_begin_object (builder);
  gvt_json_add_string (builder, "id", type->id);
  gvt_json_add_string (builder, "gpu", type->gpu);
  gvt_json_add_string (builder, "name", type->name);
  gvt_json_add_string (builder, "description", type->description);
  gvt_json_add_string (builder, "device_api", type->device_api);
  gvt_json_add_number (builder, "available_instances", type->available_instances);
  gvt_json_add_number (builder, "low_memory_mib", type->low_memory_mib);
  gvt_json_add_number (builder, "high_memory_mib", type->high_memory_mib);
  gvt_json_add_number (builder, "fences", type->fences);
  gvt_json_add_number (builder, "weight", type->weight);
  gvt_json_add_string (builder, "resolution", type->resolution);
  json_builder_end_object (builder);
}

void
gvt_json_add_vgpu (JsonBuilder *builder, const GvtVgpu *vgpu)
{
  g_autofree char *owner = gvt_owner_name (vgpu->owner_uid);

  json_builder_begin_object (builder);
  gvt_json_add_string (builder, "uuid", vgpu->uuid);
  gvt_json_add_string (builder, "label", vgpu->label);
  gvt_json_add_string (builder, "gpu", vgpu->gpu);
  gvt_json_add_string (builder, "type", vgpu->type);
  gvt_json_add_boolean (builder, "active", vgpu->active);
  gvt_json_add_boolean (builder, "defined", vgpu->defined);
  gvt_json_add_string (builder, "start", vgpu->start);
  gvt_json_add_number (builder, "owner_uid", vgpu->owner_uid);
  gvt_json_add_string (builder, "owner", owner);
  gvt_json_add_string (builder, "domain", vgpu->domain);
  gvt_json_add_string (builder, "device_node", vgpu->device_node);
  gvt_json_add_string (builder, "state", vgpu->state);
  gvt_json_add_string (builder, "failure", vgpu->failure);
  json_builder_end_object (builder);
}

void
gvt_json_add_backup (JsonBuilder *builder, const GvtDomainBackup *backup)
{
  json_builder_begin_object (builder);
  gvt_json_add_string (builder, "name", backup->name);
  gvt_json_add_number (builder, "time", backup->time);
  gvt_json_add_string (builder, "reason", backup->reason);
  json_builder_end_object (builder);
}

void
gvt_json_add_result (JsonBuilder *builder,
                     const char *word,
                     const char *uuid,
                     const GError *failure)
{
  json_builder_begin_object (builder);
  gvt_json_add_string (builder, "name", word);
  gvt_json_add_string (builder, "uuid", uuid != NULL ? uuid : "");
  gvt_json_add_boolean (builder, "done", failure == NULL);
  gvt_json_add_string (builder, "error", failure != NULL ? failure->message : "");
  json_builder_end_object (builder);
}

char *
gvt_json_end (JsonBuilder *builder, gboolean pretty)
{
  g_autoptr (JsonBuilder) owned = builder;
  g_autoptr (JsonNode) root = json_builder_get_root (owned);
  g_autofree char *text = json_to_string (root, pretty);

  return g_strconcat (text, "\n", NULL);
}
