/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is calling, by a real bus: the uid, the limits, and leaving.
 */

#include "callers.h"

#include <unistd.h>

#include "gvt-error.h"
#include "private-bus.h"
#include "wait.h"

#define PER_USER 3
#define TOTAL 5
/* As callers.c has it. */
#define MOST_UNKNOWN 512

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

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->service = private_bus_connect (fixture->bus);
  fixture->client = private_bus_connect (fixture->bus);
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

/* Its answer is no refusal, but says nothing of a user. */
static void
test_nothing_said (Fixture *fixture, gconstpointer data)
{
  Call call;

  private_bus_forge_credentials (fixture->service, "({'ProcessID': <uint32 1>},)");
  begin (fixture, &call, name_of (fixture));
  wait_until (is_answered, &call);
  g_assert_cmpuint (call.uid, ==, GVT_NO_UID);
  g_assert_error (call.error, GVT_ERROR, GVT_ERROR_NOT_AUTHORIZED);
  end (fixture, &call, name_of (fixture));
}

/* A call that has ended hears of nothing any more. */
static void
test_ended_before_identified (Fixture *fixture, gconstpointer data)
{
  const char *other = g_dbus_connection_get_unique_name (fixture->service);
  Call early;
  Call later;

  begin (fixture, &early, name_of (fixture));
  early.uid = GVT_NO_UID;
  end (fixture, &early, name_of (fixture));
  /* The bus answers in turn. */
  begin (fixture, &later, other);
  wait_until (is_answered, &later);
  g_assert_false (early.answered);
  end (fixture, &later, other);
}

typedef struct {
  Fixture *fixture;
  Call *calls;
} Ending;

static void
end_both (guint32 uid, const GError *error, gpointer user_data)
{
  const Ending *ending = user_data;

  ending->calls[0].uid = uid;
  ending->calls[1].uid = GVT_NO_UID;
  ending->calls[0].answered = TRUE;
  end (ending->fixture, &ending->calls[0], name_of (ending->fixture));
  end (ending->fixture, &ending->calls[1], name_of (ending->fixture));
}

/* Telling the first of two may end both, and with them what is known of the caller. */
static void
test_ended_by_the_first (Fixture *fixture, gconstpointer data)
{
  Call calls[2] = { { .cancellable = g_cancellable_new () } };
  Ending ending = { fixture, calls };

  gvt_callers_begin (fixture->callers,
                     fixture->service,
                     name_of (fixture),
                     calls[0].cancellable,
                     end_both,
                     &ending);
  begin (fixture, &calls[1], name_of (fixture));
  wait_until (is_answered, &calls[0]);
  g_assert_false (calls[1].answered);
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

/* Who has called nothing may come and go. */
static void
test_others_leaving (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) other = private_bus_connect (fixture->bus);
  Call first;
  Call second;

  begin (fixture, &first, name_of (fixture));
  wait_until (is_answered, &first);
  g_assert_true (g_dbus_connection_close_sync (other, NULL, NULL));
  /* Its answer comes behind the signal. */
  begin (fixture, &second, ":1.4242");
  wait_until (is_answered, &second);
  g_assert_false (is_cancelled (&first));
  end (fixture, &second, ":1.4242");
  end (fixture, &first, name_of (fixture));
}

static GDBusMessage *
forge_owners (GDBusConnection *connection,
              GDBusMessage *message,
              gboolean incoming,
              gpointer user_data)
{
  guint *forged = user_data;
  g_autoptr (GDBusMessage) copy = NULL;
  const char *name;

  if (!incoming || g_strcmp0 (g_dbus_message_get_member (message), "NameOwnerChanged") != 0)
    return message;
  g_variant_get_child (g_dbus_message_get_body (message), 0, "&s", &name);
  copy = g_dbus_message_copy (message, NULL);
  g_dbus_message_set_body (copy, g_variant_new ("(s)", name));
  g_object_unref (message);
  g_atomic_int_inc (forged);
  return g_steal_pointer (&copy);
}

static gboolean
is_forged (gpointer forged)
{
  return g_atomic_int_get ((guint *) forged) >= 1;
}

