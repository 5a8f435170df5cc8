/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From events to the registry. Main loop, but for the two functions that run in a worker.
 */

#include "monitor.h"

#include "change.h"
#include "node.h"
#include "orphaned-records.h"
#include "own-change.h"
#include "removals.h"
#include "watch.h"

/* Making one device sends four events within a few milliseconds. */
#define SETTLE_MS 10

/* Between somebody's opening `remove` and the device's going there is no other event; nor is there any
 * where that cannot be seen. */
#define TICK_S 1

/* After a look that was not at all there is. */
#define RETRY_MS 500

struct _GvtMonitor {
  GObject parent_instance;
  GvtRoot *root;
  GvtRegistry *registry;
  GvtWatch *watch;
  GvtRemovals *removals;       /* NULL where the watch polls */
  GvtDefinitions *definitions; /* the scanning worker's */
  guint settle_source;
  guint retry_source;
  guint tick_source;
  GTask *first; /* the first look, until it is done */
  gboolean scanning;
  gboolean changed_meanwhile;
  guint64 epoch;
};

G_DEFINE_FINAL_TYPE (GvtMonitor, gvt_monitor, G_TYPE_OBJECT)

static void
gvt_monitor_finalize (GObject *object)
{
  GvtMonitor *self = GVT_MONITOR (object);

  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_handle_id (&self->tick_source, g_source_remove);
  g_clear_object (&self->watch);
  g_clear_object (&self->removals);
  g_clear_object (&self->registry);
  g_clear_pointer (&self->definitions, gvt_definitions_free);
  gvt_root_unref (self->root);
  G_OBJECT_CLASS (gvt_monitor_parent_class)->finalize (object);
}

static void
gvt_monitor_class_init (GvtMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_monitor_finalize;
}

static void
gvt_monitor_init (GvtMonitor *self)
{
}

GvtMonitor *
gvt_monitor_new (GvtRoot *root, GvtRegistry *registry)
{
  GvtMonitor *self = g_object_new (GVT_TYPE_MONITOR, NULL);

  self->root = gvt_root_ref (root);
  self->definitions = gvt_definitions_new (root);
  self->registry = g_object_ref (registry);
  gvt_orphaned_records_follow (root, registry);
  return self;
}

/* Who should be able to open which vGPU, as far as nobody is changing that now. */
static GHashTable *
list_owners (GvtRegistry *registry)
{
  GHashTable *owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) vgpus = gvt_registry_list_vgpus (registry);

  for (guint i = 0; i < vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (vgpus, i);

    if (!vgpu->reserved && gvt_vgpu_owner (vgpu) != 0)
      g_hash_table_insert (owners, g_strdup (vgpu->uuid), GUINT_TO_POINTER (gvt_vgpu_owner (vgpu)));
  }
  return owners;
}

/* What a look at the host brings. */
typedef struct {
  GvtHostState *state;
  GPtrArray *locked_out; /* of char: UUIDs of vGPUs whose owner cannot open the node */
} Sight;

static void
sight_free (Sight *self)
{
  gvt_host_state_free (self->state);
  g_ptr_array_unref (self->locked_out);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sight, sight_free)

static void
scan_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GvtMonitor *self = GVT_MONITOR (source);
  Sight *sight = g_new0 (Sight, 1);

  sight->state = gvt_host_state_read (self->root, self->definitions);
  sight->locked_out = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < sight->state->devices->len; i++) {
    const GvtDeviceInfo *device = g_ptr_array_index (sight->state->devices, i);
    guint32 owner = GPOINTER_TO_UINT (g_hash_table_lookup (task_data, device->uuid));

    if (owner != 0 && device->group >= 0 && !device->removing &&
        !gvt_node_allows (self->root, device->group, owner))
      g_ptr_array_add (sight->locked_out, g_strdup (device->uuid));
  }
  g_task_return_pointer (task, sight, (GDestroyNotify) sight_free);
}

static void
on_access_given_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *uuid = user_data;
  g_autoptr (GError) error = NULL;

  if (gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    gvt_own_change_log ("access-given-back",
                        uuid,
                        NULL,
                        "something, perhaps a udev rule with a MODE, took the access of its owner "
                        "away; gave it back");
  else
    gvt_own_change_log ("access-given-back",
                        uuid,
                        error,
                        "its owner has lost access to it: %s",
                        error->message);
}

/* As a change like any other: the owner may be changing at this moment. */
static void
give_access_back (GvtMonitor *self, const char *uuid)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (self->registry, uuid);
  GvtTransition *transition;

  if (vgpu == NULL || vgpu->reserved || vgpu->device == NULL || vgpu->device->removing ||
      gvt_vgpu_owner (vgpu) == 0)
    return;
  transition = gvt_transition_new (uuid, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu), vgpu);
  transition->may_exist = TRUE;
  gvt_change_repair_async (self->registry,
                           self->root,
                           transition,
                           on_access_given_back,
                           g_strdup (uuid));
}

