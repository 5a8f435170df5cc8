/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * polkit's authority as far as its library asks it. Main loop.
 */

#include "fake-polkit.h"

#include "private-bus.h"

#define PATH "/org/freedesktop/PolicyKit1/Authority"
#define NAME "org.freedesktop.PolicyKit1"

static const char description[] =
    "<node><interface name='" NAME ".Authority'>"
    "<method name='CheckAuthorization'>"
    "<arg type='(sa{sv})' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='a{ss}' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='(bba{ss})' direction='out'/></method>"
    "<method name='CancelCheckAuthorization'><arg type='s' direction='in'/></method>"
    "<signal name='Changed'/>"
    "<property name='BackendName' type='s' access='read'/>"
    "<property name='BackendVersion' type='s' access='read'/>"
    "<property name='BackendFeatures' type='u' access='read'/>"
    "</interface></node>";

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
  static const struct {
    const char *answer;
    const char *reply;
  } replies[] = {
    { "yes", "((true, false, @a{ss} {}),)" },
    { "no", "((false, false, @a{ss} {}),)" },
    { "challenge", "((false, true, @a{ss} {}),)" },
    { "dismissed", "((false, false, {'polkit.dismissed': 'true'}),)" },
  };
  FakePolkit *self = user_data;
  g_autofree char *printed = g_variant_print (arguments, FALSE);

  if (g_str_equal (member, "CancelCheckAuthorization")) {
    g_dbus_method_invocation_return_value (invocation, NULL);
    return;
  }
  g_string_append_printf (self->questions, "%s\n", printed);
  for (gsize i = 0; i < G_N_ELEMENTS (replies); i++) {
    if (g_str_equal (self->answer, replies[i].answer)) {
      g_dbus_method_invocation_return_value (invocation, g_variant_new_parsed (replies[i].reply));
      return;
    }
  }
  if (g_str_equal (self->answer, "error"))
    g_dbus_method_invocation_return_dbus_error (invocation, NAME ".Error.Failed", "out of order");
  else
    self->pending = invocation;
}

static GVariant *
get_property (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *property,
              GError **error,
              gpointer user_data)
{
  return g_str_equal (property, "BackendFeatures") ? g_variant_new_uint32 (1)
                                                   : g_variant_new_string ("fake");
}

FakePolkit *
fake_polkit_new (const char *answer)
{
  static const GDBusInterfaceVTable functions = { on_call, get_property, NULL, { 0 } };
  FakePolkit *self = g_new0 (FakePolkit, 1);
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, NULL);
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GError) error = NULL;

  self->answer = answer;
  self->questions = g_string_new (NULL);
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (self->bus), TRUE);
  self->connection = private_bus_connect (self->bus);
  g_dbus_connection_register_object (self->connection,
                                     PATH,
                                     node->interfaces[0],
                                     &functions,
                                     self,
                                     NULL,
                                     &error);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (self->connection,
                                       "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus",
                                       "RequestName",
                                       g_variant_new ("(su)", NAME, 0),
                                       G_VARIANT_TYPE ("(u)"),
                                       G_DBUS_CALL_FLAGS_NONE,
                                       -1,
                                       NULL,
                                       &error);
  g_assert_no_error (error);
  return self;
}

void
fake_polkit_say_yes (FakePolkit *self)
{
  g_dbus_method_invocation_return_value (g_steal_pointer (&self->pending),
                                         g_variant_new_parsed ("((true, false, @a{ss} {}),)"));
}

gboolean
fake_polkit_is_asked (gpointer self)
{
  return ((FakePolkit *) self)->questions->len > 0;
}

void
fake_polkit_free (FakePolkit *self)
{
  g_clear_object (&self->pending);
  g_object_unref (self->connection);
  g_test_dbus_stop (self->bus);
  g_object_unref (self->bus);
  g_string_free (self->questions, TRUE);
  g_free (self);
}
