/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a call needs, and whether it has it. Main loop. Knows nothing of where calls come from.
 */

#include "call.h"

#include "gvt-error.h"

void
gvt_call_begin_needs (GvtCall *call)
{
  call->actions = g_ptr_array_new_with_free_func (g_free);
  call->details = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
gvt_call_require (GvtCall *call, const char *action)
{
  if (!g_ptr_array_find_with_equal_func (call->actions, action, g_str_equal, NULL))
    g_ptr_array_add (call->actions, g_strdup (action));
}

void
gvt_call_tell (GvtCall *call, const char *key, const char *value)
{
  g_hash_table_replace (call->details, g_strdup (key), g_strdup (value));
}

GVariant *
gvt_call_get_options (GvtCall *call)
{
  return g_variant_get_child_value (call->parameters, g_variant_n_children (call->parameters) - 1);
}

const GvtVgpu *
gvt_call_get_vgpu (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu = call->uuid == NULL
                            ? NULL
                            : gvt_registry_get_vgpu (call->context->registry, call->uuid);

  if (vgpu != NULL && gvt_vgpu_exists (vgpu))
    return vgpu;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_FOUND,
               "there is no vGPU %s (any more)",
               call->uuid != NULL ? call->uuid : "here");
  return NULL;
}

static gboolean
tell_the_same (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    if (g_strcmp0 (g_hash_table_lookup (b, key), value) != 0)
      return FALSE;
  }
  return TRUE;
}

gboolean
gvt_call_needs_no_more (GvtCall *call, GPtrArray *actions, GHashTable *details, GError **error)
{
  for (guint i = 0; i < call->actions->len; i++) {
    const char *action = g_ptr_array_index (call->actions, i);

    if (g_ptr_array_find_with_equal_func (actions, action, g_str_equal, NULL))
      continue;
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_CONFLICT,
                 "things changed while this was being authorised, and it now needs %s; try again",
                 action);
    return FALSE;
  }
  if (call->actions->len == 0 || tell_the_same (call->details, details))
    return TRUE;
  g_set_error_literal (error,
                       GVT_ERROR,
                       GVT_ERROR_CONFLICT,
                       "what was authorised changed meanwhile; look at it and try again");
  return FALSE;
}