static void on_changed (gpointer watch, GvtMonitor *self);

static gboolean
on_retry (gpointer user_data)
{
  GvtMonitor *self = user_data;

  self->retry_source = 0;
  on_changed (self->watch, self);
  return G_SOURCE_REMOVE;
}

static void
retry (GvtMonitor *self)
{
  if (self->retry_source == 0)
    self->retry_source = g_timeout_add (RETRY_MS, on_retry, self);
}

static gboolean
on_tick (gpointer user_data)
{
  GvtMonitor *self = user_data;

  self->tick_source = 0;
  on_changed (self->watch, self);
  return G_SOURCE_REMOVE;
}

static void
follow_removals (GvtMonitor *self)
{
  g_autoptr (GPtrArray) vgpus = gvt_registry_list_vgpus (self->registry);
  g_autoptr (GPtrArray) whole = g_ptr_array_new ();

  for (guint i = 0; i < vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (vgpus, i);

    if (vgpu->device != NULL && !vgpu->device->removing)
      g_ptr_array_add (whole, vgpu->uuid);
  }
  gvt_removals_follow (self->removals, whole);
  g_clear_handle_id (&self->tick_source, g_source_remove);
  if (whole->len > 0 && !gvt_removals_is_quiet (self->removals))
    self->tick_source = g_timeout_add_seconds (TICK_S, on_tick, self);
}

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtMonitor *self = GVT_MONITOR (source);
  g_autoptr (Sight) sight = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GTask) first = NULL;

  self->scanning = FALSE;
  if (!sight->state->complete) {
    g_message ("descriptors or memory ran out during a look at the host; looking again");
    retry (self);
    return;
  }
  /* What is half made, or a change under way or just done kept from being taken, is looked at once
   * more. */
  if (!gvt_registry_apply_scan (self->registry, sight->state, self->epoch) ||
      sight->state->half_made)
    retry (self);
  gvt_watch_follow (self->watch, sight->state->directories);
  for (guint i = 0; i < sight->locked_out->len; i++)
    give_access_back (self, g_ptr_array_index (sight->locked_out, i));
  if (self->removals != NULL)
    follow_removals (self);
  if (self->changed_meanwhile)
    on_changed (self->watch, self);
  first = g_steal_pointer (&self->first);
  if (first != NULL)
    g_task_return_boolean (first, TRUE);
}

static void
scan (GvtMonitor *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_scanned, NULL);

  g_task_set_source_tag (task, scan);
  g_task_set_task_data (task, list_owners (self->registry), (GDestroyNotify) g_hash_table_unref);
  self->scanning = TRUE;
  self->changed_meanwhile = FALSE;
  self->epoch = gvt_registry_begin_scan (self->registry);
  g_task_run_in_thread (task, scan_in_worker);
}

static gboolean
on_settled (gpointer user_data)
{
  GvtMonitor *self = user_data;

  self->settle_source = 0;
  scan (self);
  return G_SOURCE_REMOVE;
}

static void
on_changed (gpointer watch, GvtMonitor *self)
{
  if (self->scanning)
    self->changed_meanwhile = TRUE;
  else if (self->settle_source == 0)
    self->settle_source = g_timeout_add (SETTLE_MS, on_settled, self);
}

static void
load_records_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task,
                         gvt_record_load_all (GVT_MONITOR (source)->root),
                         (GDestroyNotify) g_hash_table_unref);
}

static void
on_records_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtMonitor *self = GVT_MONITOR (source);
  g_autoptr (GHashTable) records = g_task_propagate_pointer (G_TASK (result), NULL);

  gvt_registry_load_records (self->registry, records);
  /* Watch first, then look: what happens in between is seen twice, not never. */
  self->watch = gvt_watch_new (self->root);
  g_signal_connect_object (self->watch, "changed", G_CALLBACK (on_changed), self, 0);
  if (gvt_root_is_host (self->root)) {
    self->removals = gvt_removals_new (self->root);
    g_signal_connect_object (self->removals, "changed", G_CALLBACK (on_changed), self, 0);
  }
  scan (self);
}

void
gvt_monitor_start_async (GvtMonitor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_records_loaded, NULL);

  self->first = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->first, gvt_monitor_start_async);
  g_task_set_source_tag (task, load_records_in_worker);
  g_task_run_in_thread (task, load_records_in_worker);
}

void
gvt_monitor_start_finish (GvtMonitor *self, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}
