/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host at one moment, read in a worker thread and handed to the main loop as a value.
 */

#include "host-state.h"

GvtHostState *
gvt_host_state_read (GvtRoot *root, GvtDefinitions *definitions)
{
  GvtHostState *self = g_new0 (GvtHostState, 1);
  int shortages = gvt_root_count_shortages (root);

  self->parents = gvt_scan_parents (root);
  self->devices = gvt_scan_devices (root, self->parents, &self->half_made);
  self->definitions = gvt_definitions_load (definitions, &self->directories, &self->unreadable);
  self->complete = gvt_root_count_shortages (root) == shortages;
  return self;
}

void
gvt_host_state_free (GvtHostState *self)
{
  g_ptr_array_unref (self->parents);
  g_ptr_array_unref (self->devices);
  g_ptr_array_unref (self->definitions);
  g_ptr_array_unref (self->unreadable);
  g_ptr_array_unref (self->directories);
  g_free (self);
}

static void
found_free (GvtFound *self)
{
  g_clear_pointer (&self->device, gvt_device_info_free);
  g_clear_pointer (&self->definition, gvt_definition_free);
  g_free (self);
}

static GvtFound *
found_get (GHashTable *table, const char *uuid)
{
  GvtFound *found = g_hash_table_lookup (table, uuid);

  if (found == NULL) {
    found = g_new0 (GvtFound, 1);
    g_hash_table_insert (table, g_strdup (uuid), found);
  }
  return found;
}

/* The same UUID may be defined on several parents, but the kernel takes it once. What is made already
 * counts, and else the first parent by name, whatever else is defined. */
static void
found_add_definition (GvtFound *found, GvtDefinition *definition)
{
  if (found->definition != NULL && found->device != NULL &&
      g_str_equal (found->definition->parent, found->device->parent)) {
    gvt_definition_free (definition);
    return;
  }
  g_clear_pointer (&found->definition, gvt_definition_free);
  found->definition = definition;
}

GHashTable *
gvt_host_state_join (GvtHostState *self, GHashTable *known)
{
  GHashTable *table =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) found_free);
  GHashTableIter iter;
  const char *uuid;

  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, (gpointer *) &uuid, NULL))
    found_get (table, uuid);
  while (self->devices->len > 0) {
    GvtDeviceInfo *device = g_ptr_array_steal_index_fast (self->devices, self->devices->len - 1);
    GvtFound *found = found_get (table, device->uuid);

    /* Seen whole and, a moment later, half removed: the later one is true, and is last. */
    if (found->device == NULL)
      found->device = device;
    else
      gvt_device_info_free (device);
  }
  for (guint i = 0; i < self->unreadable->len; i++)
    found_get (table, g_ptr_array_index (self->unreadable, i))->unreadable = TRUE;
  while (self->definitions->len > 0) {
    GvtDefinition *definition = g_ptr_array_steal_index_fast (self->definitions,
                                                              self->definitions->len - 1);

    found_add_definition (found_get (table, definition->uuid), definition);
  }
  return table;
}
