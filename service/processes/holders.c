/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who has a vGPU open. Worker threads, or the process helper, only. Reads /proc; never opens a VFIO
 * node.
 */

#include "holders.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process-helper.h"
#include "sysfs.h"

#define CMDLINE_MAX (128 * 1024)
#define NO_UID ((guint32) -1)

/* What may not be looked at may be what is looked for. */
static void
note_denial (gboolean *denied)
{
  *denied = *denied || errno == EACCES || errno == EPERM;
}

/* A link is read before it is followed: stat() of an open file on a dead network file system would
 * wait for it. */
static gboolean
descriptor_is_node (GvtRoot *root, const char *path, dev_t device, gboolean *denied)
{
  char target[PATH_MAX];
  struct stat status;
  gboolean same;
  int fd;

  if (!gvt_root_read_link (root, path, target, sizeof target)) {
    note_denial (denied);
    return FALSE;
  }
  if (strstr (target, "/vfio/") == NULL)
    return FALSE;
  fd = gvt_root_open (root, path, O_PATH);
  if (fd < 0)
    return FALSE;
  same = fstat (fd, &status) == 0 && S_ISCHR (status.st_mode) && status.st_rdev == device;
  close (fd);
  return same;
}

static gboolean
process_holds (GvtRoot *root, const char *pid, dev_t device, gboolean *denied)
{
  g_autofree char *directory = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GPtrArray) descriptors = NULL;
  int fd = gvt_root_open (root, directory, O_RDONLY | O_DIRECTORY);

  if (fd < 0) {
    note_denial (denied);
    return FALSE;
  }
  close (fd);
  descriptors = gvt_root_list (root, directory);

  for (guint i = 0; i < descriptors->len; i++) {
    g_autofree char *path = g_build_filename (directory, g_ptr_array_index (descriptors, i), NULL);

    if (descriptor_is_node (root, path, device, denied))
      return TRUE;
  }
  return FALSE;
}

/* libvirt names its VMs `-name guest=NAME,debug-threads=on`. */
static char *
read_vm_name (GvtRoot *root, const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "cmdline", NULL);
  int fd = gvt_root_open (root, path, O_RDONLY);
  g_autofree char *arguments = g_malloc0 (CMDLINE_MAX + 1);
  gssize length;

  if (fd < 0)
    return NULL;
  length = read (fd, arguments, CMDLINE_MAX);
  close (fd);
  for (char *at = arguments; length > 0 && at < arguments + length; at += strlen (at) + 1) {
    if (g_str_has_prefix (at, "guest=") && g_utf8_validate (at, -1, NULL))
      return g_strndup (at + strlen ("guest="), strcspn (at + strlen ("guest="), ","));
  }
  return NULL;
}

static guint32
read_uid (GvtRoot *root, const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "status", NULL);
  g_autofree char *status = gvt_root_read_text (root, path, 64 * 1024, NULL);
  const char *line = status == NULL ? NULL : strstr (status, "\nUid:\t");

  return line == NULL ? NO_UID : (guint32) g_ascii_strtoull (line + strlen ("\nUid:\t"), NULL, 10);
}

static GvtProcessAnswer *
describe (GvtRoot *root, const char *pid)
{
  GvtProcessAnswer *holder = g_new0 (GvtProcessAnswer, 1);
  g_autofree char *comm_path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree char *comm = gvt_root_read_text (root, comm_path, 64, NULL);
  g_autofree char *vm = read_vm_name (root, pid);

  holder->pid = (gint32) g_ascii_strtoll (pid, NULL, 10);
  holder->uid = read_uid (root, pid);
  holder->program = g_strescape (comm == NULL ? "" : g_strchomp (comm), NULL);
  holder->vm = g_strescape (vm == NULL ? "" : vm, NULL);
  return holder;
}

GvtProcessAnswer *
gvt_holder_look (GvtRoot *root, int group)
{
  int shortages = gvt_root_count_shortages (root);
  g_autoptr (GvtProcessAnswer) nobody = g_new0 (GvtProcessAnswer, 1);
  g_autoptr (GPtrArray) names = NULL;
  gboolean denied = FALSE;
  dev_t device;

  if (!gvt_sysfs_read_node (root, group, &device))
    return g_steal_pointer (&nobody);
  names = gvt_root_list (root, "/proc");
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);

    if (g_ascii_isdigit (*name) && process_holds (root, name, device, &denied))
      return describe (root, name);
  }
  nobody->flag = denied || gvt_root_count_shortages (root) != shortages;
  return g_steal_pointer (&nobody);
}

static char *
name_user (guint32 uid)
{
  struct passwd *entry = NULL;
  struct passwd storage;
  char buffer[4096];

  if (uid == NO_UID)
    return g_strdup ("an unknown user");
  if (getpwuid_r (uid, &storage, buffer, sizeof buffer, &entry) == 0 && entry != NULL)
    return g_strdup (entry->pw_name);
  return g_strdup_printf ("user %u", uid);
}

char *
gvt_holder_find (GvtRoot *root, int group, pid_t *pid)
{
  GvtProcessQuestion question = { .verb = GVT_PROCESS_HOLDER, .number = group };
  g_autoptr (GvtProcessAnswer) holder = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *user = NULL;

  if (group < 0)
    return NULL;
  holder = gvt_process_ask (root, &question, &error);
  if (holder == NULL)
    return g_strdup_printf ("nobody that could be found out, since %s", error->message);
  if (holder->pid == 0)
    return holder->flag
               ? g_strdup ("nobody that could be seen, for want of rights, descriptors or memory")
               : NULL;
  if (pid != NULL)
    *pid = holder->pid;
  user = name_user (holder->uid);
  return g_strdup_printf ("process %d (%s) of %s%s%s",
                          (int) holder->pid,
                          holder->program,
                          user,
                          *holder->vm != '\0' ? ", VM " : "",
                          holder->vm);
}
