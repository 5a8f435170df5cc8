/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases whose holder vanished. Main loop; looking at processes is done in workers.
 */

#include "lease-keeper.h"

#include <glib-unix.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "change.h"
#include "holders.h"
#include "libvirt-daemon.h"
#include "reconcile.h"

struct _GvtLeaseKeeper {
  GObject parent_instance;
  GvtRoot *root;
  GvtRegistry *registry;
  GHashTable *leases; /* uuid -> Lease */
};

G_DEFINE_FINAL_TYPE (GvtLeaseKeeper, gvt_lease_keeper, G_TYPE_OBJECT)

/* A lease being kept: waiting for the process behind @descriptor to end, or being looked at. */
typedef struct {
  GvtLeaseKeeper *keeper;
  char *uuid;
  guint64 pid;
  guint64 started;
  int descriptor;
  guint source;
} Lease;

static void
stop_waiting (Lease *lease)
{
  g_clear_handle_id (&lease->source, g_source_remove);
  if (lease->descriptor >= 0)
    close (lease->descriptor);
  lease->descriptor = -1;
}

static void
lease_free (Lease *lease)
{
  stop_waiting (lease);
  g_free (lease->uuid);
  g_free (lease);
}

static void
gvt_lease_keeper_finalize (GObject *object)
{
  GvtLeaseKeeper *self = GVT_LEASE_KEEPER (object);

  g_hash_table_unref (self->leases);
  g_clear_object (&self->registry);
  gvt_root_unref (self->root);
  G_OBJECT_CLASS (gvt_lease_keeper_parent_class)->finalize (object);
}

static void
gvt_lease_keeper_class_init (GvtLeaseKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_lease_keeper_finalize;
}

static void
gvt_lease_keeper_init (GvtLeaseKeeper *self)
{
  self->leases =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) lease_free);
}

/* What a worker is to look at, and what it found. */
typedef struct {
  GvtRoot *root;
  char *uuid;
  guint64 pid;
  guint64 started;
  int group;
  gboolean in_use;
  int descriptor;
} Look;

static void
look_free (Look *look)
{
  if (look->descriptor >= 0)
    close (look->descriptor);
  gvt_root_unref (look->root);
  g_free (look->uuid);
  g_free (look);
}

static Look *
look_new (GvtLeaseKeeper *self, const Lease *lease)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (self->registry, lease->uuid);
  Look *look = g_new0 (Look, 1);

  look->root = gvt_root_ref (self->root);
  look->uuid = g_strdup (lease->uuid);
  look->pid = lease->pid;
  look->started = lease->started;
  look->group = vgpu != NULL && vgpu->device != NULL ? vgpu->device->group : -1;
  look->descriptor = -1;
  return look;
}

static void
run_look (GvtLeaseKeeper *self,
          const Lease *lease,
          GTaskThreadFunc function,
          GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, NULL);

  g_task_set_source_tag (task, run_look);
  g_task_set_task_data (task, look_new (self, lease), (GDestroyNotify) look_free);
  g_task_run_in_thread (task, function);
}

static void
look_for_holder (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Look *look = task_data;
  pid_t pid = 0;
  g_autofree char *holder = gvt_holder_find (look->root, look->group, &pid);

  look->in_use = holder != NULL;
  if (look->in_use)
    look->descriptor = (int) syscall (SYS_pidfd_open, pid, 0);
  g_task_return_boolean (task, TRUE);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *uuid = user_data;
  g_autoptr (GError) error = NULL;

  if (gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    g_message ("vGPU %s: its VM ended without a word; removed it", uuid);
  else
    g_message ("vGPU %s: its VM ended without a word, and it stays: %s", uuid, error->message);
}

static void
remove_device (GvtLeaseKeeper *self, const GvtVgpu *vgpu)
{
  g_autoptr (GPtrArray) transitions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_transition_free);
  GvtTransition *transition = gvt_transition_new (vgpu->uuid,
                                                  gvt_vgpu_parent (vgpu),
                                                  gvt_vgpu_type (vgpu),
                                                  vgpu);

  transition->active = FALSE;
  transition->record->lease_pid = 0;
  transition->record->lease_started = 0;
  g_ptr_array_add (transitions, transition);
  gvt_change_run_async (self->registry,
                        self->root,
                        g_steal_pointer (&transitions),
                        on_removed,
                        g_strdup (vgpu->uuid));
}

