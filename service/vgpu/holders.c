/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who has a vGPU open. Worker threads only. Reads /proc; never opens a VFIO node.
 */

#include "holders.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node.h"

#define CMDLINE_MAX (128 * 1024)

/* A link is read before it is followed: stat() of an open file on a dead network file system would
 * wait for it. */
static gboolean
descriptor_is_node (GvtRoot *root, const char *path, dev_t device)
{
  char target[PATH_MAX];
  struct stat status;
  gboolean same;
  int fd;

  if (!gvt_root_read_link (root, path, target, sizeof target) || strstr (target, "/vfio/") == NULL)
    return FALSE;
  fd = gvt_root_open (root, path, O_PATH);
  if (fd < 0)
    return FALSE;
  same = fstat (fd, &status) == 0 && S_ISCHR (status.st_mode) && status.st_rdev == device;
  close (fd);
  return same;
}

static gboolean
process_holds (GvtRoot *root, const char *pid, dev_t device)
{
  g_autofree char *directory = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GPtrArray) descriptors = gvt_root_list (root, directory);

  for (guint i = 0; i < descriptors->len; i++) {
    g_autofree char *path = g_build_filename (directory, g_ptr_array_index (descriptors, i), NULL);

    if (descriptor_is_node (root, path, device))
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

static char *
read_user (GvtRoot *root, const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "status", NULL);
  g_autofree char *status = gvt_root_read_text (root, path, 64 * 1024, NULL);
  const char *line = status == NULL ? NULL : strstr (status, "\nUid:\t");
  struct passwd *entry = NULL;
  struct passwd storage;
  char buffer[4096];
  guint64 uid;

  if (line == NULL)
    return g_strdup ("an unknown user");
  uid = g_ascii_strtoull (line + strlen ("\nUid:\t"), NULL, 10);
  if (getpwuid_r ((uid_t) uid, &storage, buffer, sizeof buffer, &entry) == 0 && entry != NULL)
    return g_strdup (entry->pw_name);
  return g_strdup_printf ("user %" G_GUINT64_FORMAT, uid);
}

static char *
describe (GvtRoot *root, const char *pid)
{
  g_autofree char *comm_path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree char *comm = gvt_root_read_text (root, comm_path, 64, NULL);
  g_autofree char *user = read_user (root, pid);
  g_autofree char *vm = read_vm_name (root, pid);
  g_autofree char *printable = g_strescape (comm == NULL ? "" : g_strchomp (comm), NULL);
  g_autofree char *printable_vm = vm == NULL ? NULL : g_strescape (vm, NULL);

  return g_strdup_printf ("process %s (%s) of %s%s%s",
                          pid,
                          printable,
                          user,
                          printable_vm != NULL ? ", VM " : "",
                          printable_vm != NULL ? printable_vm : "");
}

char *
gvt_holder_find (GvtRoot *root, int group, pid_t *pid)
{
  g_autoptr (GPtrArray) names = NULL;
  dev_t device;

  if (group < 0 || !gvt_node_device (root, group, &device))
    return NULL;
  names = gvt_root_list (root, "/proc");
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);

    if (!g_ascii_isdigit (*name) || !process_holds (root, name, device))
      continue;
    if (pid != NULL)
      *pid = (pid_t) g_ascii_strtoll (name, NULL, 10);
    return describe (root, name);
  }
  return NULL;
}
