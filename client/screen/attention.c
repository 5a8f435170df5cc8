/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of the service's objects is not as it should be, and what helps. Pure. Any thread. Must not
 * repeat what the screen says anyway.
 */

#include "attention.h"

#include <string.h>

static void
attention_free (gpointer data)
{
  GvtAttention *attention = data;

  g_free (attention->what);
  g_free (attention->command);
  g_free (attention);
}

static void
add (GPtrArray *list, char *what, char *command)
{
  GvtAttention *attention = g_new (GvtAttention, 1);

  attention->what = what;
  attention->command = command;
  g_ptr_array_add (list, attention);
}

static const char *
name_of (const GvtVgpu *vgpu)
{
  return *vgpu->label != '\0' ? vgpu->label : vgpu->uuid;
}

static const GvtType *
type_of (const GvtObjects *objects, const GvtVgpu *vgpu)
{
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);

    if (strcmp (type->gpu, vgpu->gpu) == 0 && strcmp (type->id, vgpu->type) == 0)
      return type;
  }
  return NULL;
}

/* One that could make room; the owner's own, since others' are not hers to stop, and if possible one
 * that no VM has. */
static const GvtVgpu *
find_active (const GvtObjects *objects, const GvtVgpu *vgpu)
{
  const GvtVgpu *found = NULL;

  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *other = g_ptr_array_index (objects->vgpus, i);

    if (other->active && other->owner_uid == vgpu->owner_uid &&
        strcmp (other->gpu, vgpu->gpu) == 0 && (found == NULL || *other->domain == '\0'))
      found = other;
  }
  return found;
}

static void
look_for_room (GPtrArray *list, const GvtObjects *objects, const GvtVgpu *vgpu)
{
  const GvtType *type = type_of (objects, vgpu);
  const GvtVgpu *other = find_active (objects, vgpu);

  if (type == NULL || type->available_instances > 0)
    return;
  if (other != NULL && *other->domain != '\0')
    add (list,
         g_strdup_printf (_ ("%s: its GPU has no room for it until the VM of %s ends"),
                          name_of (vgpu),
                          name_of (other)),
         NULL);
  else
    add (list,
         g_strdup_printf (_ ("%s: its GPU has no room for it now, so its VM cannot start"),
                          name_of (vgpu)),
         other != NULL ? g_strdup_printf ("gvt-client stop %s", name_of (other)) : NULL);
}

GPtrArray *
gvt_attention_list (const GvtObjects *objects)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (attention_free);

  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);

    if (strcmp (vgpu->state, "failed") == 0)
      add (list,
           g_strdup_printf ("%s: %s", name_of (vgpu), vgpu->failure),
           g_strdup_printf ("gvt-client start %s", name_of (vgpu)));
    else if (strcmp (vgpu->state, "waiting") == 0)
      add (list,
           g_strdup_printf (_ ("%s: its GPU %s offers no vGPUs"), name_of (vgpu), vgpu->gpu),
           g_strdup ("gvt-client check"));
    else if (!vgpu->active && strcmp (vgpu->start, "domain") == 0)
      look_for_room (list, objects, vgpu);
  }
  return list;
}
