/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel makes a vGPU when its caller has long been told that it did not.
 */

#include "transition-fixture.h"
#include "wait.h"

static void
make_too_late (TransitionFixture *fixture, const char *wanted, gboolean may_exist)
{
  g_autoptr (GvtTransition) transition = NULL;

  simulated_host_control (fixture->host, "block create");
  transition = transition_begin (fixture);
  transition_want (transition, wanted, 1000);
  transition->may_exist = may_exist;
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  simulated_host_control (fixture->host, "unblock create");
}

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

/* Nobody would know whose it is. */
static void
test_new_one_is_removed (TransitionFixture *fixture, gconstpointer data)
{
  make_too_late (fixture, "dr", FALSE);
  wait_until (is_removed, fixture->host);
  transition_check_is (fixture, "");
}

/* It is written down whose it is, and that it may exist. */
static void
test_defined_one_stays (TransitionFixture *fixture, gconstpointer data)
{
  transition_go (fixture, "fr");
  make_too_late (fixture, "dfr", TRUE);
  wait_until (is_made, fixture->root);
  transition_check_is (fixture, "dfr");
  transition_go (fixture, "fr");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  transition_add ("new-one-is-removed", test_new_one_is_removed);
  transition_add ("defined-one-stays", test_defined_one_stays);
  return g_test_run ();
}
