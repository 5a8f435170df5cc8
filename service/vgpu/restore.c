/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vGPUs that exist whenever their GPU does. Main loop; the work is done by transitions in workers.
 */

#include "restore.h"

#include "change.h"
#include "own-change.h"
#include "reconcile.h"

struct _GvtRestore {
  GObject parent_instance;
  GvtRoot *root;
  GvtRegistry *registry;
  GHashTable *present; /* parents that were there at the last look */
  GQueue waiting;      /* of char: UUIDs to look at */
  gboolean running;
  GTask *first; /* the run at the start */
};

G_DEFINE_FINAL_TYPE (GvtRestore, gvt_restore, G_TYPE_OBJECT)

static void
gvt_restore_finalize (GObject *object)
{
  GvtRestore *self = GVT_RESTORE (object);

  g_queue_clear_full (&self->waiting, g_free);
  g_hash_table_unref (self->present);
  g_clear_object (&self->registry);
  gvt_root_unref (self->root);
  G_OBJECT_CLASS (gvt_restore_parent_class)->finalize (object);
}

static void
gvt_restore_class_init (GvtRestoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_restore_finalize;
}

static void
gvt_restore_init (GvtRestore *self)
{
  self->present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->waiting);
}

GvtRestore *
gvt_restore_new (GvtRoot *root, GvtRegistry *registry)
{
  GvtRestore *self = g_object_new (GVT_TYPE_RESTORE, NULL);

  self->root = gvt_root_ref (root);
  self->registry = g_object_ref (registry);
  return self;
}

static GvtFacts
gather (GvtRegistry *registry, const GvtVgpu *vgpu)
{
  const GvtParentInfo *parent = gvt_registry_get_parent (registry, gvt_vgpu_parent (vgpu));
  GvtFacts facts = {
    .occasion = GVT_OCCASION_PARENT_CAME,
    .policy = gvt_vgpu_policy (vgpu),
    .place = gvt_vgpu_place (vgpu),
    .ours = vgpu->record != NULL,
    .parent_present = parent != NULL,
    .type_offered = parent != NULL &&
                    gvt_parent_info_find_type (parent, gvt_vgpu_type (vgpu)) != NULL,
  };

  return facts;
}

static void
say_type_gone (GvtRegistry *registry, const GvtVgpu *vgpu)
{
  g_autofree char *types = gvt_parent_info_list_types (
      gvt_registry_get_parent (registry, gvt_vgpu_parent (vgpu)));
  g_autofree char *failure = g_strdup_printf (
      "GPU %s does not offer the type %s (any more); it offers %s. Remove this "
      "vGPU and make one of those, or boot the kernel that had the type",
      gvt_vgpu_parent (vgpu),
      gvt_vgpu_type (vgpu),
      types);

  g_message ("vGPU %s: %s", vgpu->uuid, failure);
  gvt_registry_set_failure (registry, vgpu->uuid, failure);
}

static void
say_misplaced (GvtRegistry *registry, const GvtVgpu *vgpu)
{
  g_autofree char *failure = g_strdup_printf (
      "it exists as a %s on %s, and is defined as a %s on %s; stop it or undefine "
      "it",
      vgpu->device->type,
      vgpu->device->parent,
      vgpu->definition->type,
      vgpu->definition->parent);

  g_message ("vGPU %s: %s", vgpu->uuid, failure);
  gvt_registry_set_failure (registry, vgpu->uuid, failure);
}

static void restore_next (GvtRestore *self);

typedef struct {
  GvtRestore *self;
  char *uuid;
} Started;

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Started *started = user_data;
  g_autoptr (GvtRestore) self = started->self;
  g_autofree char *uuid = started->uuid;
  g_autoptr (GError) error = NULL;

  if (gvt_change_run_finish (self->registry, result, &error))
    gvt_own_change_log ("started", uuid, NULL, "started, as its definition says");
  else {
    gvt_own_change_log ("started",
                        uuid,
                        error,
                        "cannot be started as its definition says: %s",
                        error->message);
    gvt_registry_set_failure (self->registry, uuid, error->message);
  }
  restore_next (self);
}

static void
start (GvtRestore *self, const GvtVgpu *vgpu)
{
  GvtTransition *transition =
      gvt_transition_new (vgpu->uuid, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu), vgpu);
  Started *started = g_new0 (Started, 1);

  transition->active = TRUE;
  /* mdevctl's udev rule may be starting the same definition at this moment. */
  transition->may_exist = TRUE;
  started->self = g_object_ref (self);
  started->uuid = g_strdup (vgpu->uuid);
  gvt_change_repair_async (self->registry, self->root, transition, on_started, started);
}

/* Returns whether something was begun that calls restore_next() when it is done. */
static gboolean
look_at (GvtRestore *self, const GvtVgpu *vgpu)
{
  GvtFacts facts = gather (self->registry, vgpu);

  switch (gvt_reconcile (&facts)) {
  case GVT_VERDICT_START:
    start (self, vgpu);
    return TRUE;
  case GVT_VERDICT_TYPE_GONE:
    say_type_gone (self->registry, vgpu);
    return FALSE;
  case GVT_VERDICT_MISPLACED:
    say_misplaced (self->registry, vgpu);
    return FALSE;
  default:
    return FALSE;
  }
}

static void
restore_next (GvtRestore *self)
{
  char *uuid;

  self->running = TRUE;
  while ((uuid = g_queue_pop_head (&self->waiting)) != NULL) {
    g_autofree char *owned = uuid;
    const GvtVgpu *vgpu = gvt_registry_get_vgpu (self->registry, owned);

    if (vgpu != NULL && gvt_vgpu_exists (vgpu) && look_at (self, vgpu))
      return;
  }
  self->running = FALSE;
  if (self->first != NULL) {
    g_autoptr (GTask) first = g_steal_pointer (&self->first);

    g_task_return_boolean (first, TRUE);
  }
}

/* @parent NULL: of all. */
static void
enqueue_vgpus_of (GvtRestore *self, const char *parent)
{
  g_autoptr (GPtrArray) vgpus = gvt_registry_list_vgpus (self->registry);

  for (guint i = 0; i < vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (vgpus, i);

    if (vgpu->definition != NULL &&
        (parent == NULL || g_str_equal (vgpu->definition->parent, parent)))
      g_queue_push_tail (&self->waiting, g_strdup (vgpu->uuid));
  }
  if (!self->running)
    restore_next (self);
}

static void
on_parent_changed (GvtRegistry *registry, const char *name, gpointer user_data)
{
  GvtRestore *self = GVT_RESTORE (user_data);

  if (gvt_registry_get_parent (registry, name) == NULL)
    g_hash_table_remove (self->present, name);
  else if (g_hash_table_add (self->present, g_strdup (name)))
    enqueue_vgpus_of (self, name);
}

void
gvt_restore_run_async (GvtRestore *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GPtrArray) parents = gvt_registry_list_parents (self->registry);

  self->first = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->first, gvt_restore_run_async);
  for (guint i = 0; i < parents->len; i++) {
    const GvtParentInfo *parent = g_ptr_array_index (parents, i);

    g_hash_table_add (self->present, g_strdup (parent->name));
  }
  g_signal_connect_object (self->registry,
                           "parent-changed",
                           G_CALLBACK (on_parent_changed),
                           self,
                           0);
  enqueue_vgpus_of (self, NULL);
}

void
gvt_restore_run_finish (GvtRestore *self, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}
