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

/* Waiting for one process to end. */
typedef struct {
  int descriptor;
  guint source;
} Wait;

/* A lease being kept: who had it prepared, and, once seen, who uses it. */
typedef struct {
  GvtLeaseKeeper *keeper;
  char *uuid;
  guint64 pid;
  guint64 started;
  Wait daemon;
  Wait user;
  guint look_source;
  guint look_delay;
} Lease;

/* A VM opens its vGPU within seconds of the hook; a slow one within minutes. */
#define FIRST_LOOK_S 3
#define LAST_LOOK_S 300

/* How long after the user's end the hook, or gvt-client run, may take to say so. */
#define GRACE_S 3

static void
stop_waiting (Wait *wait)
{
  g_clear_handle_id (&wait->source, g_source_remove);
  if (wait->descriptor >= 0)
    close (wait->descriptor);
  wait->descriptor = -1;
}

static void
lease_free (Lease *lease)
{
  stop_waiting (&lease->daemon);
  stop_waiting (&lease->user);
  g_clear_handle_id (&lease->look_source, g_source_remove);
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
  self->leases = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) lease_free);
}

/* What a worker is to look at, and what it found. */
typedef struct {
  GvtRoot *root;
  char *uuid;
  guint64 pid;
  guint64 started;
  int group;
  gboolean ended;
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
look_new (const Lease *lease, gboolean ended)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (lease->keeper->registry, lease->uuid);
  Look *look = g_new0 (Look, 1);

  look->root = gvt_root_ref (lease->keeper->root);
  look->ended = ended;
  look->uuid = g_strdup (lease->uuid);
  look->pid = lease->pid;
  look->started = lease->started;
  look->group = vgpu != NULL && vgpu->device != NULL ? vgpu->device->group : -1;
  look->descriptor = -1;
  return look;
}

static void
run_look (const Lease *lease,
          gboolean ended,
          GTaskThreadFunc function,
          GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (lease->keeper, NULL, callback, NULL);

  g_task_set_source_tag (task, run_look);
  g_task_set_task_data (task, look_new (lease, ended), (GDestroyNotify) look_free);
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
  GvtTransition *transition =
      gvt_transition_new (vgpu->uuid, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu), vgpu);

  transition->active = FALSE;
  transition->record->lease_pid = 0;
  transition->record->lease_started = 0;
  gvt_change_repair_async (self->registry,
                           self->root,
                           transition,
                           on_removed,
                           g_strdup (vgpu->uuid));
}

static void
wait_for_end (Lease *lease, Wait *wait, int *descriptor, GUnixFDSourceFunc on_end)
{
  stop_waiting (wait);
  wait->descriptor = *descriptor;
  wait->source = g_unix_fd_add (*descriptor, G_IO_IN, on_end, lease);
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

/* The lease that a look was about; NULL if it was prepared anew meanwhile, or is gone. */
static Lease *
lease_of (GvtLeaseKeeper *self, const Look *look)
{
  Lease *lease = g_hash_table_lookup (self->leases, look->uuid);

  return lease != NULL && lease->pid == look->pid && lease->started == look->started ? lease : NULL;
}

static void on_user_looked_for (GObject *source, GAsyncResult *result, gpointer user_data);

static gboolean
on_grace_over (gpointer user_data)
{
  Lease *lease = user_data;

  lease->look_source = 0;
  run_look (lease, TRUE, look_for_holder, on_user_looked_for);
  return G_SOURCE_REMOVE;
}

static void
look_after_grace (Lease *lease)
{
  g_clear_handle_id (&lease->look_source, g_source_remove);
  lease->look_source = g_timeout_add_seconds (GRACE_S, on_grace_over, lease);
}

static gboolean
on_user_ended (int descriptor, GIOCondition condition, gpointer user_data)
{
  Lease *lease = user_data;

  lease->user.source = 0;
  stop_waiting (&lease->user);
  look_after_grace (lease);
  return G_SOURCE_REMOVE;
}

static gboolean
on_look_due (gpointer user_data)
{
  Lease *lease = user_data;

  lease->look_source = 0;
  run_look (lease, FALSE, look_for_holder, on_user_looked_for);
  return G_SOURCE_REMOVE;
}

/* Less and less often, and in the end not at all: then only the daemon's end ends the lease. */
static void
look_later (Lease *lease)
{
  lease->look_delay = lease->look_delay == 0 ? FIRST_LOOK_S : lease->look_delay * 2;
  if (lease->look_delay <= LAST_LOOK_S && lease->look_source == 0)
    lease->look_source = g_timeout_add_seconds (lease->look_delay, on_look_due, lease);
}

static void
on_user_looked_for (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtLeaseKeeper *self = GVT_LEASE_KEEPER (source);
  Look *look = g_task_get_task_data (G_TASK (result));
  Lease *lease = lease_of (self, look);
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (self->registry, look->uuid);

  if (lease == NULL || vgpu == NULL)
    return;
  if (look->in_use && look->descriptor >= 0)
    wait_for_end (lease, &lease->user, &look->descriptor, on_user_ended);
  else if (look->in_use && look->ended)
    look_after_grace (lease); /* it ended while one looked */
  else if (!look->ended)
    look_later (lease);
  else if (judge (vgpu, look->in_use) == GVT_VERDICT_REMOVE)
    remove_device (self, vgpu);
}

static gboolean
on_daemon_ended (int descriptor, GIOCondition condition, gpointer user_data)
{
  Lease *lease = user_data;

  lease->daemon.source = 0;
  stop_waiting (&lease->daemon);
  run_look (lease, TRUE, look_for_holder, on_user_looked_for);
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
  Look *look = g_task_get_task_data (G_TASK (result));
  Lease *lease = lease_of (GVT_LEASE_KEEPER (source), look);

  if (lease == NULL)
    return;
  if (look->descriptor < 0) {
    run_look (lease, TRUE, look_for_holder, on_user_looked_for);
    return;
  }
  wait_for_end (lease, &lease->daemon, &look->descriptor, on_daemon_ended);
  look_later (lease);
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
  lease->daemon.descriptor = -1;
  lease->user.descriptor = -1;
  g_hash_table_replace (self->leases, lease->uuid, lease);
  run_look (lease, FALSE, look_for_daemon, on_daemon_looked_for);
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
