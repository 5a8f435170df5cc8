/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Exit statuses, as the manual lists them, and next steps.
 */

#include "failure.h"

#include "gvt-error.h"

static void
test_statuses (void)
{
  const struct {
    GQuark domain;
    int code;
    int status;
  } cases[] = {
    { GVT_ERROR, GVT_ERROR_FAILED, 1 },
    { GVT_ERROR, GVT_ERROR_ALREADY_EXISTS, 1 },
    { GVT_ERROR, GVT_ERROR_NOT_SUPPORTED, 1 },
    { GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, 2 },
    { GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED, 3 },
    { GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN, 3 },
    { GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED_DISMISSED, 3 },
    { GVT_ERROR, GVT_ERROR_NOT_FOUND, 4 },
    { GVT_ERROR, GVT_ERROR_NO_CAPACITY, 5 },
    { GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED, 5 },
    { GVT_ERROR, GVT_ERROR_BUSY, 6 },
    { GVT_ERROR, GVT_ERROR_CONFLICT, 8 },
    { GVT_ERROR, GVT_ERROR_LIBVIRT, 8 },
    { GVT_ERROR, 99, 1 },
    { G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, 2 },
    { G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, 2 },
    { G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, 3 },
    { G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT, 4 },
    { G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN, 7 },
    { G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER, 7 },
    { G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY, 7 },
    { G_DBUS_ERROR, G_DBUS_ERROR_NO_SERVER, 7 },
    { G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED, 7 },
    { G_IO_ERROR, G_IO_ERROR_CLOSED, 7 },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, 7 },
    { G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, 1 },
    { G_DBUS_ERROR, G_DBUS_ERROR_FAILED, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = g_error_new_literal (cases[i].domain, cases[i].code, "x");

    g_test_message ("%s %d", g_quark_to_string (cases[i].domain), cases[i].code);
    g_assert_cmpint (gvt_failure_status (error), ==, cases[i].status);
  }
}

static void
test_from_the_bus (void)
{
  g_autoptr (GError) error = NULL;

  (void) GVT_ERROR;
  error = g_dbus_error_new_for_dbus_error ("org.gvt.Manager.Error.NoCapacity", "full");
  g_assert_cmpint (gvt_failure_status (error), ==, GVT_EXIT_NO_CAPACITY);
}

static void
test_first_failure_counts (void)
{
  g_autoptr (GError) busy = g_error_new_literal (GVT_ERROR, GVT_ERROR_BUSY, "first");
  g_autoptr (GError) missing = g_error_new_literal (GVT_ERROR, GVT_ERROR_NOT_FOUND, "second");
  GvtClient client = { 0 };

  gvt_failure_tell (&client, busy, "a");
  gvt_failure_tell (&client, missing, NULL);
  g_assert_cmpint (client.status, ==, GVT_EXIT_BUSY);
}

static void
test_hints (void)
{
  g_autoptr (GError) can = NULL;
  g_autoptr (GError) cannot = NULL;
  g_autoptr (GError) gone = NULL;
  GvtClient client = { 0 };

  can = g_error_new_literal (GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN, "x");
  cannot = g_error_new_literal (GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED, "x");
  gone = g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN, "x");
  g_assert_null (gvt_failure_hint (&client, can));
  g_assert_nonnull (g_strstr_len (gvt_failure_hint (&client, gone), -1, "systemctl"));
  g_assert_null (gvt_failure_hint (&client, cannot));
  client.no_ask_password = TRUE;
  g_assert_nonnull (g_strstr_len (gvt_failure_hint (&client, can), -1, "--no-ask-password"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/failure/statuses", test_statuses);
  g_test_add_func ("/client/failure/from-the-bus", test_from_the_bus);
  g_test_add_func ("/client/failure/first-failure-counts", test_first_failure_counts);
  g_test_add_func ("/client/failure/hints", test_hints);
  return g_test_run ();
}
