/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A D-Bus connection to oneself.
 */

#include "bus-pair.h"

#include <sys/socket.h>

#include "wait.h"

static GIOStream *
wrap (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static GDBusConnection *
take_connection (GAsyncResult **result)
{
  g_autoptr (GAsyncResult) taken = NULL;
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  wait_for_result (result);
  taken = g_steal_pointer (result);
  connection = g_dbus_connection_new_finish (taken, &error);
  g_assert_no_error (error);
  return connection;
}

static void
on_signal (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *parameters,
           gpointer user_data)
{
  g_autofree char *text = g_variant_print (parameters, FALSE);

  g_ptr_array_add (user_data, g_strdup_printf ("%s %s %s", path, signal, text));
}

BusPair *
bus_pair_new (void)
{
  BusPair *self = g_new0 (BusPair, 1);
  g_autoptr (GIOStream) here = NULL;
  g_autoptr (GIOStream) there = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();
  GAsyncResult *served = NULL;
  GAsyncResult *connected = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  here = wrap (fds[0]);
  there = wrap (fds[1]);
  g_dbus_connection_new (here,
                         guid,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER,
                         NULL,
                         NULL,
                         wait_take_result,
                         &served);
  g_dbus_connection_new (there,
                         NULL,
                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                         NULL,
                         NULL,
                         wait_take_result,
                         &connected);
  self->service = take_connection (&served);
  self->client = take_connection (&connected);
  self->heard = g_ptr_array_new_with_free_func (g_free);
  g_dbus_connection_signal_subscribe (self->client,
                                      NULL,
                                      NULL,
                                      NULL,
                                      NULL,
                                      NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE,
                                      on_signal,
                                      self->heard,
                                      NULL);
  return self;
}

void
bus_pair_free (BusPair *self)
{
  g_dbus_connection_close_sync (self->client, NULL, NULL);
  g_dbus_connection_close_sync (self->service, NULL, NULL);
  g_object_unref (self->client);
  g_object_unref (self->service);
  /* What was on its way when the connection closed may still be told. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_ptr_array_unref (self->heard);
  g_free (self);
}

char *
bus_pair_ask (BusPair *self,
              const char *path,
              const char *interface,
              const char *member,
              const char *arguments)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  char *answer;

  g_dbus_connection_call (self->client,
                          NULL,
                          path,
                          interface,
                          member,
                          g_variant_new_parsed (arguments),
                          NULL,
                          G_DBUS_CALL_FLAGS_NONE,
                          -1,
                          NULL,
                          wait_take_result,
                          &result);
  wait_for_result (&result);
  reply = g_dbus_connection_call_finish (self->client, result, &error);
  answer = reply != NULL ? g_variant_print (reply, FALSE) : g_dbus_error_get_remote_error (error);
  g_ptr_array_add (self->heard, g_strdup_printf ("answer %s", answer));
  return answer;
}

void
bus_pair_hears (BusPair *self, const char *lines)
{
  g_autofree char *heard = NULL;

  g_free (bus_pair_ask (self, "/", "org.freedesktop.DBus.Peer", "Ping", "()"));
  g_ptr_array_set_size (self->heard, (int) self->heard->len - 1);
  g_ptr_array_add (self->heard, NULL);
  heard = g_strjoinv ("\n", (char **) self->heard->pdata);
  g_assert_cmpstr (heard, ==, lines);
  g_ptr_array_set_size (self->heard, 0);
}
