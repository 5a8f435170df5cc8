/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections to a real bus of the test's own, and a way to make callers of whom one likes: every
 * connection of a test is its own user, whom it cannot change.
 */

#include "private-bus.h"

GDBusConnection *
private_bus_connect (GTestDBus *bus)
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

static GDBusMessage *
forge (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer credentials)
{
  g_autoptr (GDBusMessage) copy = NULL;

  if (!incoming || !g_str_equal (g_dbus_message_get_signature (message), "a{sv}"))
    return message;
  copy = g_dbus_message_copy (message, NULL);
  g_object_unref (message);
  g_dbus_message_set_body (copy, g_variant_new_parsed (credentials));
  return g_steal_pointer (&copy);
}

void
private_bus_forge_credentials (GDBusConnection *connection, const char *credentials)
{
  g_dbus_connection_add_filter (connection, forge, (gpointer) credentials, NULL);
}
