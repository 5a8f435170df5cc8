/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the screen points at.
 */

#include "attention.h"

#define TYPE(gpu, id, room)                                                                        \
  "'/t/" gpu id "': {'org.gvt.Manager.VgpuType': {'Id': <'" id "'>,"                               \
  " 'Gpu': <objectpath '/org/gvt/Manager/gpus/" gpu "'>,"                                          \
  " 'AvailableInstances': <uint32 " room ">}},"
#define VGPU(uuid, label, id, active, start, state, failure)                                       \
  "'/v/" uuid "': {'org.gvt.Manager.Vgpu': {'Uuid': <'" uuid "'>, 'Label': <'" label "'>,"         \
  " 'Gpu': <objectpath '/org/gvt/Manager/gpus/g'>, 'Type': <'" id "'>, 'Active': <" active ">,"    \
  " 'Start': <'" start "'>, 'OwnerUid': <uint32 7>, 'State': <'" state "'>,"                       \
  " 'Failure': <'" failure "'>}},"

static GPtrArray *
look_at (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) managed = NULL;
  g_autoptr (GvtObjects) objects = NULL;

  managed = g_variant_parse (G_VARIANT_TYPE ("a{oa{sa{sv}}}"), text, NULL, NULL, &error);
  g_assert_no_error (error);
  objects = gvt_objects_new (managed);
  return gvt_attention_list (objects);
}

static void
assert_only (GPtrArray *list, const char *what, const char *command)
{
  const GvtAttention *attention = NULL;

  g_assert_cmpuint (list->len, ==, 1);
  attention = g_ptr_array_index (list, 0);
  g_assert_cmpstr (attention->what, ==, what);
  g_assert_cmpstr (attention->command, ==, command);
}

static void
test_all_is_well (void)
{
  g_autoptr (GPtrArray) list = look_at (
      "{" TYPE ("g", "big", "0") TYPE ("g", "small", "1")
          VGPU ("a", "", "big", "true", "boot", "active", "")
              VGPU ("b", "", "small", "false", "domain", "inactive", "")
                  VGPU ("c", "", "big", "false", "manual", "inactive", "") "'/z': @a{sa{sv}} {}}");

  g_assert_cmpuint (list->len, ==, 0);
}

static void
test_failed (void)
{
  g_autoptr (GPtrArray) list = look_at ("{" VGPU ("a",
                                                  "win10",
                                                  "big",
                                                  "false",
                                                  "boot",
                                                  "failed",
                                                  "no room left") "'/z': @a{sa{sv}} {}}");

  assert_only (list, "win10: no room left", "gvt-client start win10");
}

static void
test_waiting (void)
{
  g_autoptr (GPtrArray) list = look_at (
      "{" VGPU ("a", "", "big", "false", "boot", "waiting", "") "'/z': @a{sa{sv}} {}}");

  assert_only (list, "a: its GPU g offers no vGPUs", "gvt-client check");
}

static void
test_no_room (void)
{
  g_autoptr (GPtrArray) list = look_at (
      "{" TYPE ("g", "big", "0") TYPE ("h", "big", "1")
          VGPU ("a", "mine", "big", "false", "domain", "inactive", "")
              VGPU ("b", "other", "big", "true", "", "active", "") "'/z': @a{sa{sv}} {}}");

  assert_only (list,
               "mine: its GPU has no room for it now, so its VM cannot start",
               "gvt-client stop other");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/attention/all-is-well", test_all_is_well);
  g_test_add_func ("/client/attention/failed", test_failed);
  g_test_add_func ("/client/attention/waiting", test_waiting);
  g_test_add_func ("/client/attention/no-room", test_no_room);
  return g_test_run ();
}
