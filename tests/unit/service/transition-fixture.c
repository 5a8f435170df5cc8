/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of transitions share.
 */

#include "transition-fixture.h"

#include "scan.h"
#include "sysfs.h"

static void
set_up (TransitionFixture *fixture, gconstpointer data)
{
  fixture->host = simulated_host_new ();
  fixture->root = fixture->host->scratch->root;
  fixture->vgpu = gvt_vgpu_new (UUID);
}

static void
tear_down (TransitionFixture *fixture, gconstpointer data)
{
  gvt_vgpu_free (fixture->vgpu);
  simulated_host_free (fixture->host);
}

GvtTransition *
transition_begin (TransitionFixture *fixture)
{
  return gvt_transition_new (UUID, GPU, TYPE, fixture->vgpu);
}

void
transition_want (GvtTransition *transition, const char *wanted, guint32 owner)
{
  transition->active = strchr (wanted, 'd') != NULL;
  if (strchr (wanted, 'f') == NULL)
    gvt_transition_set_definition (transition, NULL);
  else if (transition->definition == NULL)
    gvt_transition_set_definition (transition, gvt_definition_new (UUID, GPU, TYPE, FALSE));
  gvt_transition_set_record (
      transition,
      strchr (wanted, 'r') != NULL ? gvt_record_new (owner, "win10", "", FALSE) : NULL);
}

void
transition_succeed (TransitionFixture *fixture, GvtTransition *transition)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (gvt_transition_run (fixture->root, transition, &error));
  g_assert_no_error (error);
  g_clear_pointer (&fixture->vgpu->device, gvt_device_info_free);
  g_clear_pointer (&fixture->vgpu->definition, gvt_definition_free);
  g_clear_pointer (&fixture->vgpu->record, gvt_record_free);
  fixture->vgpu->device = g_steal_pointer (&transition->device);
  fixture->vgpu->definition = g_steal_pointer (&transition->definition);
  fixture->vgpu->record = g_steal_pointer (&transition->record);
}

/* Goes to where there is a device (d), a definition (f), a record of user 1000 (r). */
void
transition_go (TransitionFixture *fixture, const char *wanted)
{
  g_autoptr (GvtTransition) transition = transition_begin (fixture);

  transition_want (transition, wanted, 1000);
  transition_succeed (fixture, transition);
}

void
transition_fail (TransitionFixture *fixture, GvtTransition *transition, GvtError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_transition_run (fixture->root, transition, &error));
  g_assert_error (error, GVT_ERROR, (int) code);
}

void
transition_fail_to_go (TransitionFixture *fixture, const char *wanted, GvtError code)
{
  g_autoptr (GvtTransition) transition = transition_begin (fixture);

  transition_want (transition, wanted, 1000);
  transition_fail (fixture, transition, code);
}

/* What is really there. */
void
transition_check_is (TransitionFixture *fixture, const char *expected)
{
  const Scratch *scratch = fixture->host->scratch;
  g_autoptr (GvtDeviceInfo) device = gvt_scan_device (fixture->root, UUID);
  g_autofree char *is = g_strconcat (device != NULL ? "d" : "",
                                     scratch_exists (scratch, DEFINITION) ? "f" : "",
                                     scratch_exists (scratch, RECORD) ? "r" : "",
                                     NULL);

  g_assert_cmpstr (is, ==, expected);
  g_assert_cmpuint (scratch_count (scratch, "/etc/mdevctl.d"), <=, 1);
}

void
transition_check_text (TransitionFixture *fixture, const char *path, const char *expected)
{
  g_autofree char *text = scratch_read (fixture->host->scratch, path);

  g_assert_cmpstr (text, ==, expected);
}

void
transition_check_access (TransitionFixture *fixture, guint32 uid)
{
  g_autoptr (GvtDeviceInfo) device = gvt_scan_device (fixture->root, UUID);

  g_assert_true (gvt_node_allows (fixture->root, device->group, uid));
}

/* An administrator's definition, in their own layout and with what only they know. */
void
transition_go_by_hand (TransitionFixture *fixture)
{
  transition_go (fixture, "dfr");
  scratch_write (fixture->host->scratch, DEFINITION, BY_HAND);
  fixture->vgpu->definition->automatic = TRUE;
}

/* A device that udev or mdevctl made a moment before is as good as ours. */
void
transition_make_behind (TransitionFixture *fixture)
{
  const char *create = "/sys/class/mdev_bus/" GPU "/mdev_supported_types/" TYPE "/create";

  transition_go (fixture, "fr");
  g_assert_cmpint (gvt_sysfs_write (fixture->root, create, UUID, -1, NULL, NULL, NULL), ==, 0);
}

void
transition_add (const char *name, void (*test) (TransitionFixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/transition/", name, NULL);

  g_test_add (path, TransitionFixture, NULL, set_up, test, tear_down);
}
