/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transitions from the main loop's side: reserve, hand to a worker, commit. The registry is touched
 * on the main loop only.
 */

#include "change.h"

#include "gvt-error.h"
#include "repairs.h"

typedef struct {
  GvtRoot *root;
  GPtrArray *transitions;
  gboolean repair; /* whether the service does it of its own accord */
} Change;

static void
change_free (Change *self)
{
  gvt_root_unref (self->root);
  g_ptr_array_unref (self->transitions);
  g_free (self);
}

static void
run_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Change *change = task_data;
  GError *error = NULL;

  for (guint i = 0; i < change->transitions->len; i++) {
    if (gvt_transition_run (change->root, g_ptr_array_index (change->transitions, i), &error))
      continue;
    while (i-- > 0)
      gvt_transition_undo (change->root, g_ptr_array_index (change->transitions, i));
    g_task_return_error (task, error);
    return;
  }
  g_task_return_boolean (task, TRUE);
}

static void
release_all (GvtRegistry *registry, GPtrArray *transitions, guint count)
{
  for (guint i = 0; i < count; i++) {
    const GvtTransition *transition = g_ptr_array_index (transitions, i);

    gvt_registry_release (registry, transition->uuid);
  }
}

/* What the worker left is the truth, whether it succeeded or came back. */
static void
commit (GvtRegistry *registry, GvtTransition *transition, gboolean succeeded)
{
  if (succeeded && transition->for_a_vm)
    gvt_registry_note_prepared (registry, transition->uuid);
  if (succeeded)
    gvt_registry_commit_vgpu (registry,
                              transition->uuid,
                              g_steal_pointer (&transition->device),
                              g_steal_pointer (&transition->definition),
                              g_steal_pointer (&transition->record));
  else
    gvt_registry_commit_device (registry, transition->uuid, g_steal_pointer (&transition->device));
  /* Else it would be forgotten with its record still there. */
  if (!succeeded && transition->pending)
    gvt_registry_commit_record (registry, transition->uuid, g_steal_pointer (&transition->record));
  gvt_registry_commit_parent (registry, g_steal_pointer (&transition->parent_info));
}

static void
commit_and_return (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtRegistry *registry = GVT_REGISTRY (source);
  g_autoptr (GTask) task = user_data;
  const Change *change = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean succeeded = g_task_propagate_boolean (G_TASK (result), &error);

  for (guint i = 0; i < change->transitions->len; i++) {
    GvtTransition *transition = g_ptr_array_index (change->transitions, i);

    /* What was never reached was never looked at either. */
    if (succeeded || transition->parent_info != NULL)
      commit (registry, transition, succeeded);
  }
  release_all (registry, change->transitions, change->transitions->len);
  if (succeeded)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* What is on its way counts against limits as if it were there. */
static GvtClaim *
make_claim (const GvtTransition *transition)
{
  if (transition->record == NULL)
    return NULL;
  return gvt_claim_new (transition->record->owner,
                        transition->record->label,
                        transition->parent,
                        transition->type,
                        transition->active);
}

/* Between the check of a call and this, others may have had their turn. */
static gboolean
begins_with_what_is (GvtRegistry *registry, const GvtTransition *transition, GError **error)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (registry, transition->uuid);
  gboolean device_is_so = gvt_device_info_equal (vgpu->device, transition->from_device) ||
                          (transition->from_device == NULL && transition->may_exist);

  if (device_is_so && gvt_definition_equal (vgpu->definition, transition->from_definition) &&
      gvt_record_equal (vgpu->record, transition->from_record))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_CONFLICT,
               "vGPU %s changed in this moment; look at it and try again",
               transition->uuid);
  return FALSE;
}

static gboolean
reserve (GvtRegistry *registry, const GvtTransition *transition, gboolean repair, GError **error)
{
  GvtClaim *claim = make_claim (transition);

  if (!(repair ? gvt_registry_reserve_for_repair (registry, transition->uuid, claim, error)
               : gvt_registry_reserve (registry, transition->uuid, claim, error)))
    return FALSE;
  if (begins_with_what_is (registry, transition, error))
    return TRUE;
  gvt_registry_release (registry, transition->uuid);
  return FALSE;
}

static gboolean
reserve_all (GvtRegistry *registry, const Change *change, GError **error)
{
  for (guint i = 0; i < change->transitions->len; i++) {
    if (!reserve (registry, g_ptr_array_index (change->transitions, i), change->repair, error)) {
      release_all (registry, change->transitions, i);
      return FALSE;
    }
  }
  return TRUE;
}

/* What is known of the GPUs spares the worker reading it again. */
static void
tell_parents (GvtRegistry *registry, GPtrArray *transitions)
{
  for (guint i = 0; i < transitions->len; i++) {
    GvtTransition *transition = g_ptr_array_index (transitions, i);
    const GvtParentInfo *parent = gvt_registry_get_parent (registry, transition->parent);

    if (parent != NULL)
      transition->parent_before = gvt_parent_info_copy (parent);
  }
}

static void
begin (GvtRegistry *registry, GTask *task)
{
  Change *change = g_task_get_task_data (task);
  g_autoptr (GTask) work = NULL;
  GError *error = NULL;

  if (!reserve_all (registry, change, &error)) {
    g_task_return_error (task, error);
    return;
  }
  tell_parents (registry, change->transitions);
  work = g_task_new (registry, NULL, commit_and_return, g_object_ref (task));
  g_task_set_source_tag (work, run_in_worker);
  g_task_set_task_data (work, change, NULL);
  g_task_run_in_thread (work, run_in_worker);
}

static void
on_repaired (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  gvt_repairs_await_finish (GVT_REGISTRY (source), result);
  begin (GVT_REGISTRY (source), task);
}

static void
run (GvtRegistry *registry, Change *change, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (registry, NULL, callback, user_data);
  g_autoptr (GPtrArray) uuids = gvt_transitions_list_uuids (change->transitions);

  g_task_set_source_tag (task, run);
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);
  if (gvt_repairs_meet (registry, uuids))
    gvt_repairs_await_async (registry, g_steal_pointer (&uuids), on_repaired, g_object_ref (task));
  else
    begin (registry, task);
}

void
gvt_change_run_async (GvtRegistry *registry,
                      GvtRoot *root,
                      GPtrArray *transitions,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  Change *change = g_new0 (Change, 1);

  change->root = gvt_root_ref (root);
  change->transitions = transitions;
  run (registry, change, callback, user_data);
}

void
gvt_change_repair_async (GvtRegistry *registry,
                         GvtRoot *root,
                         GvtTransition *transition,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Change *change = g_new0 (Change, 1);

  change->root = gvt_root_ref (root);
  change->transitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_transition_free);
  change->repair = TRUE;
  g_ptr_array_add (change->transitions, transition);
  run (registry, change, callback, user_data);
}

gboolean
gvt_change_run_finish (GvtRegistry *registry, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, registry), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
