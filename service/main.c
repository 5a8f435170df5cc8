/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvt-managerd: options, bus connection, service. Only whoever starts it can point it at another
 * root, bus, libvirt or worker; nothing in its environment can.
 */

#include <gio/gio.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "connection.h"
#include "gvt-error.h"
#include "service.h"

/* sysexits(3) */
#define EXIT_USAGE 64

static char *option_root;
static char *option_bus;
static char *option_libvirt;
static char *option_domain_editor;
static gboolean option_version;

static const GOptionEntry options[] = {
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &option_root, "See the host below DIR", "DIR" },
  { "bus", 0, 0, G_OPTION_ARG_STRING, &option_bus, "Use the bus at ADDRESS", "ADDRESS" },
  { "libvirt",
    0,
    0,
    G_OPTION_ARG_STRING,
    &option_libvirt,
    "Edit the domains of the libvirt at URI (default: " GVT_LIBVIRT_URI ")",
    "URI" },
  { "domain-editor",
    0,
    0,
    G_OPTION_ARG_FILENAME,
    &option_domain_editor,
    "Run PROGRAM to edit domains",
    "PROGRAM" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, "Print the version", NULL },
  G_OPTION_ENTRY_NULL,
};

static gboolean
parse_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                "Manages the virtual GPUs of Intel GVT-g, on the system bus.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1) {
    g_set_error (error,
                 G_OPTION_ERROR,
                 G_OPTION_ERROR_BAD_VALUE,
                 "unexpected argument “%s”",
                 (*argv)[1]);
    return FALSE;
  }
  return TRUE;
}

/* polkit's library knows the system bus only, so it is the system bus that moves. */
static void
choose_bus (void)
{
  if (option_bus != NULL)
    g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", option_bus, TRUE);
  else
    g_unsetenv ("DBUS_SYSTEM_BUS_ADDRESS");
}

/*
 * A connection of the service's own. polkit's library has the process's shared one, so that a polkit
 * that owes more answers than the bus allows a connection holds up nothing but its own questions.
 */
static GDBusConnection *
connect_to_bus (GError **error)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  GDBusConnection *connection;

  if (address == NULL)
    return NULL;
  connection = g_dbus_connection_new_for_address_sync (
      address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL,
      NULL,
      error);
  if (connection != NULL)
    g_dbus_connection_set_exit_on_close (connection, TRUE);
  return connection;
}

static int
run (GError **error)
{
  const char *libvirt = option_libvirt != NULL ? option_libvirt : GVT_LIBVIRT_URI;
  const char *editor = option_domain_editor != NULL ? option_domain_editor
                                                    : GVT_LIBEXECDIR "/gvt-domain-editor";
  g_autoptr (GvtRoot) root = gvt_root_new (option_root != NULL ? option_root : "/", error);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GvtService) service = NULL;
  g_autoptr (GvtConfiguration) configuration = NULL;

  configuration = root == NULL ? NULL : gvt_configuration_load (root, error);
  if (configuration == NULL)
    return EXIT_FAILURE;
  connection = connect_to_bus (error);
  if (connection == NULL)
    return EXIT_FAILURE;
  service = gvt_service_new (root, g_steal_pointer (&configuration), connection, libvirt, editor);
  return gvt_service_run (service);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  setlocale (LC_ALL, "");
  if (!parse_options (&argc, &argv, &error)) {
    fprintf (stderr, "gvt-managerd: %s; see gvt-managerd --help\n", error->message);
    return EXIT_USAGE;
  }
  if (option_version) {
    puts ("gvt-managerd " GVT_VERSION);
    return EXIT_SUCCESS;
  }
  choose_bus ();
  /* Names the error codes on the bus before the first call can come. */
  (void) GVT_ERROR;
  status = run (&error);
  if (error != NULL)
    fprintf (stderr, "gvt-managerd: %s\n", error->message);
  return status;
}
