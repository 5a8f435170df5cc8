/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The least that a GDBus service can be: it owns org.gvt.Echo on the system bus and answers Echo. The
 * floor under the benchmarks' calls.
 */

#include <gio/gio.h>

static const char xml[] =
    "<node><interface name='org.gvt.Echo'><method name='Echo'><arg type='s' direction='in'/>"
    "<arg type='s' direction='out'/></method></interface></node>";

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  g_dbus_method_invocation_return_value (invocation, parameters);
}

static void
on_bus (GDBusConnection *connection, const char *name, gpointer user_data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };

  g_dbus_connection_register_object (connection,
                                     "/org/gvt/Echo",
                                     ((GDBusNodeInfo *) user_data)->interfaces[0],
                                     &vtable,
                                     NULL,
                                     NULL,
                                     NULL);
}

int
main (void)
{
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_bus_own_name (G_BUS_TYPE_SYSTEM, "org.gvt.Echo", 0, on_bus, NULL, NULL, info, NULL);
  g_main_loop_run (loop);
  return 0;
}
