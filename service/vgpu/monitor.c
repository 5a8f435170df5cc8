/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From events to the registry. Main loop, but for the two functions that run in a worker.
 */

#include "monitor.h"

#include "node.h"
#include "watch.h"

/* Making one device sends four events within a few milliseconds. */
#define SETTLE_MS 10

/* After a look that met with a shortage of descriptors or memory. */
#define RETRY_MS 500

struct _GvtMonitor {
  GObject parent_instance;
  GvtRoot *root;
  GvtRegistry *registry;
  GvtWatch *watch;
  GvtDefinitions *definitions; /* the scanning worker's */
  guint settle_source;
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
  g_clear_object (&self->watch);
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

static void
forget_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (!gvt_record_delete (GVT_MONITOR (source)->root, task_data, &error))
    g_message ("%s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
on_record_orphaned (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (user_data, NULL, NULL, NULL);

  g_debug ("vGPU %s is gone; forgetting what was noted about it", uuid);
  g_task_set_source_tag (task, on_record_orphaned);
  g_task_set_task_data (task, g_strdup (uuid), g_free);
  g_task_run_in_thread (task, forget_in_worker);
}

GvtMonitor *
gvt_monitor_new (GvtRoot *root, GvtRegistry *registry)
{
  GvtMonitor *self = g_object_new (GVT_TYPE_MONITOR, NULL);

  self->root = gvt_root_ref (root);
  self->definitions = gvt_definitions_new (root);
  self->registry = g_object_ref (registry);
  g_signal_connect_object (registry, "record-orphaned", G_CALLBACK (on_record_orphaned), self, 0);
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

    if (vgpu->device != NULL && !vgpu->reserved && gvt_vgpu_owner (vgpu) != 0)
      g_hash_table_insert (owners, g_strdup (vgpu->uuid), GUINT_TO_POINTER (gvt_vgpu_owner (vgpu)));
  }
  return owners;
}

static void
keep_access (GvtRoot *root, GPtrArray *devices, GHashTable *owners)
{
  for (guint i = 0; i < devices->len; i++) {
    const GvtDeviceInfo *device = g_ptr_array_index (devices, i);
    guint32 owner = GPOINTER_TO_UINT (g_hash_table_lookup (owners, device->uuid));

    if (owner != 0 && device->group >= 0 && !device->removing)
      gvt_node_keep (root, device->uuid, device->group, owner);
  }
}

static void
scan_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GvtMonitor *self = GVT_MONITOR (source);
  GvtHostState *state = gvt_host_state_read (self->root, self->definitions);

  if (state->complete)
    keep_access (self->root, state->devices, task_data);
  g_task_return_pointer (task, state, (GDestroyNotify) gvt_host_state_free);
}

static void on_changed (GvtWatch *watch, GvtMonitor *self);
static gboolean on_settled (gpointer user_data);

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtMonitor *self = GVT_MONITOR (source);
  g_autoptr (GvtHostState) state = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (GTask) first = NULL;

  self->scanning = FALSE;
  if (!state->complete) {
    g_message ("descriptors or memory ran out during a look at the host; looking again");
    self->settle_source = g_timeout_add (RETRY_MS, on_settled, self);
    return;
  }
  gvt_registry_apply_scan (self->registry, state, self->epoch);
  gvt_watch_follow (self->watch, state->directories);
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
on_changed (GvtWatch *watch, GvtMonitor *self)
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
