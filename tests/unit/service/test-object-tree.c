/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree of objects as somebody at the other end of a connection finds it.
 */

#include "object-tree.h"

#include "bus-pair.h"
#include "gvt-interface-info.h"

#define ROOT "/org/gvt/Test"
#define ONE ROOT "/one"
#define TWO ROOT "/two"
#define GPU_INTERFACE "org.gvt.Manager.Gpu"
#define NAMED(name) "{'Name': <'" name "'>, 'BootVga': <true>}"
#define LISTED(path, name) "'" path "': {'" GPU_INTERFACE "': " NAMED (name) "}"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ERROR(name) "org.freedesktop.DBus.Error." name

typedef struct {
  BusPair *bus;
  GvtObjectTree *tree;
  guint calls;
} Fixture;

static void
put (GvtObjectTree *tree, const char *path, const char *properties)
{
  gvt_object_tree_put (tree,
                       path,
                       &gvt_bus_manager_gpu_interface,
                       g_variant_new_parsed (properties));
}

/* Changes something before it answers. */
static void
on_call (GDBusMethodInvocation *invocation, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->calls++;
  put (fixture->tree, ONE, NAMED ("changed"));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", ONE));
}

static void
show (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  gvt_object_tree_show (fixture->tree, fixture->bus->service, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->bus = bus_pair_new ();
  fixture->tree = gvt_object_tree_new (ROOT, on_call, fixture);
  gvt_object_tree_add_to_root (fixture->tree,
                               &gvt_bus_manager_interface,
                               g_variant_new_parsed ("{'Version': <'1'>}"));
  put (fixture->tree, ONE, NAMED ("first"));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->tree);
  bus_pair_free (fixture->bus);
}

static void
check (Fixture *fixture,
       const char *path,
       const char *interface,
       const char *member,
       const char *arguments,
       const char *expected)
{
  g_autofree char *answer = bus_pair_ask (fixture->bus, path, interface, member, arguments);

  g_assert_cmpstr (answer, ==, expected);
}

static void
check_objects (Fixture *fixture, const char *expected)
{
  check (fixture, ROOT, OBJECT_MANAGER, "GetManagedObjects", "()", expected);
  g_ptr_array_set_size (fixture->bus->heard, 0);
}

static void
test_shown (Fixture *fixture, gconstpointer data)
{
  show (fixture);
  bus_pair_hears (fixture->bus, "");
  check_objects (fixture, "({" LISTED (ONE, "first") "},)");
  check (fixture, ROOT, PROPERTIES, "GetAll", "('org.gvt.Manager',)", "({'Version': <'1'>},)");
  check (fixture, ONE, PROPERTIES, "Get", "('" GPU_INTERFACE "', 'Name')", "(<'first'>,)");
  check (fixture, ONE, PROPERTIES, "GetAll", "('" GPU_INTERFACE "',)", "(" NAMED ("first") ",)");
}

static void
test_comes_changes_goes (Fixture *fixture, gconstpointer data)
{
  show (fixture);
  put (fixture->tree, TWO, NAMED ("second"));
  bus_pair_hears (fixture->bus,
                  ROOT " InterfacesAdded ('" TWO "', {'" GPU_INTERFACE "': " NAMED ("second") "})");
  put (fixture->tree, TWO, NAMED ("second"));
  bus_pair_hears (fixture->bus, "");
  put (fixture->tree, TWO, NAMED ("renamed"));
  bus_pair_hears (fixture->bus,
                  TWO " PropertiesChanged ('" GPU_INTERFACE "', {'Name': <'renamed'>}, [])");
  check (fixture, TWO, PROPERTIES, "Get", "('" GPU_INTERFACE "', 'Name')", "(<'renamed'>,)");
  g_ptr_array_set_size (fixture->bus->heard, 0);
  gvt_object_tree_remove (fixture->tree, TWO);
  bus_pair_hears (fixture->bus, ROOT " InterfacesRemoved ('" TWO "', ['" GPU_INTERFACE "'])");
  gvt_object_tree_remove (fixture->tree, TWO);
  bus_pair_hears (fixture->bus, "");
  check_objects (fixture, "({" LISTED (ONE, "first") "},)");
}

static void
test_before_it_is_shown (Fixture *fixture, gconstpointer data)
{
  put (fixture->tree, TWO, NAMED ("second"));
  put (fixture->tree, ONE, NAMED ("renamed"));
  gvt_object_tree_remove (fixture->tree, TWO);
  show (fixture);
  bus_pair_hears (fixture->bus, "");
  check_objects (fixture, "({" LISTED (ONE, "renamed") "},)");
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  gvt_object_tree_remove (fixture->tree, ONE);
  show (fixture);
  check_objects (fixture, "({},)");
}

static void
test_signals_before_the_answer (Fixture *fixture, gconstpointer data)
{
  show (fixture);
  check (fixture, ROOT, "org.gvt.Manager", "GetVgpu", "('x',)", "('" ONE "',)");
  g_assert_cmpuint (fixture->calls, ==, 1);
  bus_pair_hears (fixture->bus,
                  ONE " PropertiesChanged ('" GPU_INTERFACE "', {'Name': <'changed'>}, [])\n"
                      "answer ('" ONE "',)");
}

/* None of these reaches the dispatcher. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  show (fixture);
  check (fixture, TWO, PROPERTIES, "GetAll", "('" GPU_INTERFACE "',)", ERROR ("UnknownMethod"));
  check (fixture, ONE, PROPERTIES, "GetAll", "('org.gvt.Manager',)", ERROR ("InvalidArgs"));
  check (fixture, ONE, PROPERTIES, "Get", "('" GPU_INTERFACE "', 'X')", ERROR ("InvalidArgs"));
  check (fixture,
         ONE,
         PROPERTIES,
         "Set",
         "('" GPU_INTERFACE "', 'Name', <'x'>)",
         ERROR ("InvalidArgs"));
  check (fixture, ONE, GPU_INTERFACE, "Nope", "()", ERROR ("UnknownMethod"));
  check (fixture, ROOT, "org.gvt.Manager", "GetVgpu", "()", ERROR ("InvalidArgs"));
  check (fixture, ROOT, OBJECT_MANAGER, "Nope", "()", ERROR ("UnknownMethod"));
  check (fixture, ROOT, OBJECT_MANAGER, "GetManagedObjects", "(1,)", ERROR ("InvalidArgs"));
  check (fixture, ONE, OBJECT_MANAGER, "GetManagedObjects", "()", ERROR ("UnknownMethod"));
  g_assert_cmpuint (fixture->calls, ==, 0);
}

static void
test_end (Fixture *fixture, gconstpointer data)
{
  show (fixture);
  g_clear_object (&fixture->tree);
  check (fixture, ONE, PROPERTIES, "GetAll", "('" GPU_INTERFACE "',)", ERROR ("UnknownMethod"));
  check (fixture, ROOT, OBJECT_MANAGER, "GetManagedObjects", "()", ERROR ("UnknownMethod"));
  fixture->tree = gvt_object_tree_new (ROOT, on_call, fixture);
  show (fixture);
  check_objects (fixture, "({},)");
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
  add ("/object-tree/shown", test_shown);
  add ("/object-tree/comes-changes-goes", test_comes_changes_goes);
  add ("/object-tree/before-it-is-shown", test_before_it_is_shown);
  add ("/object-tree/none", test_none);
  add ("/object-tree/signals-before-the-answer", test_signals_before_the_answer);
  add ("/object-tree/refused", test_refused);
  add ("/object-tree/end", test_end);
  return g_test_run ();
}
