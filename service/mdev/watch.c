/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events from the host. Main loop; reads nothing, only says that a look is worth while.
 */

#include "watch.h"

#include <gudev/gudev.h>

#define POLL_INTERVAL_MS 250

struct _GvtWatch {
  GObject parent_instance;
  GvtRoot *root;
  GUdevClient *udev;
  GHashTable *monitors; /* path -> GFileMonitor */
  guint poll_source;
};

G_DEFINE_FINAL_TYPE (GvtWatch, gvt_watch, G_TYPE_OBJECT)

static guint changed_signal;

static void
say_changed (GvtWatch *self)
{
  g_signal_emit (self, changed_signal, 0);
}

/* A parent can be of any subsystem, so all are listened to. */
static void
on_uevent (GUdevClient *client, const char *action, GUdevDevice *device, gpointer user_data)
{
  const char *subsystem = g_udev_device_get_subsystem (device);

  if (g_strcmp0 (subsystem, "mdev") == 0 || g_strcmp0 (subsystem, "vfio") == 0 ||
      g_strcmp0 (subsystem, "vfio-dev") == 0 || g_udev_device_has_property (device, "MDEV_STATE"))
    say_changed (user_data);
}

static void
on_file_changed (GFileMonitor *monitor,
                 GFile *file,
                 GFile *other_file,
                 GFileMonitorEvent event,
                 gpointer user_data)
{
  /* CHANGED comes for every write; CHANGES_DONE_HINT, CREATED, DELETED, RENAMED once. */
  if (event != G_FILE_MONITOR_EVENT_CHANGED)
    say_changed (user_data);
}

static gboolean
on_poll (gpointer user_data)
{
  say_changed (user_data);
  return G_SOURCE_CONTINUE;
}

static void
gvt_watch_finalize (GObject *object)
{
  GvtWatch *self = GVT_WATCH (object);

  g_clear_handle_id (&self->poll_source, g_source_remove);
  g_clear_object (&self->udev);
  g_hash_table_unref (self->monitors);
  gvt_root_unref (self->root);
  G_OBJECT_CLASS (gvt_watch_parent_class)->finalize (object);
}

static void
gvt_watch_class_init (GvtWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_watch_finalize;
  changed_signal = g_signal_new ("changed",
                                 GVT_TYPE_WATCH,
                                 G_SIGNAL_RUN_LAST,
                                 0,
                                 NULL,
                                 NULL,
                                 NULL,
                                 G_TYPE_NONE,
                                 0);
}

static void
gvt_watch_init (GvtWatch *self)
{
  self->monitors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

GvtWatch *
gvt_watch_new (GvtRoot *root)
{
  static const char *const all_subsystems[] = { NULL };
  GvtWatch *self = g_object_new (GVT_TYPE_WATCH, NULL);

  self->root = gvt_root_ref (root);
  if (gvt_root_is_host (root)) {
    self->udev = g_udev_client_new (all_subsystems);
    g_signal_connect_object (self->udev, "uevent", G_CALLBACK (on_uevent), self, 0);
  } else
    self->poll_source = g_timeout_add (POLL_INTERVAL_MS, on_poll, self);
  return self;
}

static void
add_monitor (GvtWatch *self, const char *path)
{
  g_autoptr (GFile) directory = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_directory (directory, G_FILE_MONITOR_NONE, NULL, &error);

  if (monitor == NULL) {
    g_message ("cannot watch %s, so changes there are seen late: %s", path, error->message);
    return;
  }
  g_signal_connect_object (monitor, "changed", G_CALLBACK (on_file_changed), self, 0);
  g_hash_table_insert (self->monitors, g_strdup (path), monitor);
}

static gboolean
is_not_listed (gpointer path, gpointer monitor, gpointer directories)
{
  return !g_ptr_array_find_with_equal_func (directories, path, g_str_equal, NULL);
}

void
gvt_watch_follow (GvtWatch *self, GPtrArray *directories)
{
  if (self->udev == NULL)
    return;
  g_hash_table_foreach_remove (self->monitors, is_not_listed, directories);
  for (guint i = 0; i < directories->len; i++) {
    const char *path = g_ptr_array_index (directories, i);

    if (!g_hash_table_contains (self->monitors, path))
      add_monitor (self, path);
  }
}
