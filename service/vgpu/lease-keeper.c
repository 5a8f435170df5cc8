/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases whose holder vanished. Main loop; looking at processes is done in workers.
 */

#include "lease-keeper.h"

#include <glib-unix.h>
#include <unistd.h>

#include "change.h"
#include "lease-look.h"
#include "own-change.h"
#include "reconcile.h"

struct _GvtLeaseKeeper {
  GObject parent_instance;
  GvtRoot *root;
  GvtRegistry *registry;
  GHashTable *leases; /* uuid -> Lease */
  guint begun;        /* how many leases there have been */
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
  guint number;
  guint prepared;
  guint64 pid;
  guint64 started;
  Wait daemon;
  Wait user;
  guint look_source;
  guint look_delay;
  guint retry_delay;
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

static Lease *
lease_new (GvtLeaseKeeper *keeper, const GvtVgpu *vgpu)
{
  Lease *lease = g_new0 (Lease, 1);

  lease->keeper = keeper;
  lease->uuid = g_strdup (vgpu->uuid);
  lease->number = ++keeper->begun;
  lease->prepared = vgpu->prepared;
  lease->pid = vgpu->record->lease_pid;
  lease->started = vgpu->record->lease_started;
  lease->daemon.descriptor = -1;
  lease->user.descriptor = -1;
  return lease;
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

/* A removal on its way through the main loop. */
typedef struct {
  GvtLeaseKeeper *keeper;
  char *uuid;
} Removal;

static void
removal_free (Removal *self)
{
  g_object_unref (self->keeper);
  g_free (self->uuid);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Removal, removal_free)

static void retry_removal (Lease *lease);

/* It may be that a call was changing it, or that the kernel refused; both pass. */
static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Removal) removal = user_data;
  Lease *lease = g_hash_table_lookup (removal->keeper->leases, removal->uuid);
  g_autoptr (GError) error = NULL;

  if (gvt_change_run_finish (GVT_REGISTRY (source), result, &error)) {
    gvt_own_change_log ("vm-ended", removal->uuid, NULL, "its VM ended without a word; removed it");
    return;
  }
  gvt_own_change_log ("vm-ended",
                      removal->uuid,
                      error,
                      "its VM ended without a word, and it stays for now: %s",
                      error->message);
  if (lease != NULL)
    retry_removal (lease);
}

static void
remove_device (GvtLeaseKeeper *self, const GvtVgpu *vgpu)
{
  Removal *removal = g_new0 (Removal, 1);
  GvtTransition *transition =
      gvt_transition_new (vgpu->uuid, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu), vgpu);

  removal->keeper = g_object_ref (self);
  removal->uuid = g_strdup (vgpu->uuid);
  transition->active = FALSE;
  transition->record->lease_pid = 0;
  transition->record->lease_started = 0;
  gvt_change_repair_async (self->registry, self->root, transition, on_removed, removal);
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
lease_of (GvtLeaseKeeper *self, const GvtLeaseLook *look)
{
  Lease *lease = g_hash_table_lookup (self->leases, look->uuid);

  return lease != NULL && lease->number == look->lease ? lease : NULL;
}

static GvtLeaseLook *
begin_look (const Lease *lease, gboolean ended)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (lease->keeper->registry, lease->uuid);

  return gvt_lease_look_new (lease->keeper->root,
                             lease->uuid,
                             lease->number,
                             lease->pid,
                             lease->started,
                             vgpu != NULL && vgpu->device != NULL ? vgpu->device->group : -1,
                             ended);
}

static void on_user_looked_for (GObject *source, GAsyncResult *result, gpointer user_data);

/* @ended: whether it has no user any more, by what we know, and goes if that is so. */
static void
look_for_user (Lease *lease, gboolean ended)
{
  gvt_lease_look_for_user_async (begin_look (lease, ended), lease->keeper, on_user_looked_for);
}

static gboolean
on_grace_over (gpointer user_data)
{
  Lease *lease = user_data;

  lease->look_source = 0;
  look_for_user (lease, TRUE);
  return G_SOURCE_REMOVE;
}

/* At first soon, then less and less often, for as long as it is there. */
static void
retry_removal (Lease *lease)
{
  lease->retry_delay = CLAMP (lease->retry_delay * 2, GRACE_S, LAST_LOOK_S);
  g_clear_handle_id (&lease->look_source, g_source_remove);
  lease->look_source = g_timeout_add_seconds (lease->retry_delay, on_grace_over, lease);
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
  look_for_user (lease, FALSE);
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
  GvtLeaseLook *look = gvt_lease_look_finish (result);
  Lease *lease = lease_of (self, look);
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (self->registry, look->uuid);

  if (lease == NULL || vgpu == NULL)
    return;
  if (look->in_use && look->descriptor >= 0)
    wait_for_end (lease, &lease->user, &look->descriptor, on_user_ended);
  else if (look->in_use && look->ended)
    retry_removal (lease); /* it ended while one looked, or who it is cannot be said now */
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
  look_for_user (lease, TRUE);
  return G_SOURCE_REMOVE;
}

static void
on_daemon_looked_for (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtLeaseLook *look = gvt_lease_look_finish (result);
  Lease *lease = lease_of (GVT_LEASE_KEEPER (source), look);

  if (lease == NULL)
    return;
  if (look->descriptor < 0) {
    look_for_user (lease, TRUE);
    return;
  }
  wait_for_end (lease, &lease->daemon, &look->descriptor, on_daemon_ended);
  look_later (lease);
}

/* A VM that was started again has a lease of its own, though the same daemon asked for it. */
static gboolean
is_of (const Lease *lease, const GvtVgpu *vgpu)
{
  return lease->pid == vgpu->record->lease_pid && lease->started == vgpu->record->lease_started &&
         lease->prepared == vgpu->prepared;
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
  if (lease != NULL && is_of (lease, vgpu))
    return;
  lease = lease_new (self, vgpu);
  g_hash_table_replace (self->leases, lease->uuid, lease);
  gvt_lease_look_for_daemon_async (begin_look (lease, FALSE), self, on_daemon_looked_for);
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
