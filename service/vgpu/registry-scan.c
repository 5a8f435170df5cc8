/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a look at the host found, taken into the registry, except where the registry knows better.
 * Main loop.
 */

#include "registry-private.h"

static gboolean
is_newer_than_scan (GvtRegistry *self, const char *uuid, guint64 epoch)
{
  const GvtVgpu *vgpu = g_hash_table_lookup (self->vgpus, uuid);

  if (vgpu != NULL && (vgpu->reserved || vgpu->epoch >= epoch))
    return TRUE;
  return gvt_registry_is_noted_since (self->gone, uuid, epoch);
}

static gboolean
is_awaited (GvtRegistry *self, const char *uuid)
{
  const GvtVgpu *vgpu = g_hash_table_lookup (self->vgpus, uuid);

  return vgpu != NULL && vgpu->awaited;
}

/* A vGPU's state says whether its parent is there. */
static void
announce_vgpus_of (GvtRegistry *self, const char *parent)
{
  g_autoptr (GPtrArray) vgpus = gvt_registry_list_vgpus (self);

  for (guint i = 0; i < vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (vgpus, i);

    if (g_str_equal (gvt_vgpu_parent (vgpu), parent))
      gvt_registry_announce (self, vgpu->uuid);
  }
}

static void
apply_parents (GvtRegistry *self, GPtrArray *parents, guint64 epoch)
{
  g_autoptr (GPtrArray) known = gvt_registry_list_parents (self);
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < parents->len; i++)
    g_hash_table_add (found, ((GvtParentInfo *) g_ptr_array_index (parents, i))->name);
  for (guint i = 0; i < known->len; i++) {
    g_autofree char *name = g_strdup (((GvtParentInfo *) g_ptr_array_index (known, i))->name);

    if (!g_hash_table_contains (found, name) &&
        !gvt_registry_is_noted_since (self->read, name, epoch)) {
      g_hash_table_remove (self->parents, name);
      gvt_registry_announce_parent (self, name);
      announce_vgpus_of (self, name);
    }
  }
  g_hash_table_remove_all (found);
  while (parents->len > 0) {
    GvtParentInfo *parent = g_ptr_array_steal_index_fast (parents, 0);
    gboolean is_new = !g_hash_table_contains (self->parents, parent->name);
    g_autofree char *name = g_strdup (parent->name);

    if (gvt_registry_is_noted_since (self->read, name, epoch)) {
      gvt_parent_info_free (parent);
      continue;
    }
    gvt_registry_put_parent (self, parent);
    if (is_new)
      announce_vgpus_of (self, name);
  }
}

static void
apply_found (GvtRegistry *self, const char *uuid, GvtFound *found)
{
  GvtVgpu *vgpu;

  if (found->device == NULL && found->definition == NULL &&
      !g_hash_table_contains (self->vgpus, uuid))
    return;
  vgpu = gvt_registry_get_or_add (self, uuid);
  vgpu->unreadable = found->unreadable;
  if (found->definition == NULL && found->unreadable && vgpu->definition != NULL)
    found->definition = gvt_definition_copy (vgpu->definition);
  if (gvt_vgpu_exists (vgpu) && gvt_device_info_equal (vgpu->device, found->device) &&
      gvt_definition_equal (vgpu->definition, found->definition))
    return;
  if (found->device != NULL)
    g_clear_pointer (&vgpu->failure, g_free);
  gvt_registry_set_device (vgpu, g_steal_pointer (&found->device));
  g_clear_pointer (&vgpu->definition, gvt_definition_free);
  vgpu->definition = g_steal_pointer (&found->definition);
  gvt_registry_announce (self, uuid);
}

static gboolean
is_older (gpointer name, gpointer noted, gpointer epoch)
{
  return *(guint64 *) noted < *(guint64 *) epoch;
}

gboolean
gvt_registry_apply_scan (GvtRegistry *self, GvtHostState *state, guint64 epoch)
{
  g_autoptr (GHashTable) table = gvt_host_state_join (state, self->vgpus);
  GHashTableIter iter;
  const char *uuid;
  GvtFound *found;
  gboolean whole = TRUE;

  apply_parents (self, state->parents, epoch);
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, (gpointer *) &uuid, (gpointer *) &found)) {
    if (is_newer_than_scan (self, uuid, epoch))
      whole = whole && is_awaited (self, uuid);
    else
      apply_found (self, uuid, found);
  }
  g_hash_table_foreach_remove (self->gone, is_older, &epoch);
  g_hash_table_foreach_remove (self->read, is_older, &epoch);
  return whole;
}
