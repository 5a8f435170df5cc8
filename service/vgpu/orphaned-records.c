/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records whose vGPU is not there. Main loop; files are read and deleted in workers. Nobody may make a
 * vGPU of that UUID meanwhile: it would lose its record to this.
 */

#include "orphaned-records.h"

#include "change.h"
#include "device.h"
#include "own-change.h"
#include "scan.h"

/* How often one looks whether the kernel is done. */
#define LOOK_S 1

/* One record, and what was last seen of its vGPU. */
typedef struct {
  GvtRoot *root;
  GvtRegistry *registry;
  char *uuid;
  gboolean held; /* by who asked the kernel for it */
  GvtDeviceInfo *device;
  GvtRecord *record;
} Orphan;

static void
orphan_free (Orphan *self)
{
  gvt_root_unref (self->root);
  g_object_unref (self->registry);
  g_free (self->uuid);
  g_clear_pointer (&self->device, gvt_device_info_free);
  g_clear_pointer (&self->record, gvt_record_free);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Orphan, orphan_free)

/* In this order: what is not held any more has come by now, or does not. */
static void
look_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Orphan *orphan = task_data;
  g_autoptr (GError) error = NULL;

  orphan->held = gvt_record_is_held (orphan->root, orphan->uuid);
  if (!orphan->held)
    orphan->device = gvt_scan_device (orphan->root, orphan->uuid);
  if (orphan->device != NULL)
    orphan->record = gvt_record_load (orphan->root, orphan->uuid);
  else if (!orphan->held && !gvt_record_delete (orphan->root, orphan->uuid, TRUE, &error))
    g_message ("%s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void look (Orphan *orphan);

static gboolean
on_look_due (gpointer user_data)
{
  look (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_granted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *uuid = user_data;
  g_autoptr (GError) error = NULL;

  if (gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    gvt_own_change_log ("came-late", uuid, NULL, "made after all; it is its owner's");
  else
    gvt_own_change_log ("came-late",
                        uuid,
                        error,
                        "made after all, and its owner cannot open it: %s",
                        error->message);
}

static void
give_to_owner (Orphan *orphan)
{
  GvtTransition *transition;
  const GvtVgpu *vgpu;

  gvt_registry_commit_vgpu (orphan->registry,
                            orphan->uuid,
                            g_steal_pointer (&orphan->device),
                            NULL,
                            g_steal_pointer (&orphan->record));
  gvt_registry_release (orphan->registry, orphan->uuid);
  vgpu = gvt_registry_get_vgpu (orphan->registry, orphan->uuid);
  transition =
      gvt_transition_new (orphan->uuid, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu), vgpu);
  transition->may_exist = TRUE;
  gvt_change_repair_async (orphan->registry,
                           orphan->root,
                           transition,
                           on_granted,
                           g_strdup (orphan->uuid));
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Orphan) orphan = user_data;

  if (orphan->device != NULL)
    give_to_owner (orphan);
  else if (!orphan->held)
    gvt_registry_release (orphan->registry, orphan->uuid);
  else {
    gvt_registry_set_awaited (orphan->registry, orphan->uuid, TRUE);
    g_timeout_add_seconds (LOOK_S, on_look_due, g_steal_pointer (&orphan));
  }
}

static void
look (Orphan *orphan)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_looked, orphan);

  g_task_set_source_tag (task, look);
  g_task_set_task_data (task, orphan, NULL);
  g_task_run_in_thread (task, look_in_worker);
}

static void
on_record_orphaned (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  Orphan *orphan;

  if (!gvt_registry_reserve_for_repair (registry, uuid, NULL, NULL))
    return;
  g_debug ("vGPU %s is gone; forgetting what was noted about it", uuid);
  orphan = g_new0 (Orphan, 1);
  orphan->root = gvt_root_ref (user_data);
  orphan->registry = g_object_ref (registry);
  orphan->uuid = g_strdup (uuid);
  look (orphan);
}

static void
unref_root (gpointer root, GClosure *closure)
{
  gvt_root_unref (root);
}

void
gvt_orphaned_records_follow (GvtRoot *root, GvtRegistry *registry)
{
  g_signal_connect_data (registry,
                         "record-orphaned",
                         G_CALLBACK (on_record_orphaned),
                         gvt_root_ref (root),
                         unref_root,
                         0);
}
