/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registry kept true to a host of files, and what must not happen on the way.
 */

#include "monitor.h"

#include <sys/resource.h>

#include "gvt-error.h"
#include "machine.h"
#include "node.h"
#include "nodes.h"
#include "wait.h"

#define GROUP 7
#define DEFINITION "/etc/mdevctl.d/" GPU "/" UUID
#define RECORD "/var/lib/gvt-manager/vgpus/" UUID

typedef struct {
  Scratch *host;
  GvtRegistry *registry;
  GvtMonitor *monitor;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = scratch_new ();
  fixture->registry = gvt_registry_new ();
  fixture->monitor = gvt_monitor_new (fixture->host->root, fixture->registry);
  machine_add_gpu (fixture->host);
}

/* A look may still be under way in a worker, which holds the monitor until it is taken. */
static gboolean
nobody_else_holds (gpointer user_data)
{
  return g_atomic_int_get (&G_OBJECT (user_data)->ref_count) == 1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  wait_until (nobody_else_holds, fixture->monitor);
  g_object_unref (fixture->monitor);
  g_object_unref (fixture->registry);
  scratch_free (fixture->host);
}

static void
start (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;

  gvt_monitor_start_async (fixture->monitor, wait_take_result, &result);
  wait_for_result (&result);
  gvt_monitor_start_finish (fixture->monitor, result);
}

static void
save_record (Fixture *fixture, guint32 owner)
{
  g_autoptr (GvtRecord) record = gvt_record_new (owner, "win10", "", FALSE);

  g_assert_true (gvt_record_save (fixture->host->root, UUID, record, TRUE, NULL));
}

static const GvtVgpu *
find (Fixture *fixture)
{
  return gvt_registry_get_vgpu (fixture->registry, UUID);
}

static gboolean
is_known (gpointer user_data)
{
  const GvtVgpu *vgpu = find (user_data);

  return vgpu != NULL && gvt_vgpu_exists (vgpu);
}

static gboolean
is_unknown (gpointer user_data)
{
  return find (user_data) == NULL;
}

static void
test_first_look (Fixture *fixture, gconstpointer data)
{
  save_record (fixture, 1000);
  machine_add_vgpu (fixture->host, UUID, GPU, TYPE, GROUP);
  start (fixture);
  g_assert_nonnull (gvt_registry_get_parent (fixture->registry, GPU));
  g_assert_cmpstr (gvt_vgpu_type (find (fixture)), ==, TYPE);
  g_assert_cmpuint (gvt_vgpu_owner (find (fixture)), ==, 1000);
}

static void
test_later_looks (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  g_assert_true (is_unknown (fixture));
  scratch_write (fixture->host, DEFINITION, "{\"mdev_type\": \"" TYPE "\"}");
  wait_until (is_known, fixture);
  scratch_remove (fixture->host, DEFINITION);
  wait_until (is_unknown, fixture);
}

static void
try_to_take_it (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_registry_reserve (registry, uuid, NULL, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_BUSY);
  *(guint *) user_data += 1;
}

/* While the record of a vGPU that is gone is being deleted, nobody can make a new one of its UUID,
 * whose record would be deleted instead. */
static void
test_orphaned_record (Fixture *fixture, gconstpointer data)
{
  guint orphans = 0;

  save_record (fixture, 1000);
  g_signal_connect (fixture->registry, "record-orphaned", G_CALLBACK (try_to_take_it), &orphans);
  start (fixture);
  g_assert_cmpuint (orphans, ==, 1);
  wait_until (is_unknown, fixture);
  g_assert_false (scratch_exists (fixture->host, RECORD));
}

static void
note_reservation (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (registry, uuid);

  *(gboolean *) user_data |= vgpu != NULL && vgpu->reserved;
}

static gboolean
owner_has_access (gpointer user_data)
{
  Fixture *fixture = user_data;

  return !find (fixture)->reserved && gvt_node_allows (fixture->host->root, GROUP, 1000);
}

