/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `monitor` tells of two states of the service.
 */

#include "changes.h"

#include "example-objects.h"

#include <string.h>

static GvtObjects *
objects (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) managed = NULL;

  managed = g_variant_parse (G_VARIANT_TYPE ("a{oa{sa{sv}}}"), text, NULL, NULL, &error);
  g_assert_no_error (error);
  return gvt_objects_new (managed);
}

static void
test_nothing (void)
{
  g_autoptr (GvtObjects) before = example_objects ();
  g_autoptr (GvtObjects) after = example_objects ();
  g_autoptr (GPtrArray) changes = gvt_changes_between (before, after);

  g_assert_cmpuint (changes->len, ==, 0);
}

static void
test_change (void)
{
  g_autoptr (GvtObjects) before = objects (
      "{'/a': {'org.gvt.Manager.Vgpu': {'Uuid': <'u'>, 'Type': <'t'>, 'State':"
      " <'inactive'>, 'Active': <false>, 'DeviceNode': <''>}}}");
  g_autoptr (GvtObjects) after = objects (
      "{'/a': {'org.gvt.Manager.Vgpu': {'Uuid': <'u'>, 'Type': <'t'>, 'State':"
      " <'active'>, 'Active': <true>, 'DeviceNode': <'/dev/vfio/1'>}}}");
  g_autoptr (GPtrArray) changes = gvt_changes_between (before, after);
  g_autofree char *line = NULL;
  g_autofree char *json = NULL;

  g_assert_cmpuint (changes->len, ==, 1);
  line = gvt_change_describe (g_ptr_array_index (changes, 0));
  g_assert_cmpstr (line, ==, "vGPU u: node - → /dev/vfio/1, state inactive → active");
  json = gvt_change_to_json (g_ptr_array_index (changes, 0), "2026-01-02T03:04:05Z");
  g_assert_true (g_str_has_prefix (json,
                                   "{\"time\":\"2026-01-02T03:04:05Z\",\"event\":\"changed\","
                                   "\"kind\":\"vgpu\",\"object\":{\"uuid\":\"u\""));
  g_assert_nonnull (strstr (json, "\"state\":\"active\""));
  g_assert_cmpstr (strchr (json, '\n'), ==, "\n");
}

/* A person reads words, and of each thing only what another does not say. */
static void
test_words (void)
{
  g_autoptr (GvtObjects) before = objects (
      "{'/t': {'org.gvt.Manager.VgpuType': {'Id': <'t'>, 'AvailableInstances': <uint32 2>}},"
      " '/v': {'org.gvt.Manager.Vgpu': {'Uuid': <'u'>, 'Defined': <false>, 'OwnerUid':"
      " <uint32 0>}}}");
  g_autoptr (GvtObjects) after = objects (
      "{'/t': {'org.gvt.Manager.VgpuType': {'Id': <'t'>, 'AvailableInstances': <uint32 1>}},"
      " '/v': {'org.gvt.Manager.Vgpu': {'Uuid': <'u'>, 'Defined': <true>, 'OwnerUid':"
      " <uint32 4294967294>}}}");
  g_autoptr (GPtrArray) changes = gvt_changes_between (before, after);
  g_autofree char *type = NULL;
  g_autofree char *vgpu = NULL;

  g_assert_cmpuint (changes->len, ==, 2);
  type = gvt_change_describe (g_ptr_array_index (changes, 0));
  vgpu = gvt_change_describe (g_ptr_array_index (changes, 1));
  g_assert_cmpstr (type, ==, "type t: room 2 → 1");
  g_assert_true (g_str_has_prefix (vgpu, "vGPU u: defined no → yes, owner root → "));
  g_assert_null (strstr (vgpu, "uid "));
}

static void
test_come_and_go (void)
{
  g_autoptr (GvtObjects) before = objects ("{'/g': {'org.gvt.Manager.Gpu': {'Name': <'gone'>}}}");
  g_autoptr (GvtObjects) after = objects (
      "{'/v': {'org.gvt.Manager.Vgpu': {'Uuid': <'u'>, 'Label': <'new'>,"
      " 'Type': <'i915-GVTg_V5_8'>, 'State': <'active'>}}}");
  g_autoptr (GPtrArray) changes = gvt_changes_between (before, after);
  g_autofree char *went = NULL;
  g_autofree char *came = NULL;
  g_autofree char *json = NULL;

  g_assert_cmpuint (changes->len, ==, 2);
  went = gvt_change_describe (g_ptr_array_index (changes, 0));
  came = gvt_change_describe (g_ptr_array_index (changes, 1));
  g_assert_cmpstr (went, ==, "GPU gone is gone");
  g_assert_cmpstr (came, ==, "vGPU new is new: i915-GVTg_V5_8, active");
  json = gvt_change_to_json (g_ptr_array_index (changes, 0), "t");
  g_assert_nonnull (strstr (json, "\"object\":{\"name\":\"gone\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/changes/nothing", test_nothing);
  g_test_add_func ("/client/changes/change", test_change);
  g_test_add_func ("/client/changes/words", test_words);
  g_test_add_func ("/client/changes/come-and-go", test_come_and_go);
  return g_test_run ();
}
