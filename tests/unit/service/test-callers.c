/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is calling, by a real bus: the uid, the limits, and leaving.
 */

#include "callers.h"

#include <unistd.h>

#include "gvt-error.h"
#include "wait.h"

#define PER_USER 3
#define TOTAL 5

typedef struct {
  GTestDBus *bus;
  GDBusConnection *service;
  GDBusConnection *client;
  GvtCallers *callers;
} Fixture;

/* One call, from its beginning to its end. */
typedef struct {
  GCancellable *cancellable;
  gboolean answered;
  guint32 uid;
  GError *error;
} Call;

static GDBusConnection *
connect_to (GTestDBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL,
      NULL,
      &error);

  g_assert_no_error (error);
  return connection;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->service = connect_to (fixture->bus);
  fixture->client = connect_to (fixture->bus);
  fixture->callers = gvt_callers_new ();
  gvt_callers_set_limits (fixture->callers, PER_USER, TOTAL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->callers);
  g_object_unref (fixture->client);
  g_object_unref (fixture->service);
  g_test_dbus_stop (fixture->bus);
  g_object_unref (fixture->bus);
}

static void
on_identified (guint32 uid, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  g_assert_false (call->answered);
  call->answered = TRUE;
  call->uid = uid;
  call->error = error != NULL ? g_error_copy (error) : NULL;
}

static const char *
name_of (Fixture *fixture)
{
  return g_dbus_connection_get_unique_name (fixture->client);
}

static void
begin (Fixture *fixture, Call *call, const char *sender)
{
  *call = (Call){ .cancellable = g_cancellable_new () };
  gvt_callers_begin (fixture->callers,
                     fixture->service,
                     sender,
                     call->cancellable,
                     on_identified,
                     call);
}

static gboolean
is_answered (gpointer user_data)
{
  return ((Call *) user_data)->answered;
}

static void
end (Fixture *fixture, Call *call, const char *sender)
{
  gvt_callers_end (fixture->callers, sender, call->cancellable, call->uid != GVT_NO_UID);
  g_clear_error (&call->error);
  g_clear_object (&call->cancellable);
}

static void
test_identified (Fixture *fixture, gconstpointer data)
{
  Call first;
  Call second;

  begin (fixture, &first, name_of (fixture));
  begin (fixture, &second, name_of (fixture));
  g_assert_false (first.answered);
  wait_until (is_answered, &second);
  g_assert_true (first.answered);
  g_assert_cmpuint (first.uid, ==, getuid ());
  g_assert_null (first.error);
  end (fixture, &first, name_of (fixture));
  end (fixture, &second, name_of (fixture));
}

/* Whose name is nobody's has no uid, and an error instead. */
static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  Call call;

  begin (fixture, &call, ":1.4242");
  wait_until (is_answered, &call);
  g_assert_cmpuint (call.uid, ==, GVT_NO_UID);
  g_assert_nonnull (call.error);
  end (fixture, &call, ":1.4242");
}

static gboolean
is_cancelled (gpointer user_data)
{
  return g_cancellable_is_cancelled (((Call *) user_data)->cancellable);
}

static void
test_leaving (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strdup (name_of (fixture));
  Call call;

  begin (fixture, &call, name);
  wait_until (is_answered, &call);
  g_assert_false (is_cancelled (&call));
  g_assert_true (g_dbus_connection_close_sync (fixture->client, NULL, NULL));
  wait_until (is_cancelled, &call);
  end (fixture, &call, name);
}

/* One too many is told at once, costs the bus nothing, and counts for nothing afterwards. */
static void
test_total (Fixture *fixture, gconstpointer data)
{
  Call calls[TOTAL];
  Call over;

  gvt_callers_set_limits (fixture->callers, 1000, TOTAL);
  for (gsize i = 0; i < TOTAL; i++)
    begin (fixture, &calls[i], name_of (fixture));
  for (int i = 0; i < 3; i++) {
    begin (fixture, &over, ":1.4242");
    g_assert_true (over.answered);
    g_assert_error (over.error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
    end (fixture, &over, ":1.4242");
  }
  wait_until (is_answered, &calls[TOTAL - 1]);
  end (fixture, &calls[0], name_of (fixture));
  begin (fixture, &calls[0], name_of (fixture));
  wait_until (is_answered, &calls[0]);
  for (gsize i = 0; i < TOTAL; i++) {
    g_assert_no_error (calls[i].error);
    end (fixture, &calls[i], name_of (fixture));
  }
}

/* Root is not limited, so the limit of a user shows only where the test is one. */
static void
test_per_user (Fixture *fixture, gconstpointer data)
{
  Call calls[PER_USER + 1];

  for (gsize i = 0; i <= PER_USER; i++) {
    begin (fixture, &calls[i], name_of (fixture));
    wait_until (is_answered, &calls[i]);
  }
  if (getuid () == 0)
    g_assert_no_error (calls[PER_USER].error);
  else
    g_assert_error (calls[PER_USER].error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
  for (gsize i = 0; i <= PER_USER; i++)
    end (fixture, &calls[i], name_of (fixture));
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/callers/identified", test_identified);
  add ("/callers/unknown", test_unknown);
  add ("/callers/leaving", test_leaving);
  add ("/callers/total", test_total);
  add ("/callers/per-user", test_per_user);
  return g_test_run ();
}
