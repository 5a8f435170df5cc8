/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DIR/proc as a plain directory: one subdirectory per simulated holder of a vGPU, shaped like
 * the kernel's. One thread. Not a process of this machine is named or touched.
 */
#include "proc.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* File descriptors of QEMU are arbitrary; these are as good as any. */
#define CONTAINER_FD 35
#define GROUP_FD 36
#define COMM_LENGTH 15

struct _SimProc {
  char *dir;
  char *dev;
  GHashTable *pids;
};

static gboolean
set_error (GError **error, const char *path)
{
  int saved = errno;

  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (saved),
               "cannot make %s: %s",
               path,
               g_strerror (saved));
  return FALSE;
}

/* Makes one file of mode 0444 that belongs to @uid. */
static gboolean
make_file (const char *dir,
           const char *name,
           const char *text,
           gsize length,
           uid_t uid,
           GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  if (!g_file_set_contents_full (path, text, length, G_FILE_SET_CONTENTS_NONE, 0444, error))
    return FALSE;
  if (chown (path, uid, uid) == 0)
    return TRUE;
  return set_error (error, path);
}

SimProc *
sim_proc_new (const char *dir, GError **error)
{
  static const char kernel[] =
      "BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet i915.enable_gvt=1\n";
  g_autoptr (SimProc) proc = g_new0 (SimProc, 1);

  proc->dir = g_build_filename (dir, "proc", NULL);
  proc->dev = g_build_filename (dir, "dev", NULL);
  proc->pids = g_hash_table_new (NULL, NULL);
  if (g_mkdir_with_parents (proc->dir, 0755) < 0) {
    set_error (error, proc->dir);
    return NULL;
  }
  if (!make_file (proc->dir, "cmdline", kernel, strlen (kernel), 0, error))
    return NULL;
  return g_steal_pointer (&proc);
}

void
sim_proc_free (SimProc *proc)
{
  g_clear_pointer (&proc->pids, g_hash_table_unref);
  g_clear_pointer (&proc->dir, g_free);
  g_clear_pointer (&proc->dev, g_free);
  g_free (proc);
}

static gboolean
make_link (const char *dir, guint fd, const char *target, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/%u", dir, fd);

  unlink (path);
  if (symlink (target, path) == 0)
    return TRUE;
  return set_error (error, path);
}

static gboolean
make_links (SimProc *proc, const char *fds, guint group, GError **error)
{
  g_autofree char *container = g_build_filename (proc->dev, "vfio/vfio", NULL);
  g_autofree char *node = g_strdup_printf ("%s/vfio/%u", proc->dev, group);
  guint fd;

  for (fd = 0; fd < 3; fd++) {
    if (!make_link (fds, fd, "/dev/null", error))
      return FALSE;
  }
  return make_link (fds, CONTAINER_FD, container, error) && make_link (fds, GROUP_FD, node, error);
}

/* The first lines of the kernel's status file (fs/proc/array.c proc_pid_status). */
static char *
status_text (pid_t pid, uid_t uid, const char *comm)
{
  g_autofree char *ids = g_strdup_printf ("%u\t%u\t%u\t%u", uid, uid, uid, uid);

  return g_strdup_printf ("Name:\t%s\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t%d\nNgid:\t0\n"
                          "Pid:\t%d\nPPid:\t1\nTracerPid:\t0\nUid:\t%s\nGid:\t%s\n"
                          "FDSize:\t64\nGroups:\t%u \nThreads:\t4\n",
                          comm,
                          (int) pid,
                          (int) pid,
                          ids,
                          ids,
                          uid);
}

static gboolean
make_texts (const char *dir,
            pid_t pid,
            uid_t uid,
            const char *comm,
            const char *uuid,
            GError **error)
{
  g_autofree char *shown = g_strndup (comm, COMM_LENGTH);
  g_autofree char *line = g_strconcat (shown, "\n", NULL);
  g_autofree char *status = status_text (pid, uid, shown);
  g_autoptr (GString) command = g_string_new (comm);
  gsize i;

  g_string_append_printf (
      command,
      "\n-name\nguest=simulated\n-device\nvfio-pci,sysfsdev=/sys/bus/mdev/devices/%s\n",
      uuid);
  for (i = 0; i < command->len; i++) {
    if (command->str[i] == '\n')
      command->str[i] = '\0';
  }
  return make_file (dir, "comm", line, strlen (line), uid, error) &&
         make_file (dir, "status", status, strlen (status), uid, error) &&
         make_file (dir, "cmdline", command->str, command->len, uid, error);
}

gboolean
sim_proc_has (SimProc *proc, pid_t pid)
{
  return g_hash_table_contains (proc->pids, GINT_TO_POINTER (pid));
}

gboolean
sim_proc_add_holder (SimProc *proc,
                     pid_t pid,
                     uid_t uid,
                     const char *comm,
                     const char *uuid,
                     guint group,
                     GError **error)
{
  g_autofree char *dir = g_strdup_printf ("%s/%d", proc->dir, (int) pid);
  g_autofree char *fds = g_build_filename (dir, "fd", NULL);

  g_hash_table_add (proc->pids, GINT_TO_POINTER (pid));
  if (g_mkdir_with_parents (fds, 0555) < 0 || g_chmod (fds, 0500) < 0 ||
      chown (fds, uid, uid) < 0 || chown (dir, uid, uid) < 0)
    return set_error (error, fds);
  return make_texts (dir, pid, uid, comm, uuid, error) && make_links (proc, fds, group, error);
}

static void
remove_children (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    unlink (child);
  }
}

void
sim_proc_remove_holder (SimProc *proc, pid_t pid)
{
  g_autofree char *dir = g_strdup_printf ("%s/%d", proc->dir, (int) pid);
  g_autofree char *fds = g_build_filename (dir, "fd", NULL);

  remove_children (fds);
  rmdir (fds);
  remove_children (dir);
  rmdir (dir);
  g_hash_table_remove (proc->pids, GINT_TO_POINTER (pid));
}

void
sim_proc_remove_all (SimProc *proc)
{
  g_autofree char *cmdline = g_build_filename (proc->dir, "cmdline", NULL);
  g_autoptr (GList) pids = g_hash_table_get_keys (proc->pids);
  GList *at;

  for (at = pids; at != NULL; at = at->next)
    sim_proc_remove_holder (proc, GPOINTER_TO_INT (at->data));
  unlink (cmdline);
  rmdir (proc->dir);
}
