/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel makes a vGPU when its caller has long been told that it did not.
 */

#include "device.h"
#include "refuse.h"
#include "scan.h"
#include "transition-fixture.h"
#include "wait.h"

static gboolean
is_removed (gpointer user_data)
{
  return simulated_host_count (user_data, "writes remove") == 1;
}

static gboolean
is_made (gpointer user_data)
{
  g_autoptr (GvtDeviceInfo) device = gvt_scan_device (user_data, UUID);

  return device != NULL;
}

static gboolean
is_forgotten (gpointer user_data)
{
  return !gvt_record_is_held (user_data, UUID);
}

/* Who asked was told that there is none. Its record waits for the kernel, in case nobody else does. */
static void
test_new_one_is_removed (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  simulated_host_control (fixture->host, "block create");
  transition = transition_begin (fixture);
  transition_want (transition, "dr", 1000);
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  g_assert_true (transition->pending);
  g_assert_true (gvt_record_is_held (fixture->root, UUID));
  simulated_host_control (fixture->host, "unblock create");
  wait_until (is_removed, fixture->host);
  wait_until (is_forgotten, fixture->root);
  transition_check_is (fixture, "r");
}

static gboolean
is_wanted (gpointer user_data)
{
  return gvt_device_check_wanted (UUID, GPU, NULL);
}

/* Its VM did not wait; and no other may take it before it is gone again. */
static void
test_one_for_a_vm_is_removed (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autoptr (GvtTransition) again = NULL;
  g_autofree char *record = NULL;

  transition_go (fixture, "fr");
  record = scratch_read (fixture->host->scratch, RECORD);
  simulated_host_control (fixture->host, "block create");
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1000);
  transition->record->lease_pid = 4711;
  transition->may_exist = TRUE;
  transition->for_a_vm = TRUE;
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  transition_check_text (fixture, RECORD, record);
  again = transition_begin (fixture);
  transition_want (again, "dfr", 1000);
  again->may_exist = TRUE;
  transition_fail (fixture, again, GVT_ERROR_BUSY);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes create"), ==, 1);
  simulated_host_control (fixture->host, "unblock create");
  wait_until (is_removed, fixture->host);
  wait_until (is_wanted, NULL);
  transition_check_is (fixture, "fr");
  transition_go (fixture, "dfr");
}

/* It comes, and somebody removes it, before the service hears of it. */
static void
test_somebody_was_faster (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autoptr (GvtDeviceInfo) device = NULL;
  g_autoptr (GError) error = NULL;

  simulated_host_control (fixture->host, "block create");
  transition = transition_begin (fixture);
  transition_want (transition, "dr", 1000);
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  simulated_host_control (fixture->host, "unblock create");
  for (int i = 0; i < 30000 && device == NULL; i++) {
    g_usleep (1000);
    device = gvt_scan_device (fixture->root, UUID);
  }
  g_assert_nonnull (device);
  g_assert_true (gvt_device_remove (fixture->root, device, &error));
  g_assert_no_error (error);
  g_assert_false (is_wanted (NULL));
  wait_until (is_wanted, NULL);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes remove"), ==, 1);
  transition_check_is (fixture, "r");
}

/* Nobody gets it, but it is there, which the administrator is told. */
static void
test_it_stays (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  if (!refuse_in_child ("*nobody waited for it any more, and it stays: *Input/output error*"))
    return;
  simulated_host_control (fixture->host, "block create");
  transition = transition_begin (fixture);
  transition_want (transition, "dr", 1000);
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  simulated_host_control (fixture->host, "fail remove 1 EIO");
  simulated_host_control (fixture->host, "unblock create");
  wait_until (is_wanted, NULL);
  transition_check_is (fixture, "dr");
}

/* The kernel refuses in the end. */
static void
test_none_comes (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  simulated_host_control (fixture->host, "block create");
  transition = transition_begin (fixture);
  transition_want (transition, "dr", 1000);
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  g_assert_false (is_wanted (NULL));
  simulated_host_control (fixture->host, "unregister " GPU);
  simulated_host_control (fixture->host, "unblock create");
  wait_until (is_wanted, NULL);
  wait_until (is_forgotten, fixture->root);
}

/* It is written down whose it is, and that it may exist; and so it stays until the kernel has answered. */
static void
test_defined_one_stays (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  transition_go (fixture, "fr");
  simulated_host_control (fixture->host, "block create");
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1000);
  transition->may_exist = TRUE;
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  transition_fail_to_go (fixture, "", GVT_ERROR_BUSY);
  transition_check_is (fixture, "fr");
  simulated_host_control (fixture->host, "unblock create");
  wait_until (is_made, fixture->root);
  transition_check_is (fixture, "dfr");
  transition_go (fixture, "fr");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  transition_add ("new-one-is-removed", test_new_one_is_removed);
  transition_add ("one-for-a-vm-is-removed", test_one_for_a_vm_is_removed);
  transition_add ("somebody-was-faster", test_somebody_was_faster);
  transition_add ("it-stays", test_it_stays);
  transition_add ("none-comes", test_none_comes);
  transition_add ("defined-one-stays", test_defined_one_stays);
  return g_test_run ();
}
