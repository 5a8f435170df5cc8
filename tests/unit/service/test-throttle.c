/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What never reaches the main loop, and what passes. Floods are for tests/bus/floods.
 */

#include "throttle.h"

#include <string.h>

#include "bus-pair.h"
#include "gvt-names.h"
#include "methods.h"
#include "private-bus.h"
#include "wait.h"

#define PATH "/test"
#define INTERFACE "org.example.Test"
#define MOST gvt_methods_get_arguments_max ("Take")

typedef struct {
  GTestDBus *bus;
  GDBusConnection *service;
  GDBusConnection *client;
  GvtThrottle *throttle;
  guint handled;
} Fixture;

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *member,
         GVariant *arguments,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  ((Fixture *) user_data)->handled++;
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const GDBusInterfaceVTable functions = { on_call, NULL, NULL, { 0 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (
      "<node><interface name='" INTERFACE "'>"
      "<method name='Take'><arg type='ay' direction='in'/></method></interface></node>",
      &error);

  g_assert_no_error (error);
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->service = private_bus_connect (fixture->bus);
  fixture->client = private_bus_connect (fixture->bus);
  fixture->throttle = gvt_throttle_new (fixture->service);
  g_dbus_connection_register_object (fixture->service,
                                     PATH,
                                     node->interfaces[0],
                                     &functions,
                                     fixture,
                                     NULL,
                                     &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gvt_throttle_free (fixture->throttle);
  g_object_unref (fixture->client);
  g_object_unref (fixture->service);
  g_test_dbus_stop (fixture->bus);
  g_object_unref (fixture->bus);
}

static GDBusMessage *
new_call (Fixture *fixture, gsize size)
{
  g_autofree guint8 *bytes = g_malloc0 (size);
  GVariant *argument = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, size, 1);
  GDBusMessage *call = g_dbus_message_new_method_call (
      g_dbus_connection_get_unique_name (fixture->service),
      PATH,
      INTERFACE,
      "Take");

  g_dbus_message_set_body (call, g_variant_new_tuple (&argument, 1));
  return call;
}

/* The answer to a call of @size bytes: an error's name, or "" for none. */
static char *
take (Fixture *fixture, gsize size)
{
  g_autoptr (GDBusMessage) call = new_call (fixture, size);
  g_autoptr (GDBusMessage) answer = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_dbus_connection_send_message_with_reply (fixture->client,
                                             call,
                                             G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                             -1,
                                             NULL,
                                             NULL,
                                             wait_take_result,
                                             &result);
  wait_for_result (&result);
  answer = g_dbus_connection_send_message_with_reply_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  return g_strdup (g_dbus_message_to_gerror (answer, NULL) ? g_dbus_message_get_error_name (answer)
                                                           : "");
}

static void
check_answer (Fixture *fixture, gsize size, const char *expected)
{
  g_autofree char *answer = take (fixture, size);

  g_assert_cmpstr (answer, ==, expected);
}

static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  check_answer (fixture, MOST - 100, "");
  g_assert_cmpuint (fixture->handled, ==, 1);
  check_answer (fixture, MOST + 1, GVT_BUS_NAME ".Error.InvalidArgument");
  g_assert_cmpuint (fixture->handled, ==, 1);
  check_answer (fixture, 1, "");
  g_assert_cmpuint (fixture->handled, ==, 2);
}

/* Whoever wants no answer gets none, no effect either, and is not held to have had one. */
static void
test_too_large_unanswered (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 3; i++) {
    g_autoptr (GDBusMessage) call = new_call (fixture, MOST + 1);
    g_autoptr (GError) error = NULL;

    g_dbus_message_set_flags (call, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    g_assert_true (g_dbus_connection_send_message (fixture->client,
                                                   call,
                                                   G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                                   NULL,
                                                   &error));
    g_assert_no_error (error);
  }
  check_answer (fixture, 1, "");
  g_assert_cmpuint (fixture->handled, ==, 1);
}

/* Without a bus between there is one caller, who has no name; nobody else has to wait. */
static void
test_without_a_bus (void)
{
  g_autoptr (BusPair) pair = bus_pair_new ();
  GvtThrottle *throttle = gvt_throttle_new (pair->service);

  for (int i = 0; i < 3; i++) {
    g_autofree char *answer = bus_pair_ask (pair, "/", "org.freedesktop.DBus.Peer", "Ping", "()");

    g_assert_cmpstr (answer, ==, "()");
  }
  gvt_throttle_free (throttle);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/throttle/too-large", Fixture, NULL, set_up, test_too_large, tear_down);
  g_test_add ("/throttle/too-large-unanswered",
              Fixture,
              NULL,
              set_up,
              test_too_large_unanswered,
              tear_down);
  g_test_add_func ("/throttle/without-a-bus", test_without_a_bus);
  return g_test_run ();
}
