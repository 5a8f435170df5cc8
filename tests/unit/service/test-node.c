/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Access to real nodes: exactly the vGPU's, for exactly one user, or nobody.
 */

#include "node.h"

#include <acl/libacl.h>
#include <limits.h>
#include <sys/acl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gvt-error.h"
#include "machine.h"
#include "nodes.h"

#define GROUP 7
#define MEMBERS "/sys/kernel/iommu_groups/7/devices"
#define UNTOUCHED "user::rw-,group::---,other::---"

static Scratch *
new_host (void)
{
  Scratch *host = scratch_new ();

  machine_add_gpu (host);
  machine_add_vgpu (host, UUID, GPU, TYPE, GROUP);
  return host;
}

static void
check_acl (const Scratch *host, int group, const char *expected)
{
  g_autofree char *acl = nodes_get_acl (host, group);

  g_assert_cmpstr (acl, ==, expected);
}

static void
grant (const Scratch *host, guint32 uid)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (gvt_node_grant (host->root, UUID, GROUP, uid, &error));
  g_assert_no_error (error);
}

static void
check_refused (const Scratch *host, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_node_grant (host->root, UUID, GROUP, 1000, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
test_grant (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_add (host, GROUP, 1);
  grant (host, 1000);
  check_acl (host, GROUP, "user::rw-,user:1000:rw-,group::---,mask::rw-,other::---");
  grant (host, 1000);
  check_acl (host, GROUP, "user::rw-,user:1000:rw-,group::---,mask::rw-,other::---");
}

/* Another owner takes the place of the former one; root has no need of one. */
static void
test_replace (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_add (host, GROUP, 1);
  grant (host, 1000);
  grant (host, 4000000000);
  check_acl (host, GROUP, "user::rw-,user:4000000000:rw-,group::---,mask::rw-,other::---");
  g_assert_true (gvt_node_allows (host->root, GROUP, 4000000000));
  g_assert_false (gvt_node_allows (host->root, GROUP, 1000));
  grant (host, 0);
  check_acl (host, GROUP, "user::rw-,group::---,mask::---,other::---");
}

/* libvirt owns the node while a system VM runs; that and a group's entry are left as they are. */
static void
test_keeps_the_rest (void)
{
  g_autoptr (Scratch) host = new_host ();
  g_autofree char *path = scratch_locate (host, "/dev/vfio/7");
  struct stat status;
  acl_t acl;

  nodes_add (host, GROUP, 1);
  g_assert_no_errno (chown (path, 64055, 108));
  acl = acl_from_text ("u::rw-,u:1:rw-,u:2:r--,g::rw-,g:5:r--,m::rw-,o::---");
  g_assert_no_errno (acl_set_file (path, ACL_TYPE_ACCESS, acl));
  acl_free (acl);
  grant (host, 1000);
  check_acl (host, GROUP, "user::rw-,user:1000:rw-,group::rw-,group:5:r--,mask::rw-,other::---");
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpuint (status.st_uid, ==, 64055);
}

static void
test_given_back (void)
{
  g_autoptr (Scratch) host = new_host ();

  g_assert_true (gvt_node_allows (host->root, GROUP, 1000));
  nodes_add (host, GROUP, 1);
  g_assert_false (gvt_node_allows (host->root, GROUP, 1000));
  grant (host, 1000);
  g_assert_true (gvt_node_allows (host->root, GROUP, 1000));
  nodes_take_access_away (host, GROUP);
  g_assert_false (gvt_node_allows (host->root, GROUP, 1000));
  grant (host, 1000);
  g_assert_true (gvt_node_allows (host->root, GROUP, 1000));
}

static void
test_not_alone (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_add (host, GROUP, 1);
  scratch_link (host, MEMBERS "/0000:01:00.0", "../x");
  check_refused (host, "does not hold vGPU");
  check_acl (host, GROUP, UNTOUCHED);
}

static void
test_another_in_the_group (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_add (host, GROUP, 1);
  scratch_remove (host, MEMBERS "/" UUID);
  check_refused (host, "does not hold vGPU");
  scratch_link (host, MEMBERS "/" UUID_2, "../x");
  check_refused (host, "does not hold vGPU");
  check_acl (host, GROUP, UNTOUCHED);
}

static void
test_no_group (void)
{
  g_autoptr (Scratch) host = new_host ();
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_node_grant (host->root, UUID, -1, 1000, &error));
  g_assert_nonnull (strstr (error->message, "no IOMMU group"));
}

static void
test_another_device (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_make (host, GROUP, 1);
  nodes_describe (host, GROUP, 2);
  check_refused (host, "not the one of its IOMMU group");
  check_acl (host, GROUP, UNTOUCHED);
}

/* A link would lead to another node, which is not ours to give. */
static void
test_link (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_make (host, 8, 1);
  nodes_describe (host, GROUP, 1);
  scratch_link (host, "/dev/vfio/7", "8");
  check_refused (host, "not the one of its IOMMU group");
  check_acl (host, 8, UNTOUCHED);
}

static void
test_plain_file (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_describe (host, GROUP, 1);
  scratch_write (host, "/dev/vfio/7", "");
  check_refused (host, "not the one of its IOMMU group");
}

static gpointer
make_node_soon (gpointer data)
{
  g_usleep (50 * 1000);
  nodes_add (data, GROUP, 1);
  return NULL;
}

/* Before 5.15 the node may follow the vGPU by a moment. */
static void
test_late (void)
{
  g_autoptr (Scratch) host = new_host ();
  GThread *kernel = g_thread_new ("kernel", make_node_soon, host);

  grant (host, 1000);
  g_thread_join (kernel);
  g_assert_true (gvt_node_allows (host->root, GROUP, 1000));
}

typedef struct {
  const Scratch *host;
  int looks; /* an inotify that tells when the group's members have been read */
} Joining;

static gpointer
join_after_the_first_look (gpointer data)
{
  const Joining *joining = data;
  char event[sizeof (struct inotify_event) + NAME_MAX + 1];

  g_assert_cmpint (read (joining->looks, event, sizeof event), >, 0);
  scratch_link (joining->host, MEMBERS "/0000:01:00.0", "../x");
  nodes_add (joining->host, GROUP, 1);
  return NULL;
}

/* What was given before another device joined the group is taken back. */
static void
test_joined_meanwhile (void)
{
  g_autoptr (Scratch) host = new_host ();
  g_autofree char *members = scratch_locate (host, MEMBERS);
  Joining joining = { host, inotify_init1 (IN_CLOEXEC) };
  GThread *kernel;

  g_assert_cmpint (inotify_add_watch (joining.looks, members, IN_CLOSE_NOWRITE), >=, 0);
  kernel = g_thread_new ("kernel", join_after_the_first_look, &joining);
  check_refused (host, "does not hold vGPU");
  g_thread_join (kernel);
  close (joining.looks);
  check_acl (host, GROUP, "user::rw-,group::---,mask::---,other::---");
}

static void
test_never (void)
{
  g_autoptr (Scratch) host = new_host ();

  nodes_describe (host, GROUP, 1);
  check_refused (host, "has not appeared");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/grant", test_grant);
  g_test_add_func ("/node/replace", test_replace);
  g_test_add_func ("/node/keeps-the-rest", test_keeps_the_rest);
  g_test_add_func ("/node/given-back", test_given_back);
  g_test_add_func ("/node/not-alone", test_not_alone);
  g_test_add_func ("/node/another-in-the-group", test_another_in_the_group);
  g_test_add_func ("/node/no-group", test_no_group);
  g_test_add_func ("/node/another-device", test_another_device);
  g_test_add_func ("/node/link", test_link);
  g_test_add_func ("/node/plain-file", test_plain_file);
  g_test_add_func ("/node/late", test_late);
  g_test_add_func ("/node/joined-meanwhile", test_joined_meanwhile);
  g_test_add_func ("/node/never", test_never);
  return g_test_run ();
}
