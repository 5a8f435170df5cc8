/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of faults, and the small parsers and counters beside it.
 */
#include "control-value.h"
#include "faults.h"
#include "ids.h"
#include "pci.h"

#include <errno.h>

static void
test_nth (void)
{
  g_autoptr (SimFaults) faults = sim_faults_new ();

  g_assert_cmpint (sim_faults_use (faults, "create"), ==, 0);
  sim_faults_set_error (faults, "create", 2, EIO);
  g_assert_cmpint (sim_faults_use (faults, "remove"), ==, 0);
  g_assert_cmpint (sim_faults_use (faults, "create"), ==, 0);
  g_assert_cmpint (sim_faults_use (faults, "create"), ==, EIO);
  g_assert_cmpint (sim_faults_use (faults, "create"), ==, 0);
}

static void
test_every (void)
{
  g_autoptr (SimFaults) faults = sim_faults_new ();
  int i;

  sim_faults_set_error (faults, "name", SIM_FAULT_EVERY, EACCES);
  for (i = 0; i < 3; i++)
    g_assert_cmpint (sim_faults_use (faults, "name"), ==, EACCES);
  sim_faults_set_error (faults, "name", 0, 0);
  g_assert_cmpint (sim_faults_use (faults, "name"), ==, 0);
}

static void
test_describe (void)
{
  g_autoptr (SimFaults) faults = sim_faults_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  sim_faults_set_block (faults, "remove", SIM_BLOCK_HARD);
  faults->node = SIM_NODE_NONE;
  sim_faults_describe (faults, text);
  g_assert_cmpstr (text->str, ==, "fault block remove hard\nfault node none 0\n");
  sim_faults_clear (faults);
  g_string_truncate (text, 0);
  sim_faults_describe (faults, text);
  g_assert_cmpstr (text->str, ==, "");
  g_assert_cmpint (sim_faults_block (faults, "remove"), ==, SIM_BLOCK_NONE);
}

static void
test_ids (void)
{
  g_autoptr (SimIds) ids = sim_ids_new (1);
  guint i;

  for (i = 1; i <= 200; i++)
    g_assert_cmpuint (sim_ids_take (ids), ==, i);
  sim_ids_release (ids, 130);
  sim_ids_release (ids, 3);
  g_assert_cmpuint (sim_ids_take (ids), ==, 3);
  g_assert_cmpuint (sim_ids_take (ids), ==, 130);
  g_assert_cmpuint (sim_ids_take (ids), ==, 201);
}

static void
test_values (void)
{
  guint number = 0;

  g_assert_true (sim_control_read_errno ("ENOSPC", &number));
  g_assert_cmpuint (number, ==, ENOSPC);
  g_assert_true (sim_control_read_errno ("5", &number));
  g_assert_cmpuint (number, ==, EIO);
  g_assert_false (sim_control_read_errno ("EVERYTHING", &number));
  g_assert_false (sim_control_read_errno ("0", &number));
  g_assert_false (sim_control_read_errno ("9999", &number));
  g_assert_false (sim_control_read_number ("-1", &number));
  g_assert_false (sim_control_read_number ("", &number));
}

static void
assert_bad_spec (const char *text, const SimPciSpec *defaults)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sim_pci_spec_parse (text, defaults, &error));
  g_assert_nonnull (error);
}

static void
test_spec (void)
{
  const SimPciSpec defaults = { .vendor = 0x8086, .aperture = 256, .generation = 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SimPciSpec) spec = NULL;

  spec = sim_pci_spec_parse (
      "0000:03:1f.7,aperture=1024,gen=V4,boot_vga,device=0x1616,driver=i915,instances=9",
      &defaults,
      &error);
  g_assert_no_error (error);
  g_assert_cmpstr (spec->address, ==, "0000:03:1f.7");
  g_assert_cmpstr (spec->driver, ==, "i915");
  g_assert_cmpuint (spec->vendor, ==, 0x8086);
  g_assert_cmpuint (spec->device, ==, 0x1616);
  g_assert_cmpuint (spec->aperture, ==, 1024);
  g_assert_cmpuint (spec->generation, ==, 4);
  g_assert_cmpuint (spec->instances, ==, 9);
  g_assert_true (spec->boot_vga);

  assert_bad_spec ("", &defaults);
  assert_bad_spec ("0000:00:20.0", &defaults);
  assert_bad_spec ("0000:00:02.0,aperture=64", &defaults);
  assert_bad_spec ("0000:00:02.0,gen=V6", &defaults);
  assert_bad_spec ("0000:00:02.0,colour=red", &defaults);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simhost/faults/nth", test_nth);
  g_test_add_func ("/simhost/faults/every", test_every);
  g_test_add_func ("/simhost/faults/describe", test_describe);
  g_test_add_func ("/simhost/ids", test_ids);
  g_test_add_func ("/simhost/control/values", test_values);
  g_test_add_func ("/simhost/pci/spec", test_spec);
  return g_test_run ();
}
