/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may open a vGPU's device node: the one place that changes access to /dev/vfio/N. Worker
 * threads only. Must never touch the node of a group that holds anything but the one vGPU.
 */

#include "node.h"

#include <acl/libacl.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "gvt-error.h"
#include "sysfs.h"

/* Since kernel 5.15 the node is there before the write to `create` returns; older ones bind the
 * device from a work queue. */
#define NODE_PATIENCE_MS 2000
#define NODE_POLL_MS 20

static void
acl_clear (acl_t *acl)
{
  if (*acl != NULL)
    acl_free (*acl);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (acl_t, acl_clear)

char *
gvt_node_path (int group)
{
  return g_strdup_printf ("/dev/vfio/%d", group);
}

static gboolean
group_is_the_vgpu_alone (GvtRoot *root, const char *uuid, int group, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/sys/kernel/iommu_groups/%d/devices", group);
  g_autoptr (GPtrArray) members = gvt_root_list (root, path);

  if (members->len == 1 && g_str_equal (g_ptr_array_index (members, 0), uuid))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "IOMMU group %d does not hold vGPU %s alone; nobody is given access to it",
               group,
               uuid);
  return FALSE;
}

/* An O_PATH descriptor of the group's node, or -1 with errno; ENXIO if it is another device's. */
static int
open_node (GvtRoot *root, const char *path, dev_t expected)
{
  int fd = gvt_root_open (root, path, O_PATH | O_NOFOLLOW);
  struct stat status;

  if (fd < 0)
    return -1;
  if (fstat (fd, &status) == 0 && S_ISCHR (status.st_mode) && status.st_rdev == expected)
    return fd;
  close (fd);
  errno = ENXIO;
  return -1;
}

static int
wait_for_node (GvtRoot *root, int group, GError **error)
{
  g_autofree char *path = gvt_node_path (group);
  gint64 deadline = g_get_monotonic_time () + NODE_PATIENCE_MS * 1000;
  dev_t device;
  int fd = -1;

  do {
    errno = ENOENT;
    if (gvt_sysfs_read_node (root, group, &device))
      fd = open_node (root, path, device);
    if (fd >= 0 || errno != ENOENT)
      break;
    g_usleep (NODE_POLL_MS * 1000);
  } while (g_get_monotonic_time () < deadline);

  if (fd < 0) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_FAILED,
                 "device node %s %s",
                 path,
                 errno == ENXIO ? "is not the one of its IOMMU group" : "has not appeared");
  }
  return fd;
}

/* Keeps owner, group and others; drops every named user and adds the one. */
static gboolean
set_only_user (acl_t *acl, guint32 uid)
{
  acl_entry_t entry;
  acl_permset_t permissions;
  acl_tag_t tag;
  int which = ACL_FIRST_ENTRY;

  while (acl_get_entry (*acl, which, &entry) == 1) {
    which = ACL_NEXT_ENTRY;
    if (acl_get_tag_type (entry, &tag) != 0)
      return FALSE;
    if (tag == ACL_USER && acl_delete_entry (*acl, entry) != 0)
      return FALSE;
  }
  if (uid == 0)
    return acl_calc_mask (acl) == 0;
  return acl_create_entry (acl, &entry) == 0 && acl_set_tag_type (entry, ACL_USER) == 0 &&
         acl_set_qualifier (entry, &uid) == 0 && acl_get_permset (entry, &permissions) == 0 &&
         acl_add_perm (permissions, ACL_READ) == 0 && acl_add_perm (permissions, ACL_WRITE) == 0 &&
         acl_calc_mask (acl) == 0;
}

/* Through /proc/self/fd, so that it is the inode that was checked whatever the name means by now. */
static gboolean
apply_to_descriptor (int fd, guint32 uid)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_auto (acl_t) acl = acl_get_file (path, ACL_TYPE_ACCESS);

  return acl != NULL && set_only_user (&acl, uid) && acl_set_file (path, ACL_TYPE_ACCESS, acl) == 0;
}

gboolean
gvt_node_grant (GvtRoot *root, const char *uuid, int group, guint32 uid, GError **error)
{
  gboolean granted;
  int fd;

  if (group < 0) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_FAILED,
                 "vGPU %s has no IOMMU group; is the vfio_mdev module missing on this kernel?",
                 uuid);
    return FALSE;
  }
  if (!group_is_the_vgpu_alone (root, uuid, group, error))
    return FALSE;
  fd = wait_for_node (root, group, error);
  if (fd < 0)
    return FALSE;
  granted = apply_to_descriptor (fd, uid);
  if (!granted)
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_FAILED,
                 "cannot let user %u open /dev/vfio/%d: %s",
                 uid,
                 group,
                 g_strerror (errno));
  else if (!group_is_the_vgpu_alone (root, uuid, group, error)) {
    apply_to_descriptor (fd, 0);
    granted = FALSE;
  }
  close (fd);
  return granted;
}

void
gvt_node_await_udev (GvtRoot *root, int group)
{
  gint64 deadline = g_get_monotonic_time () + NODE_PATIENCE_MS * 1000;
  g_autofree char *database = NULL;
  dev_t device;

  if (!gvt_root_exists (root, "/run/udev/control") || !gvt_sysfs_read_node (root, group, &device))
    return;
  /* udev writes this once all rules have run (systemd udev-event.c, device_update_db). */
  database = g_strdup_printf ("/run/udev/data/c%u:%u", major (device), minor (device));
  while (!gvt_root_exists (root, database)) {
    if (g_get_monotonic_time () >= deadline) {
      g_message ("udev has not handled /dev/vfio/%d yet; access to it may change again", group);
      return;
    }
    g_usleep (NODE_POLL_MS / 4 * 1000);
  }
}

static gboolean
entry_allows (acl_entry_t entry)
{
  acl_permset_t permissions;

  return acl_get_permset (entry, &permissions) == 0 && acl_get_perm (permissions, ACL_READ) == 1 &&
         acl_get_perm (permissions, ACL_WRITE) == 1;
}

/* A chmod() leaves the user's entry as it is and cuts the mask instead. */
static gboolean
acl_allows (acl_t acl, guint32 uid)
{
  gboolean user = FALSE;
  gboolean mask = FALSE;
  acl_entry_t entry;
  acl_tag_t tag;
  int which = ACL_FIRST_ENTRY;

  while (acl_get_entry (acl, which, &entry) == 1) {
    which = ACL_NEXT_ENTRY;
    if (acl_get_tag_type (entry, &tag) != 0)
      return FALSE;
    if (tag == ACL_MASK)
      mask = entry_allows (entry);
    if (tag == ACL_USER) {
      guint32 *qualifier = acl_get_qualifier (entry);

      if (qualifier != NULL && *qualifier == uid)
        user = entry_allows (entry);
      acl_free (qualifier);
    }
  }
  return user && mask;
}

gboolean
gvt_node_allows (GvtRoot *root, int group, guint32 uid)
{
  g_autofree char *node = gvt_node_path (group);
  g_autofree char *path = gvt_root_locate (root, node);
  g_auto (acl_t) acl = acl_get_file (path, ACL_TYPE_ACCESS);

  return acl == NULL || acl_allows (acl, uid);
}
