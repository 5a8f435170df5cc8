/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes from the main loop's side: all or none, of what is still there, and committed before the
 * caller hears of it.
 */

#include "change.h"

#include "gvt-error.h"
#include "machine.h"
#include "scan.h"
#include "wait.h"

#define RECORD "/var/lib/gvt-manager/vgpus/" UUID
#define RECORD_2 "/var/lib/gvt-manager/vgpus/" UUID_2

typedef struct {
  Scratch *host;
  GvtRegistry *registry;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = scratch_new ();
  fixture->registry = gvt_registry_new ();
  machine_add_gpu (fixture->host);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->registry);
  scratch_free (fixture->host);
}

static void
run (Fixture *fixture, GvtTransition *first, GvtTransition *second, GError **error)
{
  GPtrArray *transitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_transition_free);
  g_autoptr (GAsyncResult) result = NULL;

  g_ptr_array_add (transitions, first);
  if (second != NULL)
    g_ptr_array_add (transitions, second);
  gvt_change_run_async (fixture->registry,
                        fixture->host->root,
                        transitions,
                        wait_take_result,
                        &result);
  wait_for_result (&result);
  gvt_change_run_finish (fixture->registry, result, error);
}

/* A vGPU that is only defined needs no kernel to change. */
static GvtTransition *
define (const char *uuid, guint32 owner)
{
  GvtTransition *transition = gvt_transition_new (uuid, GPU, TYPE, NULL);

  gvt_transition_set_definition (transition, gvt_definition_new (uuid, GPU, TYPE, FALSE));
  gvt_transition_set_record (transition, gvt_record_new (owner, "", "", FALSE));
  return transition;
}

static const GvtVgpu *
find (Fixture *fixture, const char *uuid)
{
  return gvt_registry_get_vgpu (fixture->registry, uuid);
}

static void
check_fails (Fixture *fixture, GvtTransition *first, GvtTransition *second, GvtError code)
{
  g_autoptr (GError) error = NULL;

  run (fixture, first, second, &error);
  g_assert_error (error, GVT_ERROR, (int) code);
}

static void
define_both (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  run (fixture, define (UUID, 1000), define (UUID_2, 1001), &error);
  g_assert_no_error (error);
}

static void
test_commits (Fixture *fixture, gconstpointer data)
{
  define_both (fixture);
  g_assert_cmpuint (gvt_vgpu_owner (find (fixture, UUID)), ==, 1000);
  g_assert_cmpuint (gvt_vgpu_owner (find (fixture, UUID_2)), ==, 1001);
  g_assert_false (find (fixture, UUID)->reserved);
  g_assert_null (find (fixture, UUID)->claim);
  g_assert_true (scratch_exists (fixture->host, RECORD));
  g_assert_nonnull (gvt_registry_get_parent (fixture->registry, GPU));
}

static void
test_all_or_none (Fixture *fixture, gconstpointer data)
{
  scratch_write (fixture->host, RECORD_2 "/in-the-way", "");
  check_fails (fixture, define (UUID, 1000), define (UUID_2, 1001), GVT_ERROR_FAILED);
  g_assert_null (find (fixture, UUID));
  g_assert_null (find (fixture, UUID_2));
  g_assert_false (scratch_exists (fixture->host, RECORD));
  g_assert_cmpuint (scratch_count (fixture->host, "/etc/mdevctl.d/" GPU), ==, 0);
}

/* What comes after the one that failed was never looked at. */
static void
test_none_after_the_first (Fixture *fixture, gconstpointer data)
{
  scratch_write (fixture->host, RECORD "/in-the-way", "");
  check_fails (fixture, define (UUID, 1000), define (UUID_2, 1001), GVT_ERROR_FAILED);
  g_assert_null (find (fixture, UUID));
  g_assert_null (find (fixture, UUID_2));
  g_assert_false (scratch_exists (fixture->host, RECORD_2));
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  g_assert_true (gvt_registry_reserve (fixture->registry, UUID_2, NULL, NULL));
  check_fails (fixture, define (UUID, 1000), define (UUID_2, 1001), GVT_ERROR_BUSY);
  g_assert_null (find (fixture, UUID));
  g_assert_true (find (fixture, UUID_2)->reserved);
  gvt_registry_release (fixture->registry, UUID_2);
  define_both (fixture);
}

