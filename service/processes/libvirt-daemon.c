/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding a user's libvirt daemon among the processes, and being sure of it. Worker threads only.
 * Never talks to it.
 */

#include "libvirt-daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DELETED " (deleted)"

void
gvt_libvirt_daemon_free (GvtLibvirtDaemon *self)
{
  if (self->pid_fd >= 0)
    close (self->pid_fd);
  g_free (self);
}

gboolean
gvt_libvirt_daemon_is_alive (const GvtLibvirtDaemon *self)
{
  struct pollfd poll_fd = { .fd = self->pid_fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) == 0;
}

/* Fields 4 and 22 of proc(5)'s stat: parent, start time. The name in field 2 may hold anything. */
gboolean
gvt_process_read_stat (GvtRoot *root, pid_t pid, pid_t *parent, guint64 *started)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = gvt_root_read_text (root, path, 4096, NULL);
  const char *rest = text == NULL ? NULL : strrchr (text, ')');
  int parent_number;

  if (rest == NULL ||
      sscanf (rest,
              ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
              "%" G_GUINT64_FORMAT,
              &parent_number,
              started) != 2)
    return FALSE;
  *parent = (pid_t) parent_number;
  return TRUE;
}

/* Real, effective, saved and file system uid: all must be the user's. */
static gboolean
belongs_to (GvtRoot *root, pid_t pid, guint32 uid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *text = gvt_root_read_text (root, path, 64 * 1024, NULL);
  const char *line = text == NULL ? NULL : strstr (text, "\nUid:");
  guint32 uids[4];

  if (line == NULL ||
      sscanf (line, "\nUid: %u %u %u %u", &uids[0], &uids[1], &uids[2], &uids[3]) != 4)
    return FALSE;
  return uids[0] == uid && uids[1] == uid && uids[2] == uid && uids[3] == uid;
}

/* The file behind /proc/PID/exe is the one that runs, whatever its name leads to by now. */
static gboolean
runs_libvirt (GvtRoot *root, pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/exe", (int) pid);
  g_autofree char *name = gvt_root_read_link_name (root, path);
  struct stat status;
  gboolean trusted;
  int fd;

  /* An upgrade of libvirt leaves the daemon running from a file without a name (proc(5), exe). */
  if (name != NULL && g_str_has_suffix (name, DELETED))
    name[strlen (name) - strlen (DELETED)] = '\0';
  if (name == NULL || !(g_str_equal (name, "libvirtd") || g_str_equal (name, "virtqemud")))
    return FALSE;
  fd = gvt_root_open (root, path, O_PATH);
  if (fd < 0)
    return FALSE;
  trusted = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == 0 &&
            (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  close (fd);
  return trusted;
}

/* The descriptor comes first, so that everything read afterwards is about the process it holds. */
static GvtLibvirtDaemon *
examine (GvtRoot *root, pid_t pid, guint32 uid)
{
  g_autoptr (GvtLibvirtDaemon) daemon = NULL;
  int pid_fd = (int) syscall (SYS_pidfd_open, pid, 0);
  pid_t parent;

  if (pid_fd < 0)
    return NULL;
  daemon = g_new0 (GvtLibvirtDaemon, 1);
  daemon->pid = pid;
  daemon->pid_fd = pid_fd;
  if (belongs_to (root, pid, uid) && runs_libvirt (root, pid) &&
      gvt_process_read_stat (root, pid, &parent, &daemon->started) &&
      gvt_libvirt_daemon_is_alive (daemon))
    return g_steal_pointer (&daemon);
  return NULL;
}

GvtLibvirtDaemon *
gvt_libvirt_daemon_find (GvtRoot *root, pid_t caller, guint32 uid)
{
  g_autoptr (GPtrArray) names = NULL;
  GvtLibvirtDaemon *daemon = NULL;
  guint64 started;
  pid_t parent;

  if (gvt_process_read_stat (root, caller, &parent, &started))
    daemon = examine (root, parent, uid);
  if (daemon != NULL)
    return daemon;
  names = gvt_root_list (root, "/proc");
  for (guint i = 0; i < names->len && daemon == NULL; i++) {
    guint64 pid;

    if (g_ascii_string_to_unsigned (g_ptr_array_index (names, i), 10, 1, G_MAXINT32, &pid, NULL) &&
        runs_libvirt (root, (pid_t) pid))
      daemon = examine (root, (pid_t) pid, uid);
  }
  return daemon;
}

int
gvt_process_open (GvtRoot *root, pid_t pid, guint64 started)
{
  int pid_fd = (int) syscall (SYS_pidfd_open, pid, 0);
  guint64 really_started;
  pid_t parent;

  if (pid_fd < 0)
    return -1;
  if (gvt_process_read_stat (root, pid, &parent, &really_started) && really_started == started)
    return pid_fd;
  close (pid_fd);
  return -1;
}

GvtLibvirtDaemon *
gvt_libvirt_daemon_find_again (GvtRoot *root, pid_t pid, guint64 started, guint32 uid)
{
  g_autoptr (GvtLibvirtDaemon) daemon = examine (root, pid, uid);

  return daemon != NULL && daemon->started == started ? g_steal_pointer (&daemon) : NULL;
}
