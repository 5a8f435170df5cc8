/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes of a vGPU with a failure at each step: afterwards everything is as it was, or as wanted.
 */

#include "transition-fixture.h"

#include <sys/stat.h>

static void
test_there_and_back (TransitionFixture *fixture, gconstpointer data)
{
  static const char *const ends[] = {
    "dfr", "fr", "dfr", "dr", "", "dr", "dfr", "", "fr", "", "d", "df", "f", "df", "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    transition_go (fixture, ends[i]);
    transition_check_is (fixture, ends[i]);
    if (strchr (ends[i], 'd') != NULL && strchr (ends[i], 'r') != NULL)
      transition_check_access (fixture, 1000);
  }
}

static void
test_nothing_to_do_writes_nothing (TransitionFixture *fixture, gconstpointer data)
{
  guint creates;

  transition_go (fixture, "dfr");
  creates = simulated_host_count (fixture->host, "writes create");
  simulated_host_control (fixture->host, "fail create every EIO");
  simulated_host_control (fixture->host, "fail remove every EIO");
  transition_go (fixture, "dfr");
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes create"), ==, creates);
}

static ino_t
record_file (TransitionFixture *fixture)
{
  g_autofree char *path = scratch_locate (fixture->host->scratch, RECORD);
  struct stat status;

  g_assert_no_errno (stat (path, &status));
  return status.st_ino;
}

/* What was noted without waiting for the disk is noted anew once it has to survive a reboot. */
static void
test_define_makes_record_durable (TransitionFixture *fixture, gconstpointer data)
{
  ino_t quick;
  ino_t durable;

  transition_go (fixture, "dr");
  quick = record_file (fixture);
  transition_go (fixture, "dr");
  g_assert_cmpuint (record_file (fixture), ==, quick);
  transition_go (fixture, "dfr");
  durable = record_file (fixture);
  g_assert_cmpuint (durable, !=, quick);
  transition_go (fixture, "fr");
  g_assert_cmpuint (record_file (fixture), ==, durable);
}

static void
test_create_without_place_for_record (TransitionFixture *fixture, gconstpointer data)
{
  scratch_write (fixture->host->scratch, "/var/lib/gvt-manager", "in the way");
  transition_fail_to_go (fixture, "dfr", GVT_ERROR_FAILED);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes create"), ==, 0);
  scratch_remove (fixture->host->scratch, "/var/lib/gvt-manager");
  transition_check_is (fixture, "");
}

typedef struct {
  const char *errno_name;
  GvtError code;
} Refusal;

