/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ties a FUSE session to the GLib main loop. One thread: requests are read without blocking and
 * handed to the operations, which must not block either but may answer later.
 */
#include "mount.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/mount.h>
#include <sys/stat.h>

struct _SimMount {
  struct fuse_session *session;
  struct fuse_buf buffer;
  gboolean mounted;
  guint source;
};

void
sim_mount_detach_dead (const char *path)
{
  struct stat status;

  while (stat (path, &status) < 0 && errno == ENOTCONN) {
    if (umount2 (path, MNT_DETACH) < 0)
      break;
  }
}

static gboolean
requests_are_ready (int fd, GIOCondition condition, gpointer data)
{
  SimMount *mount = data;
  int result = fuse_session_receive_buf (mount->session, &mount->buffer);

  if (result > 0)
    fuse_session_process_buf (mount->session, &mount->buffer);
  if (fuse_session_exited (mount->session) ||
      (result < 0 && result != -EINTR && result != -EAGAIN)) {
    mount->source = 0;
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

SimMount *
sim_mount_new (const char *path,
               const struct fuse_lowlevel_ops *operations,
               gpointer data,
               GError **error)
{
  g_autoptr (SimMount) mount = g_new0 (SimMount, 1);
  char program[] = "gvt-simhost";
  char options[] = "-oallow_other,default_permissions,nosuid,nodev,noexec,fsname=gvt-simhost";
  char *argv[] = { program, options, NULL };
  struct fuse_args args = FUSE_ARGS_INIT (2, argv);

  mount->session = fuse_session_new (&args, operations, sizeof *operations, data);
  fuse_opt_free_args (&args);
  mount->mounted = mount->session != NULL && fuse_session_mount (mount->session, path) == 0;
  if (!mount->mounted ||
      !g_unix_set_fd_nonblocking (fuse_session_fd (mount->session), TRUE, NULL)) {
    g_set_error (error,
                 G_IO_ERROR,
                 G_IO_ERROR_FAILED,
                 "cannot mount a FUSE file system on %s",
                 path);
    return NULL;
  }
  mount->source = g_unix_fd_add (fuse_session_fd (mount->session),
                                 G_IO_IN | G_IO_ERR | G_IO_HUP,
                                 requests_are_ready,
                                 mount);
  return g_steal_pointer (&mount);
}

void
sim_mount_free (SimMount *mount)
{
  g_clear_handle_id (&mount->source, g_source_remove);
  if (mount->mounted)
    fuse_session_unmount (mount->session);
  if (mount->session != NULL)
    fuse_session_destroy (mount->session);
  /* libfuse allocates it with malloc() and leaves it to its user. */
  free (mount->buffer.mem);
  g_free (mount);
}