static gboolean on_process_ended (int descriptor, GIOCondition condition, gpointer user_data);

static void
wait_for_end (Lease *lease, int *descriptor)
{
  stop_waiting (lease);
  lease->descriptor = *descriptor;
  lease->source = g_unix_fd_add (*descriptor, G_IO_IN, on_process_ended, lease);
  *descriptor = -1;
}

static GvtVerdict
judge (const GvtVgpu *vgpu, gboolean in_use)
{
  GvtFacts facts = {
    .occasion = GVT_OCCASION_LEASE_ENDED,
    .policy = gvt_vgpu_policy (vgpu),
    .place = gvt_vgpu_place (vgpu),
    .ours = vgpu->record != NULL,
    .in_use = in_use,
  };

  return gvt_reconcile (&facts);
}

static void
on_holder_looked_for (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtLeaseKeeper *self = GVT_LEASE_KEEPER (source);
  Look *look = g_task_get_task_data (G_TASK (result));
  Lease *lease = g_hash_table_lookup (self->leases, look->uuid);
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (self->registry, look->uuid);
  GvtVerdict verdict;

  /* It was prepared anew meanwhile, or is gone. */
  if (lease == NULL || vgpu == NULL || lease->pid != look->pid || lease->started != look->started)
    return;
  verdict = judge (vgpu, look->in_use);
  if (verdict == GVT_VERDICT_WATCH && look->descriptor >= 0)
    wait_for_end (lease, &look->descriptor);
  else if (verdict == GVT_VERDICT_REMOVE)
    remove_device (self, vgpu);
}

static gboolean
on_process_ended (int descriptor, GIOCondition condition, gpointer user_data)
{
  Lease *lease = user_data;

  lease->source = 0;
  stop_waiting (lease);
  run_look (lease->keeper, lease, look_for_holder, on_holder_looked_for);
  return G_SOURCE_REMOVE;
}

static void
look_for_daemon (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Look *look = task_data;

  look->descriptor = gvt_process_open (look->root, (pid_t) look->pid, look->started);
  g_task_return_boolean (task, TRUE);
}

static void
on_daemon_looked_for (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtLeaseKeeper *self = GVT_LEASE_KEEPER (source);
  Look *look = g_task_get_task_data (G_TASK (result));
  Lease *lease = g_hash_table_lookup (self->leases, look->uuid);

  if (lease == NULL || lease->pid != look->pid || lease->started != look->started)
    return;
  if (look->descriptor >= 0)
    wait_for_end (lease, &look->descriptor);
  else
    run_look (self, lease, look_for_holder, on_holder_looked_for);
}

static void
on_vgpu_changed (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  GvtLeaseKeeper *self = GVT_LEASE_KEEPER (user_data);
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (registry, uuid);
  Lease *lease = g_hash_table_lookup (self->leases, uuid);

  if (vgpu == NULL || vgpu->device == NULL || vgpu->record == NULL ||
      vgpu->record->lease_pid == 0) {
    g_hash_table_remove (self->leases, uuid);
    return;
  }
  if (lease != NULL && lease->pid == vgpu->record->lease_pid &&
      lease->started == vgpu->record->lease_started)
    return;
  lease = g_new0 (Lease, 1);
  lease->keeper = self;
  lease->uuid = g_strdup (uuid);
  lease->pid = vgpu->record->lease_pid;
  lease->started = vgpu->record->lease_started;
  lease->descriptor = -1;
  g_hash_table_replace (self->leases, lease->uuid, lease);
  run_look (self, lease, look_for_daemon, on_daemon_looked_for);
}

GvtLeaseKeeper *
gvt_lease_keeper_new (GvtRoot *root, GvtRegistry *registry)
{
  GvtLeaseKeeper *self = g_object_new (GVT_TYPE_LEASE_KEEPER, NULL);
  g_autoptr (GPtrArray) vgpus = gvt_registry_list_vgpus (registry);

  self->root = gvt_root_ref (root);
  self->registry = g_object_ref (registry);
  for (guint i = 0; i < vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (vgpus, i);

    on_vgpu_changed (registry, vgpu->uuid, self);
  }
  g_signal_connect_object (registry, "vgpu-changed", G_CALLBACK (on_vgpu_changed), self, 0);
  return self;
}
