/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes of a vGPU's owner, and of what somebody else made or changed meanwhile.
 */

#include <errno.h>

#include "scan.h"
#include "sysfs.h"
#include "transition-fixture.h"

static void
test_adopt (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  transition_go (fixture, "dfr");
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1001);
  transition_succeed (fixture, transition);
  transition_check_access (fixture, 1001);
}

static void
test_adopt_in_use (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autofree char *record = NULL;

  transition_go (fixture, "dfr");
  record = scratch_read (fixture->host->scratch, RECORD);
  simulated_host_control (fixture->host, "hold " UUID);
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1001);
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  transition_check_text (fixture, RECORD, record);
  transition_check_access (fixture, 1000);
}

static void
test_adopt_without_access (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autofree char *record = NULL;

  transition_go (fixture, "dfr");
  record = scratch_read (fixture->host->scratch, RECORD);
  simulated_host_control (fixture->host, "join " UUID " 0000:01:00.0");
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1001);
  transition_fail (fixture, transition, GVT_ERROR_FAILED);
  transition_check_text (fixture, RECORD, record);
}

static void
test_start_exists (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  transition_make_behind (fixture);
  transition_fail_to_go (fixture, "dfr", GVT_ERROR_ALREADY_EXISTS);
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1000);
  transition->may_exist = TRUE;
  transition_succeed (fixture, transition);
  transition_check_access (fixture, 1000);
}

/* A driver takes room for another's device before the kernel shows it: the write alone knows whose. */
static void
test_start_while_no_room_is_shown (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autoptr (GvtTransition) other = NULL;

  simulated_host_control (fixture->host,
                          "set devices/pci0000:00/" GPU "/mdev_supported_types/" TYPE
                          "/available_instances 0");
  other = transition_begin (fixture);
  transition_want (other, "dr", 1000);
  transition_fail (fixture, other, GVT_ERROR_NO_CAPACITY);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes create"), ==, 0);
  transition_go (fixture, "fr");
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1000);
  transition->may_exist = TRUE;
  transition_succeed (fixture, transition);
}

/* What we did not make is not ours to take back. */
static void
test_start_exists_without_access (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  transition_make_behind (fixture);
  simulated_host_control (fixture->host, "join " UUID " 0000:01:00.0");
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1000);
  transition->may_exist = TRUE;
  transition_fail (fixture, transition, GVT_ERROR_FAILED);
  transition_check_is (fixture, "dfr");
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes remove"), ==, 0);
}

/* Its UUID is taken until its user lets go, and another one would not help. */
static void
test_start_while_it_goes (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autoptr (GError) error = NULL;

  transition_make_behind (fixture);
  simulated_host_control (fixture->host, "block remove");
  g_assert_cmpint (gvt_sysfs_write (fixture->root,
                                    "/sys/bus/mdev/devices/" UUID "/remove",
                                    "1",
                                    -1,
                                    NULL,
                                    NULL,
                                    NULL),
                   ==,
                   ETIMEDOUT);
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1000);
  transition->may_exist = TRUE;
  g_assert_false (gvt_transition_run (fixture->root, transition, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "is being removed already"));
  simulated_host_control (fixture->host, "unblock remove");
}

static void
test_prepare_exists_in_use (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  transition_make_behind (fixture);
  simulated_host_control (fixture->host, "hold " UUID);
  transition = transition_begin (fixture);
  transition_want (transition, "dfr", 1000);
  transition->may_exist = TRUE;
  transition->for_a_vm = TRUE;
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  transition_check_is (fixture, "dfr");
}

/* A definition follows its device to another GPU: it must not stay behind as well. */
static void
test_definition_moves (TransitionFixture *fixture, gconstpointer data)
{
  Scratch *scratch = fixture->host->scratch;
  g_autoptr (GvtTransition) transition = NULL;

  transition_go (fixture, "dr");
  scratch_write (scratch, "/etc/mdevctl.d/mtty/" UUID, "{\"mdev_type\": \"mtty-1\"}");
  fixture->vgpu->definition = gvt_definition_new (UUID, "mtty", "mtty-1", FALSE);
  transition = transition_begin (fixture);
  gvt_transition_set_definition (transition, gvt_definition_new (UUID, GPU, TYPE, FALSE));
  transition_succeed (fixture, transition);
  g_assert_true (scratch_exists (scratch, DEFINITION));
  g_assert_false (scratch_exists (scratch, "/etc/mdevctl.d/mtty/" UUID));
}

/* Undone after it succeeded, because another of the same call failed. */
static void
test_undo (TransitionFixture *fixture, gconstpointer data)
{
  static const char *const ways[][2] = {
    { "", "dfr" }, { "fr", "dfr" }, { "dfr", "fr" }, { "dfr", "" }, { "dr", "dfr" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autoptr (GvtTransition) transition = NULL;
    g_autoptr (GError) error = NULL;

    transition_go (fixture, ways[i][0]);
    transition = transition_begin (fixture);
    transition_want (transition, ways[i][1], 1000);
    g_assert_true (gvt_transition_run (fixture->root, transition, &error));
    transition_check_is (fixture, ways[i][1]);
    gvt_transition_undo (fixture->root, transition);
    transition_check_is (fixture, ways[i][0]);
    g_clear_pointer (&fixture->vgpu->device, gvt_device_info_free);
    fixture->vgpu->device = gvt_scan_device (fixture->root, UUID);
    transition_go (fixture, "");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  transition_add ("adopt", test_adopt);
  transition_add ("adopt-in-use", test_adopt_in_use);
  transition_add ("adopt-without-access", test_adopt_without_access);
  transition_add ("start-exists", test_start_exists);
  transition_add ("start-while-no-room-is-shown", test_start_while_no_room_is_shown);
  transition_add ("start-exists-without-access", test_start_exists_without_access);
  transition_add ("start-while-it-goes", test_start_while_it_goes);
  transition_add ("prepare-exists-in-use", test_prepare_exists_in_use);
  transition_add ("definition-moves", test_definition_moves);
  transition_add ("undo", test_undo);
  return g_test_run ();
}