/* A call was checked, then another one gave the vGPU away: the first must not give it back. */
static void
test_changed_since_it_was_checked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GvtTransition *late;
  GvtTransition *adopt;

  define_both (fixture);
  late = gvt_transition_new (UUID, GPU, TYPE, find (fixture, UUID));
  gvt_transition_set_record (late, gvt_record_new (1000, "", UUID_3, FALSE));
  adopt = gvt_transition_new (UUID, GPU, TYPE, find (fixture, UUID));
  gvt_transition_set_record (adopt, gvt_record_new (1002, "", "", FALSE));
  run (fixture, adopt, NULL, &error);
  g_assert_no_error (error);
  check_fails (fixture, late, NULL, GVT_ERROR_CONFLICT);
  g_assert_cmpuint (gvt_vgpu_owner (find (fixture, UUID)), ==, 1002);
  g_assert_false (find (fixture, UUID)->reserved);
}

static void
test_made_since_it_was_checked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GvtTransition *late = define (UUID, 1000);

  run (fixture, define (UUID, 1001), NULL, &error);
  g_assert_no_error (error);
  check_fails (fixture, late, NULL, GVT_ERROR_CONFLICT);
  g_assert_cmpuint (gvt_vgpu_owner (find (fixture, UUID)), ==, 1001);
}

/* Somebody made the device meanwhile: that is what was wanted, where it may be so. */
static void
test_device_came (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GvtTransition *start;
  GvtTransition *prepare;

  define_both (fixture);
  start = gvt_transition_new (UUID, GPU, TYPE, find (fixture, UUID));
  prepare = gvt_transition_new (UUID, GPU, TYPE, find (fixture, UUID));
  prepare->may_exist = TRUE;
  machine_add_vgpu (fixture->host, UUID, GPU, TYPE, 7);
  gvt_registry_commit_device (fixture->registry, UUID, gvt_scan_device (fixture->host->root, UUID));
  check_fails (fixture, start, NULL, GVT_ERROR_CONFLICT);
  run (fixture, prepare, NULL, &error);
  g_assert_no_error (error);
}

static void
test_device_went (Fixture *fixture, gconstpointer data)
{
  GvtTransition *stop;

  define_both (fixture);
  machine_add_vgpu (fixture->host, UUID, GPU, TYPE, 7);
  gvt_registry_commit_device (fixture->registry, UUID, gvt_scan_device (fixture->host->root, UUID));
  stop = gvt_transition_new (UUID, GPU, TYPE, find (fixture, UUID));
  stop->active = FALSE;
  gvt_registry_commit_device (fixture->registry, UUID, NULL);
  check_fails (fixture, stop, NULL, GVT_ERROR_CONFLICT);
  g_assert_false (find (fixture, UUID)->reserved);
}

static GPtrArray *
list (GvtTransition *transition)
{
  GPtrArray *transitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_transition_free);

  g_ptr_array_add (transitions, transition);
  return transitions;
}