static void
test_create_refused (TransitionFixture *fixture, gconstpointer data)
{
  static const Refusal refusals[] = {
    { "ENOSPC", GVT_ERROR_NO_CAPACITY },
    { "EUSERS", GVT_ERROR_NO_CAPACITY },
    { "EEXIST", GVT_ERROR_ALREADY_EXISTS },
    { "ENODEV", GVT_ERROR_NOT_FOUND },
    { "EIO", GVT_ERROR_FAILED },
    { "EINVAL", GVT_ERROR_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    simulated_host_control (fixture->host, "fail create 1 %s", refusals[i].errno_name);
    transition_fail_to_go (fixture, "dfr", refusals[i].code);
    transition_check_is (fixture, "");
  }
}

static void
test_create_gets_something_else (TransitionFixture *fixture, gconstpointer data)
{
  simulated_host_control (fixture->host, "misplace type " SMALL_TYPE);
  transition_fail_to_go (fixture, "dfr", GVT_ERROR_FAILED);
  transition_check_is (fixture, "");
}

static void
test_create_without_node (TransitionFixture *fixture, gconstpointer data)
{
  static const char *const faults[] = {
    "node none", "node symlink", "node plain", "node other", "group none",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
    simulated_host_control (fixture->host, "%s", faults[i]);
    transition_fail_to_go (fixture, "dfr", GVT_ERROR_FAILED);
    transition_check_is (fixture, "");
    simulated_host_control (fixture->host, "clear");
    simulated_host_control (fixture->host, "node device");
    simulated_host_control (fixture->host, "group normal");
  }
}

static void
test_create_without_place_for_definition (TransitionFixture *fixture, gconstpointer data)
{
  scratch_write (fixture->host->scratch, "/etc/mdevctl.d/" GPU, "in the way");
  transition_fail_to_go (fixture, "dfr", GVT_ERROR_FAILED);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes create"), ==, 1);
  scratch_remove (fixture->host->scratch, "/etc/mdevctl.d/" GPU);
  transition_check_is (fixture, "");
}

/* Nothing is changed: not a byte of the definition, whose attributes nobody else knows. */
static void
test_remove_in_use (TransitionFixture *fixture, gconstpointer data)
{
  g_autofree char *record = NULL;

  transition_go_by_hand (fixture);
  record = scratch_read (fixture->host->scratch, RECORD);
  simulated_host_control (fixture->host, "hold " UUID " 4242 1000 qemu-system-x86");
  transition_fail_to_go (fixture, "", GVT_ERROR_BUSY);
  transition_check_is (fixture, "dfr");
  transition_check_text (fixture, DEFINITION, BY_HAND);
  transition_check_text (fixture, RECORD, record);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes remove"), ==, 0);
  simulated_host_control (fixture->host, "unhold " UUID);
  transition_go (fixture, "");
  transition_check_is (fixture, "");
}

static void
test_remove_refused (TransitionFixture *fixture, gconstpointer data)
{
  transition_go_by_hand (fixture);
  simulated_host_control (fixture->host, "fail remove 1 EIO");
  transition_fail_to_go (fixture, "", GVT_ERROR_FAILED);
  transition_check_is (fixture, "dfr");
  transition_check_text (fixture, DEFINITION, BY_HAND);
  transition_check_access (fixture, 1000);
}

/* Somebody else was faster: that is what was wanted. */
static void
test_remove_gone_already (TransitionFixture *fixture, gconstpointer data)
{
  static const char *const errors[] = { "ENODEV", "ENOENT" };

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++) {
    transition_go (fixture, "dfr");
    simulated_host_control (fixture->host, "fail remove 1 %s", errors[i]);
    transition_go (fixture, "");
    g_assert_false (scratch_exists (fixture->host->scratch, DEFINITION));
    g_assert_false (scratch_exists (fixture->host->scratch, RECORD));
    g_assert_nonnull (fixture->vgpu->device);
    transition_go (fixture, "");
    transition_check_is (fixture, "");
  }
}

/* It is there after the refusal, and after everything that needs none. */
static void
test_record_of_a_later_version (TransitionFixture *fixture, gconstpointer data)
{
  const char *later = "[vGPU]\nVersion=2\n";

  transition_go (fixture, "dfr");
  g_clear_pointer (&fixture->vgpu->record, gvt_record_free);
  scratch_write (fixture->host->scratch, RECORD, later);
  transition_fail_to_go (fixture, "dfr", GVT_ERROR_NOT_SUPPORTED);
  transition_check_text (fixture, RECORD, later);
  transition_go (fixture, "f");
  transition_go (fixture, "");
  transition_check_text (fixture, RECORD, later);
  transition_fail_to_go (fixture, "dr", GVT_ERROR_NOT_SUPPORTED);
  transition_check_text (fixture, RECORD, later);
  transition_check_is (fixture, "r");
}

static void
test_remove_stuck (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;

  transition_go_by_hand (fixture);
  simulated_host_control (fixture->host, "block remove");
  transition = transition_begin (fixture);
  transition_want (transition, "", 1000);
  transition_fail (fixture, transition, GVT_ERROR_BUSY);
  transition_check_text (fixture, DEFINITION, BY_HAND);
  g_assert_true (scratch_exists (fixture->host->scratch, RECORD));
  simulated_host_control (fixture->host, "clear");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  transition_add ("there-and-back", test_there_and_back);
  transition_add ("nothing-to-do-writes-nothing", test_nothing_to_do_writes_nothing);
  transition_add ("define-makes-record-durable", test_define_makes_record_durable);
  transition_add ("create-without-place-for-record", test_create_without_place_for_record);
  transition_add ("create-refused", test_create_refused);
  transition_add ("create-gets-something-else", test_create_gets_something_else);
  transition_add ("create-without-node", test_create_without_node);
  transition_add ("create-without-place-for-definition", test_create_without_place_for_definition);
  transition_add ("remove-in-use", test_remove_in_use);
  transition_add ("remove-refused", test_remove_refused);
  transition_add ("remove-gone-already", test_remove_gone_already);
  transition_add ("record-of-a-later-version", test_record_of_a_later_version);
  transition_add ("remove-stuck", test_remove_stuck);
  return g_test_run ();
}