/* What is not said as the bus says it was not said. */
static void
test_leaving_unclear (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = g_strdup (name_of (fixture));
  guint forged = 0;
  guint filter;
  Call first;
  Call second;

  begin (fixture, &first, name);
  wait_until (is_answered, &first);
  filter = g_dbus_connection_add_filter (fixture->service, forge_owners, &forged, NULL);
  g_assert_true (g_dbus_connection_close_sync (fixture->client, NULL, NULL));
  wait_until (is_forged, &forged);
  /* Its answer comes behind the signal. */
  begin (fixture, &second, ":1.4242");
  wait_until (is_answered, &second);
  g_assert_false (is_cancelled (&first));
  g_dbus_connection_remove_filter (fixture->service, filter);
  end (fixture, &second, ":1.4242");
  end (fixture, &first, name);
}

/* One too many is told at once, costs the bus nothing, and counts for nothing afterwards. */
static void
test_unknown_many (Fixture *fixture, gconstpointer data)
{
  Call calls[MOST_UNKNOWN];
  Call over;

  gvt_callers_set_limits (fixture->callers, 1000, 1000);
  for (gsize i = 0; i < MOST_UNKNOWN; i++)
    begin (fixture, &calls[i], name_of (fixture));
  for (int i = 0; i < 4; i++) {
    const char *sender = i % 2 == 0 ? name_of (fixture) : ":1.4242";

    begin (fixture, &over, sender);
    g_assert_true (over.answered);
    g_assert_error (over.error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
    end (fixture, &over, sender);
  }
  wait_until (is_answered, &calls[MOST_UNKNOWN - 1]);
  begin (fixture, &over, name_of (fixture));
  wait_until (is_answered, &over);
  g_assert_no_error (over.error);
  end (fixture, &over, name_of (fixture));
  for (gsize i = 0; i < MOST_UNKNOWN; i++) {
    g_assert_no_error (calls[i].error);
    end (fixture, &calls[i], name_of (fixture));
  }
}

/* Of users a call more than @most is refused; root is not limited. */
static void
check_limit (Fixture *fixture, gboolean root, gsize most)
{
  g_autofree Call *calls = g_new0 (Call, most + 1);

  private_bus_forge_credentials (fixture->service,
                                 root ? "({'UnixUserID': <uint32 0>},)"
                                      : "({'UnixUserID': <uint32 4242>},)");
  for (gsize i = 0; i <= most; i++) {
    begin (fixture, &calls[i], name_of (fixture));
    wait_until (is_answered, &calls[i]);
    g_assert_cmpuint (calls[i].uid, ==, root ? 0 : 4242);
    if (i < most || root)
      g_assert_no_error (calls[i].error);
    else
      g_assert_error (calls[i].error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
  }
  for (gsize i = 0; i <= most; i++)
    end (fixture, &calls[i], name_of (fixture));
}

static void
test_total (Fixture *fixture, gconstpointer data)
{
  gvt_callers_set_limits (fixture->callers, 1000, TOTAL);
  check_limit (fixture, GPOINTER_TO_INT (data), TOTAL);
}

static void
test_per_user (Fixture *fixture, gconstpointer data)
{
  check_limit (fixture, GPOINTER_TO_INT (data), PER_USER);
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
  add ("/callers/nothing-said", test_nothing_said);
  add ("/callers/ended-before-identified", test_ended_before_identified);
  add ("/callers/ended-by-the-first", test_ended_by_the_first);
  add ("/callers/leaving", test_leaving);
  add ("/callers/others-leaving", test_others_leaving);
  add ("/callers/leaving-unclear", test_leaving_unclear);
  add ("/callers/unknown-many", test_unknown_many);
  g_test_add ("/callers/total", Fixture, NULL, set_up, test_total, tear_down);
  g_test_add ("/callers/total-root", Fixture, GINT_TO_POINTER (1), set_up, test_total, tear_down);
  g_test_add ("/callers/per-user", Fixture, NULL, set_up, test_per_user, tear_down);
  g_test_add ("/callers/root", Fixture, GINT_TO_POINTER (1), set_up, test_per_user, tear_down);
  return g_test_run ();
}
