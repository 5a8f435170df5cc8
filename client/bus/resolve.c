/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what a person types to what the service knows. Pure: looks at fetched objects only. Any
 * thread. Must not guess: what could mean two things is an error.
 */

#include "resolve.h"

#include "gvt-error.h"

#include <string.h>

#define SHORTEST_PREFIX 4
/* Of labels, and more than a UUID has. What is longer is not worth repeating. */
#define LONGEST_NAME 64

typedef gboolean (*Matches) (const GvtVgpu *vgpu, const char *word, guint32 uid);

static gboolean
matches_uuid (const GvtVgpu *vgpu, const char *word, guint32 uid)
{
  return g_ascii_strcasecmp (vgpu->uuid, word) == 0;
}

static gboolean
matches_own_label (const GvtVgpu *vgpu, const char *word, guint32 uid)
{
  return vgpu->owner_uid == uid && strcmp (vgpu->label, word) == 0;
}

static gboolean
matches_label (const GvtVgpu *vgpu, const char *word, guint32 uid)
{
  return strcmp (vgpu->label, word) == 0;
}

static gboolean
matches_prefix (const GvtVgpu *vgpu, const char *word, guint32 uid)
{
  return strlen (word) >= SHORTEST_PREFIX &&
         g_ascii_strncasecmp (vgpu->uuid, word, strlen (word)) == 0;
}

static GError *
ambiguous (GPtrArray *found, const char *word)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (found, i);

    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", vgpu->uuid);
  }
  return g_error_new (GVT_ERROR,
                      GVT_ERROR_INVALID_ARGUMENT,
                      _ ("“%s” means several vGPUs: %s; give the UUID"),
                      word,
                      list->str);
}

const GvtVgpu *
gvt_resolve_vgpu (const GvtObjects *objects, const char *word, guint32 uid, GError **error)
{
  static const Matches ways[] = { matches_uuid, matches_own_label, matches_label, matches_prefix };

  for (gsize way = 0; *word != '\0' && way < G_N_ELEMENTS (ways); way++) {
    g_autoptr (GPtrArray) found = g_ptr_array_new ();

    for (guint i = 0; i < objects->vgpus->len; i++) {
      const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);

      if (ways[way](vgpu, word, uid))
        g_ptr_array_add (found, (gpointer) vgpu);
    }
    if (found->len == 1)
      return g_ptr_array_index (found, 0);
    if (found->len > 1) {
      g_propagate_error (error, ambiguous (found, word));
      return NULL;
    }
  }
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_FOUND,
               _ ("no vGPU has the UUID or label “%s”; “gvt-client list” shows what there is"),
               g_utf8_strlen (word, -1) <= LONGEST_NAME ? word : _ ("(of that length)"));
  return NULL;
}

const char *
gvt_resolve_type (const GvtObjects *objects, const char *word, GError **error)
{
  const char *found = NULL;

  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);

    if (strcmp (type->id, word) == 0)
      return type->id;
  }
  for (guint i = 0; *word != '\0' && i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);

    if (!g_str_has_suffix (type->id, word) || g_strcmp0 (type->id, found) == 0)
      continue;
    if (found != NULL) {
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” means several types: %s, %s; give more of the name"),
                   word,
                   found,
                   type->id);
      return NULL;
    }
    found = type->id;
  }
  return found != NULL ? found : word;
}

static const GvtGpu *
gpu_of (const GvtObjects *objects, const GvtType *type)
{
  for (guint i = 0; i < objects->gpus->len; i++) {
    const GvtGpu *gpu = g_ptr_array_index (objects->gpus, i);

    if (strcmp (gpu->path, type->gpu_path) == 0)
      return gpu;
  }
  return NULL;
}

static gboolean
is_boot_vga (const GvtObjects *objects, const GvtType *type)
{
  const GvtGpu *gpu = gpu_of (objects, type);

  return gpu != NULL && gpu->boot_vga;
}

static gboolean
is_better (const GvtObjects *objects, const GvtType *type, const GvtType *than)
{
  if (type->low_memory_mib != than->low_memory_mib)
    return type->low_memory_mib > than->low_memory_mib;
  if (is_boot_vga (objects, type) != is_boot_vga (objects, than))
    return !is_boot_vga (objects, type);
  return type->available_instances > than->available_instances;
}

static GError *
no_place (const GvtObjects *objects, const char *id, gboolean offered)
{
  if (objects->types->len == 0)
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_NOT_FOUND,
                        _ ("no GPU of this host offers vGPUs; “gvt-client” says what to look at"));
  if (!offered)
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_NOT_FOUND,
                        _ ("no GPU offers the type %s; “gvt-client types” shows what there is"),
                        id);
  if (id == NULL)
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_NO_CAPACITY,
                        _ ("no GPU has room for a vGPU; “gvt-client” shows who uses it"));
  return g_error_new (GVT_ERROR,
                      GVT_ERROR_NO_CAPACITY,
                      _ ("no GPU has room for a vGPU of type %s; “gvt-client” shows who uses it"),
                      id);
}

const GvtType *
gvt_resolve_placement (const GvtObjects *objects, const char *id, GError **error)
{
  const GvtType *best = NULL;
  gboolean offered = FALSE;

  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);

    if (id != NULL && strcmp (type->id, id) != 0)
      continue;
    offered = TRUE;
    if (type->available_instances > 0 && (best == NULL || is_better (objects, type, best)))
      best = type;
  }
  if (best == NULL)
    g_propagate_error (error, no_place (objects, id, offered));
  return best;
}

const char *
gvt_resolve_render_node (const GvtObjects *objects, const GvtType *type)
{
  const GvtGpu *gpu = type != NULL ? gpu_of (objects, type) : NULL;

  return gpu != NULL ? gpu->render_node : NULL;
}

const char *
gvt_resolve_gpu_render_node (const GvtObjects *objects, const char *gpu)
{
  for (guint i = 0; i < objects->gpus->len; i++) {
    const GvtGpu *each = g_ptr_array_index (objects->gpus, i);

    if (strcmp (each->name, gpu) == 0)
      return each->render_node;
  }
  return NULL;
}
