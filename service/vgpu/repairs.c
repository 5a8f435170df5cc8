/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiting for what the service does to a vGPU of its own accord. Main loop; blocks nothing.
 */

#include "repairs.h"

/* Repairs take milliseconds, but for one that waits two seconds for a device node. */
#define PATIENCE_MS 3000

typedef struct {
  GPtrArray *uuids;
  gulong handler;
  guint deadline;
} Wait;

static void
wait_free (Wait *self)
{
  g_ptr_array_unref (self->uuids);
  g_free (self);
}

gboolean
gvt_repairs_meet (GvtRegistry *registry, GPtrArray *uuids)
{
  for (guint i = 0; i < uuids->len; i++) {
    const GvtVgpu *vgpu = gvt_registry_get_vgpu (registry, g_ptr_array_index (uuids, i));

    if (vgpu != NULL && vgpu->repaired)
      return TRUE;
  }
  return FALSE;
}

static void
end (GTask *task)
{
  Wait *wait = g_task_get_task_data (task);

  g_clear_signal_handler (&wait->handler, g_task_get_source_object (task));
  g_clear_handle_id (&wait->deadline, g_source_remove);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_released (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  const Wait *wait = g_task_get_task_data (user_data);

  if (!gvt_repairs_meet (registry, wait->uuids))
    end (user_data);
}

static gboolean
on_deadline (gpointer user_data)
{
  Wait *wait = g_task_get_task_data (user_data);

  wait->deadline = 0;
  end (user_data);
  return G_SOURCE_REMOVE;
}

void
gvt_repairs_await_async (GvtRegistry *registry,
                         GPtrArray *uuids,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (registry, NULL, callback, user_data);
  Wait *wait = g_new0 (Wait, 1);

  wait->uuids = uuids;
  g_task_set_source_tag (task, gvt_repairs_await_async);
  g_task_set_task_data (task, wait, (GDestroyNotify) wait_free);
  if (!gvt_repairs_meet (registry, uuids)) {
    end (task);
    return;
  }
  wait->handler = g_signal_connect (registry, "released", G_CALLBACK (on_released), task);
  wait->deadline = g_timeout_add (PATIENCE_MS, on_deadline, task);
}

void
gvt_repairs_await_finish (GvtRegistry *registry, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, registry));
  g_task_propagate_boolean (G_TASK (result), NULL);
}
