/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events from the host. Main loop; reads nothing, only says that a look is worth while.
 *
 * The kernel's own events, not the ones that udev sends on: those do not reach the network namespace
 * that the service has for itself, and the kernel's reach every one (kobject_uevent.c,
 * uevent_net_broadcast_untagged). What udev's rules do to a node afterwards is seen at the node.
 */

#include "watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <libudev.h>

#define POLL_INTERVAL_MS 250
#define NODES "/dev/vfio"

struct _GvtWatch {
  GObject parent_instance;
  GvtRoot *root;
  struct udev_monitor *kernel;
  guint kernel_source;
  GFileMonitor *nodes;
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

/* A parent can be of any subsystem, so all are listened to. Only of a `change` is more read than
 * where it happened. */
static gboolean
is_of_interest (struct udev_device *device)
{
  const char *subsystem = udev_device_get_subsystem (device);

  return g_strcmp0 (subsystem, "mdev") == 0 || g_strcmp0 (subsystem, "vfio") == 0 ||
         g_strcmp0 (subsystem, "vfio-dev") == 0 ||
         (g_strcmp0 (udev_device_get_action (device), "change") == 0 &&
          udev_device_get_property_value (device, "MDEV_STATE") != NULL);
}

static gboolean
on_kernel_event (int fd, GIOCondition condition, gpointer user_data)
{
  GvtWatch *self = user_data;
  struct udev_device *device = udev_monitor_receive_device (self->kernel);
  /* More came than the socket holds, and which is lost nobody says. */
  gboolean lost = device == NULL && errno == ENOBUFS;

  if (lost || (device != NULL && is_of_interest (device)))
    say_changed (self);
  if (device != NULL)
    udev_device_unref (device);
  return G_SOURCE_CONTINUE;
}

static void
on_file_changed (GFileMonitor *monitor,
                 GFile *file,
                 GFile *other_file,
                 GFileMonitorEvent event,
                 gpointer user_data)
{
  /* CHANGED comes for every write; CHANGES_DONE_HINT, CREATED, DELETED, ATTRIBUTE_CHANGED once. */
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
  g_clear_handle_id (&self->kernel_source, g_source_remove);
  g_clear_pointer (&self->kernel, udev_monitor_unref);
  g_clear_object (&self->nodes);
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

static GFileMonitor *
monitor_directory (GvtWatch *self, const char *path)
{
  g_autoptr (GFile) directory = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_directory (directory, G_FILE_MONITOR_NONE, NULL, &error);

  if (monitor == NULL)
    g_message ("cannot watch %s, so changes there are seen late: %s", path, error->message);
  else
    g_signal_connect_object (monitor, "changed", G_CALLBACK (on_file_changed), self, 0);
  return monitor;
}

static void
listen_to_kernel (GvtWatch *self)
{
  struct udev *udev = udev_new ();

  self->kernel = udev == NULL ? NULL : udev_monitor_new_from_netlink (udev, "kernel");
  if (self->kernel == NULL || udev_monitor_enable_receiving (self->kernel) < 0) {
    g_message ("cannot hear the kernel's events, so changes are looked for every %d ms",
               POLL_INTERVAL_MS);
    self->poll_source = g_timeout_add (POLL_INTERVAL_MS, on_poll, self);
  } else
    self->kernel_source =
        g_unix_fd_add (udev_monitor_get_fd (self->kernel), G_IO_IN, on_kernel_event, self);
  udev_unref (udev);
}

GvtWatch *
gvt_watch_new (GvtRoot *root)
{
  GvtWatch *self = g_object_new (GVT_TYPE_WATCH, NULL);

  self->root = gvt_root_ref (root);
  if (gvt_root_is_host (root)) {
    listen_to_kernel (self);
    self->nodes = monitor_directory (self, NODES);
  } else
    self->poll_source = g_timeout_add (POLL_INTERVAL_MS, on_poll, self);
  return self;
}

static gboolean
is_not_listed (gpointer path, gpointer monitor, gpointer directories)
{
  return !g_ptr_array_find_with_equal_func (directories, path, g_str_equal, NULL);
}

void
gvt_watch_follow (GvtWatch *self, GPtrArray *directories)
{
  if (!gvt_root_is_host (self->root))
    return;
  g_hash_table_foreach_remove (self->monitors, is_not_listed, directories);
  for (guint i = 0; i < directories->len; i++) {
    const char *path = g_ptr_array_index (directories, i);
    GFileMonitor *monitor = g_hash_table_contains (self->monitors, path)
                                ? NULL
                                : monitor_directory (self, path);

    if (monitor != NULL)
      g_hash_table_insert (self->monitors, g_strdup (path), monitor);
  }
}
