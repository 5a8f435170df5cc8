/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Going back where going back is hard: a disk that promises nothing, a directory that cannot be
 * written, a device that will not go. What can be put back is, and the rest is said.
 */

#include "transition-fixture.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "device.h"
#include "refuse.h"
#include "scan.h"

#define OTHER "/etc/mdevctl.d/mtty"
#define OTHER_DEFINITION OTHER "/" UUID
#define IN_THE_WAY "/etc/mdevctl.d/" GPU

/* Nothing was made that would have to be removed. */
static void
test_definition_alone (TransitionFixture *fixture, gconstpointer data)
{
  scratch_write (fixture->host->scratch, IN_THE_WAY, "in the way");
  transition_fail_to_go (fixture, "fr", GVT_ERROR_FAILED);
  scratch_remove (fixture->host->scratch, IN_THE_WAY);
  transition_check_is (fixture, "");
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes create"), ==, 0);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes remove"), ==, 0);
}

/* What the caller is told is why there is none, not that one is left. */
static void
test_device_stays (TransitionFixture *fixture, gconstpointer data)
{
  if (!refuse_in_child ("*cannot take back its creation: Input/output error*"))
    return;
  scratch_write (fixture->host->scratch, IN_THE_WAY, "in the way");
  simulated_host_control (fixture->host, "fail remove 1 EIO");
  transition_fail_to_go (fixture, "dfr", GVT_ERROR_FAILED);
  scratch_remove (fixture->host->scratch, IN_THE_WAY);
  transition_check_is (fixture, "d");
}

/* Somebody else was faster: that is no failure of ours. */
static void
test_device_gone (TransitionFixture *fixture, gconstpointer data)
{
  static const char *const errors[] = { "ENOENT", "ENODEV" };

  scratch_write (fixture->host->scratch, IN_THE_WAY, "in the way");
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++) {
    g_autoptr (GvtDeviceInfo) device = NULL;

    simulated_host_control (fixture->host, "fail remove 1 %s", errors[i]);
    transition_fail_to_go (fixture, "dfr", GVT_ERROR_FAILED);
    device = gvt_scan_device (fixture->root, UUID);
    g_assert_true (gvt_device_remove (fixture->root, device, NULL));
  }
}

/* Nobody is told of a vGPU that does not show, whatever the kernel has made. */
static void
test_device_does_not_show (TransitionFixture *fixture, gconstpointer data)
{
  g_autofree char *directory = scratch_locate (fixture->host->scratch, "/sys/bus/mdev/devices");
  g_autoptr (GvtTransition) transition = transition_begin (fixture);
  g_autoptr (GError) error = NULL;

  transition_want (transition, "dfr", 1000);
  g_assert_no_errno (mount ("none", directory, "tmpfs", 0, NULL));
  g_assert_false (gvt_transition_run (fixture->root, transition, &error));
  g_assert_no_errno (umount (directory));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "shows no such device"));
  transition_check_is (fixture, "d");
}

static void
test_undo_fails (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autoptr (GError) error = NULL;

  if (!refuse_in_child ("*cannot be put back: *Input/output error*"))
    return;
  transition = transition_begin (fixture);
  transition_want (transition, "dr", 1000);
  g_assert_true (gvt_transition_run (fixture->root, transition, &error));
  simulated_host_control (fixture->host, "fail remove 1 EIO");
  gvt_transition_undo (fixture->root, transition);
  transition_check_is (fixture, "dr");
}

/* The vGPU is gone, as was asked for; whoever looks next is told of its record. */
static void
test_record_stays (TransitionFixture *fixture, gconstpointer data)
{
  g_autoptr (GvtTransition) transition = NULL;
  g_autoptr (GError) error = NULL;

  if (!refuse_in_child ("*cannot take back the record: *Input/output error*"))
    return;
  transition_go (fixture, "dr");
  transition = transition_begin (fixture);
  transition_want (transition, "", 1000);
  refuse_call (SYS_unlinkat, EIO);
  g_assert_true (gvt_transition_run (fixture->root, transition, &error));
  g_assert_no_error (error);
  g_assert_true (gvt_record_equal (transition->record, fixture->vgpu->record));
  transition_check_is (fixture, "r");
}

/* A definition whose old place cannot be written does not get a second place. */
static void
test_definition_cannot_move (TransitionFixture *fixture, gconstpointer data)
{
  Scratch *scratch = fixture->host->scratch;
  const char *text = "{\"mdev_type\": \"mtty-1\", \"by\": \"hand\"}";
  g_autofree char *directory = scratch_locate (scratch, OTHER);
  g_autoptr (GvtTransition) transition = NULL;

  transition_go (fixture, "dr");
  scratch_write (scratch, OTHER_DEFINITION, text);
  fixture->vgpu->definition = gvt_definition_new (UUID, "mtty", "mtty-1", FALSE);
  transition = transition_begin (fixture);
  gvt_transition_set_definition (transition, gvt_definition_new (UUID, GPU, TYPE, FALSE));
  g_assert_no_errno (mount (directory, directory, NULL, MS_BIND, NULL));
  g_assert_no_errno (mount (NULL, directory, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL));
  transition_fail (fixture, transition, GVT_ERROR_FAILED);
  g_assert_no_errno (umount (directory));
  transition_check_text (fixture, OTHER_DEFINITION, text);
  g_assert_false (scratch_exists (scratch, DEFINITION));
}

/* It is deleted, but who knows whether the disk has heard of it; nor can it be written again. */
static void
test_disk_promises_nothing (TransitionFixture *fixture, gconstpointer data)
{
  if (!refuse_in_child ("*cannot take back the definition: *Input/output error*"))
    return;
  transition_go (fixture, "fr");
  refuse_call (SYS_fsync, EIO);
  transition_fail_to_go (fixture, "r", GVT_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  transition_add ("undone/definition-alone", test_definition_alone);
  transition_add ("undone/device-stays", test_device_stays);
  transition_add ("undone/device-gone", test_device_gone);
  transition_add ("undone/device-does-not-show", test_device_does_not_show);
  transition_add ("undone/undo-fails", test_undo_fails);
  transition_add ("undone/record-stays", test_record_stays);
  transition_add ("undone/definition-cannot-move", test_definition_cannot_move);
  transition_add ("undone/disk-promises-nothing", test_disk_promises_nothing);
  return g_test_run ();
}