/* Nobody who makes a call knows of repairs. */
static void
test_waits_for_a_repair (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (gvt_registry_reserve_for_repair (fixture->registry, UUID, NULL, &error));
  gvt_change_run_async (fixture->registry,
                        fixture->host->root,
                        list (define (UUID, 1000)),
                        wait_take_result,
                        &result);
  for (int i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (result);
  gvt_registry_release (fixture->registry, UUID);
  wait_for_result (&result);
  g_assert_true (gvt_change_run_finish (fixture->registry, result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (gvt_vgpu_owner (find (fixture, UUID)), ==, 1000);
}

/* As long as a repair may take, and no longer. */
static void
test_repair_without_end (Fixture *fixture, gconstpointer data)
{
  g_assert_true (gvt_registry_reserve_for_repair (fixture->registry, UUID, NULL, NULL));
  check_fails (fixture, define (UUID, 1000), define (UUID_2, 1001), GVT_ERROR_BUSY);
  g_assert_null (find (fixture, UUID_2));
  g_assert_true (find (fixture, UUID)->repaired);
  gvt_registry_release (fixture->registry, UUID);
  g_assert_null (find (fixture, UUID));
}

static gboolean
is_repaired (gpointer user_data)
{
  const GvtVgpu *vgpu = find (user_data, UUID);

  return vgpu != NULL && vgpu->repaired;
}

/* What repairs and calls are under way on is one thing at a time. */
static void
test_a_repair_is_a_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) repair = NULL;
  g_autoptr (GAsyncResult) adopt = NULL;
  GvtTransition *transition = gvt_transition_new (UUID, GPU, TYPE, NULL);

  gvt_transition_set_record (transition, gvt_record_new (1000, "", "", FALSE));
  gvt_transition_set_definition (transition, gvt_definition_new (UUID, GPU, TYPE, FALSE));
  gvt_change_repair_async (fixture->registry,
                           fixture->host->root,
                           transition,
                           wait_take_result,
                           &repair);
  g_assert_true (is_repaired (fixture));
  g_assert_cmpuint (find (fixture, UUID)->claim->owner, ==, 1000);
  gvt_change_run_async (fixture->registry,
                        fixture->host->root,
                        list (define (UUID, 1001)),
                        wait_take_result,
                        &adopt);
  wait_for_result (&adopt);
  g_assert_nonnull (repair);
  g_assert_true (gvt_change_run_finish (fixture->registry, repair, NULL));
  /* It began with what was before the repair. */
  g_assert_false (gvt_change_run_finish (fixture->registry, adopt, NULL));
  g_assert_cmpuint (gvt_vgpu_owner (find (fixture, UUID)), ==, 1000);
}

static void
check_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = g_object_get_data (source, "fixture");

  g_assert_nonnull (find (fixture, UUID));
  g_assert_false (find (fixture, UUID)->reserved);
  wait_take_result (source, result, user_data);
}

/* Whoever is told that it is done can go on with it at once. */
static void
test_committed_before_the_callback (Fixture *fixture, gconstpointer data)
{
  GPtrArray *transitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_transition_free);
  g_autoptr (GAsyncResult) result = NULL;

  g_object_set_data (G_OBJECT (fixture->registry), "fixture", fixture);
  g_ptr_array_add (transitions, define (UUID, 1000));
  gvt_change_run_async (fixture->registry,
                        fixture->host->root,
                        transitions,
                        check_committed,
                        &result);
  g_assert_true (find (fixture, UUID)->reserved);
  g_assert_cmpuint (find (fixture, UUID)->claim->owner, ==, 1000);
  wait_for_result (&result);
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
  add ("/change/commits", test_commits);
  add ("/change/all-or-none", test_all_or_none);
  add ("/change/none-after-the-first", test_none_after_the_first);
  add ("/change/busy", test_busy);
  add ("/change/waits-for-a-repair", test_waits_for_a_repair);
  add ("/change/repair-without-end", test_repair_without_end);
  add ("/change/a-repair-is-a-change", test_a_repair_is_a_change);
  add ("/change/changed-since-it-was-checked", test_changed_since_it_was_checked);
  add ("/change/made-since-it-was-checked", test_made_since_it_was_checked);
  add ("/change/device-came", test_device_came);
  add ("/change/device-went", test_device_went);
  add ("/change/committed-before-the-callback", test_committed_before_the_callback);
  return g_test_run ();
}
