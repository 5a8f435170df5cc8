/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inotify on the directories of mediated devices, which everybody may read, unlike `remove` in them.
 * Main loop; reads and writes nothing there.
 *
 * A watch is on an inode, and each network namespace can have inodes of its own for the same sysfs
 * (kernfs_mount_ns), of which a service manager may have mounted one for us. Then nothing is seen.
 */

#include "removals.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MOUNTS_MAX (1024 * 1024)

/* From opening `remove` to the write that takes the device away a shell needs milliseconds. */
#define UNREST_US (3 * G_USEC_PER_SEC)

struct _GvtRemovals {
  GObject parent_instance;
  GvtRoot *root;
  int fd;
  guint source;
  GHashTable *watches; /* watch descriptors */
  gint64 last;         /* when somebody opened one, monotonic */
  gboolean blind;      /* for good */
  gboolean missed;     /* a device that there was no watch left for */
};

G_DEFINE_FINAL_TYPE (GvtRemovals, gvt_removals, G_TYPE_OBJECT)

static guint changed_signal;

static void
gvt_removals_finalize (GObject *object)
{
  GvtRemovals *self = GVT_REMOVALS (object);

  g_clear_handle_id (&self->source, g_source_remove);
  if (self->fd >= 0)
    close (self->fd);
  g_hash_table_unref (self->watches);
  gvt_root_unref (self->root);
  G_OBJECT_CLASS (gvt_removals_parent_class)->finalize (object);
}

static void
gvt_removals_class_init (GvtRemovalsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_removals_finalize;
  changed_signal = g_signal_new ("changed",
                                 GVT_TYPE_REMOVALS,
                                 G_SIGNAL_RUN_LAST,
                                 0,
                                 NULL,
                                 NULL,
                                 NULL,
                                 G_TYPE_NONE,
                                 0);
}

static void
gvt_removals_init (GvtRemovals *self)
{
  self->watches = g_hash_table_new (NULL, NULL);
}

/* Which device's, and how often, is not worth knowing, nor reliable: equal events become one. */
static gboolean
tell_of_removal (const char *events, gsize length)
{
  struct inotify_event event;

  for (gsize at = 0; at + sizeof event <= length; at += sizeof event + event.len) {
    memcpy (&event, events + at, sizeof event);
    if ((event.mask & IN_Q_OVERFLOW) != 0 ||
        (event.len > 0 && strcmp (events + at + sizeof event, "remove") == 0))
      return TRUE;
  }
  return FALSE;
}

static gboolean
on_events (int fd, GIOCondition condition, gpointer user_data)
{
  GvtRemovals *self = user_data;
  char events[4096];
  gssize length = read (fd, events, sizeof events);

  if (length <= 0 || !tell_of_removal (events, (gsize) length))
    return G_SOURCE_CONTINUE;
  self->last = g_get_monotonic_time ();
  g_signal_emit (self, changed_signal, 0);
  return G_SOURCE_CONTINUE;
}

/* Whether /sys is the same to us as to the rest of the machine, process 1 being that. */
static gboolean
is_everybodys_sysfs (GvtRoot *root)
{
  g_autofree char *mounts = gvt_root_read_text (root, "/proc/1/mountinfo", MOUNTS_MAX, NULL);
  g_autofree char *sysfs = gvt_root_locate (root, "/sys");
  g_autofree char *ours = NULL;
  struct stat status;

  if (mounts == NULL || stat (sysfs, &status) != 0)
    return FALSE;
  ours = g_strdup_printf (" %u:%u / /sys ", major (status.st_dev), minor (status.st_dev));
  return strstr (mounts, ours) != NULL;
}

GvtRemovals *
gvt_removals_new (GvtRoot *root)
{
  GvtRemovals *self = g_object_new (GVT_TYPE_REMOVALS, NULL);

  self->root = gvt_root_ref (root);
  self->fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  self->blind = self->fd < 0 || !is_everybodys_sysfs (root);
  if (self->fd >= 0)
    self->source = g_unix_fd_add (self->fd, G_IO_IN, on_events, self);
  return self;
}

static void
watch (GvtRemovals *self, const char *uuid)
{
  g_autofree char *path = g_build_filename ("/sys/bus/mdev/devices", uuid, NULL);
  g_autofree char *located = gvt_root_locate (self->root, path);
  /* The same inode gives the same descriptor. */
  int descriptor = inotify_add_watch (self->fd, located, IN_OPEN | IN_ONLYDIR);

  if (descriptor >= 0)
    g_hash_table_add (self->watches, GINT_TO_POINTER (descriptor));
  else if (errno != ENOENT)
    self->missed = TRUE;
}

void
gvt_removals_follow (GvtRemovals *self, GPtrArray *uuids)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->watches);
  GHashTableIter iter;
  gpointer descriptor;

  self->watches = g_hash_table_new (NULL, NULL);
  self->missed = FALSE;
  for (guint i = 0; i < uuids->len; i++)
    watch (self, g_ptr_array_index (uuids, i));
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &descriptor, NULL)) {
    if (!g_hash_table_contains (self->watches, descriptor))
      inotify_rm_watch (self->fd, GPOINTER_TO_INT (descriptor));
  }
}

gboolean
gvt_removals_is_quiet (GvtRemovals *self)
{
  return !self->blind && !self->missed &&
         (self->last == 0 || g_get_monotonic_time () - self->last > UNREST_US);
}