/* Given back by a change like any other, so that it cannot meet a change of the owner. */
static void
test_access_is_given_back (Fixture *fixture, gconstpointer data)
{
  gboolean reserved = FALSE;

  save_record (fixture, 1000);
  machine_add_vgpu (fixture->host, UUID, GPU, TYPE, GROUP);
  nodes_add (fixture->host, GROUP, 1);
  start (fixture);
  g_signal_connect (fixture->registry, "vgpu-changed", G_CALLBACK (note_reservation), &reserved);
  wait_until (owner_has_access, fixture);
  g_assert_true (reserved);
  nodes_take_access_away (fixture->host, GROUP);
  wait_until (owner_has_access, fixture);
}

/* Events may not come for hours: what a crash between making a vGPU and letting its owner open it left
 * undone is seen by the first look. */
static void
test_access_after_a_crash (Fixture *fixture, gconstpointer data)
{
  save_record (fixture, 1000);
  machine_add_vgpu (fixture->host, UUID, GPU, TYPE, GROUP);
  nodes_add (fixture->host, GROUP, 1);
  start (fixture);
  g_assert_true (find (fixture)->reserved);
  wait_until (owner_has_access, fixture);
}

static void
test_root_needs_no_access (Fixture *fixture, gconstpointer data)
{
  g_autofree char *acl = NULL;

  machine_add_vgpu (fixture->host, UUID, GPU, TYPE, GROUP);
  nodes_add (fixture->host, GROUP, 1);
  start (fixture);
  scratch_write (fixture->host, "/etc/mdevctl.d/" GPU "/" UUID_2, "{\"mdev_type\": \"" TYPE "\"}");
  while (gvt_registry_get_vgpu (fixture->registry, UUID_2) == NULL)
    g_main_context_iteration (NULL, TRUE);
  acl = nodes_get_acl (fixture->host, GROUP);
  g_assert_cmpstr (acl, ==, "user::rw-,group::---,other::---");
}

static guint
limit_descriptors (rlim_t most)
{
  struct rlimit limit;
  rlim_t before;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  before = limit.rlim_cur;
  limit.rlim_cur = most;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  return (guint) before;
}

static void
count_message (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if (strstr (message, "ran out") != NULL)
    *(guint *) user_data += 1;
}

static gboolean
is_not_zero (gpointer user_data)
{
  return *(guint *) user_data > 0;
}

/* No descriptor left is no reason to take everything for gone and to forget who owned it. */
static void
test_shortage (Fixture *fixture, gconstpointer data)
{
  guint messages = 0;
  guint handler;
  guint before;

  save_record (fixture, 1000);
  scratch_write (fixture->host, DEFINITION, "{\"mdev_type\": \"" TYPE "\"}");
  start (fixture);
  handler = g_log_set_handler ("gvt", G_LOG_LEVEL_MESSAGE, count_message, &messages);
  before = limit_descriptors (3);
  wait_until (is_not_zero, &messages);
  limit_descriptors (before);
  g_log_remove_handler ("gvt", handler);
  g_assert_true (is_known (fixture));
  g_assert_true (scratch_exists (fixture->host, RECORD));
  scratch_remove (fixture->host, DEFINITION);
  wait_until (is_unknown, fixture);
}

/* What a look found while the vGPU was being changed is looked for again. */
static void
test_look_during_a_change (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  g_assert_true (gvt_registry_reserve (fixture->registry, UUID, NULL, NULL));
  scratch_write (fixture->host, DEFINITION, "{\"mdev_type\": \"" TYPE "\"}");
  scratch_write (fixture->host, "/etc/mdevctl.d/" GPU "/" UUID_2, "{\"mdev_type\": \"" TYPE "\"}");
  while (gvt_registry_get_vgpu (fixture->registry, UUID_2) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_known (fixture));
  gvt_registry_release (fixture->registry, UUID);
  wait_until (is_known, fixture);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/monitor/first-look", test_first_look);
  add ("/monitor/later-looks", test_later_looks);
  add ("/monitor/orphaned-record", test_orphaned_record);
  add ("/monitor/access-is-given-back", test_access_is_given_back);
  add ("/monitor/access-after-a-crash", test_access_after_a_crash);
  add ("/monitor/root-needs-no-access", test_root_needs_no_access);
  add ("/monitor/shortage", test_shortage);
  add ("/monitor/look-during-a-change", test_look_during_a_change);
  return g_test_run ();
}
