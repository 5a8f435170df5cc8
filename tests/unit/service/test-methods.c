/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The dispatch table against the introspection data: no member without a row, no row without a
 * member, no action but the documented one, and nothing to write but by a method with options.
 */

#include "methods.h"

#include <string.h>

#include "gvt-interface-info.h"
#include "gvt-names.h"

static const GDBusInterfaceInfo *const interfaces[] = {
  &gvt_bus_manager_interface,           &gvt_bus_manager_gpu_interface,
  &gvt_bus_manager_vgpu_type_interface, &gvt_bus_manager_vgpu_interface,
  &gvt_bus_manager_domains_interface,   &gvt_bus_manager_host_interface,
};

typedef void (*Visit) (const GDBusInterfaceInfo *interface, GDBusMethodInfo *member);

static guint
for_each_method (Visit visit)
{
  guint count = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (interfaces); i++) {
    for (GDBusMethodInfo **member = interfaces[i]->methods; member != NULL && *member != NULL;
         member++, count++)
      visit (interfaces[i], *member);
  }
  return count;
}

static const char *
documented_action (GDBusMethodInfo *member)
{
  return g_dbus_annotation_info_lookup (member->annotations, "org.gvt.Manager.PolkitAction");
}

static void
check_row (const GDBusInterfaceInfo *interface, GDBusMethodInfo *member)
{
  const GvtMethod *row = gvt_methods_find (interface->name, member->name);

  if (row == NULL)
    g_error ("%s.%s has no row", interface->name, member->name);
  g_assert_cmpstr (row->interface, ==, interface->name);
  g_assert_cmpstr (row->member, ==, member->name);
  if (g_strcmp0 (row->action, documented_action (member)) != 0)
    g_error ("%s.%s: row says %s, documentation %s",
             interface->name,
             member->name,
             row->action,
             documented_action (member));
  g_assert_nonnull (row->run);
  g_assert_true ((row->rule == GVT_RULE_PUBLIC) == (row->action == NULL));
}

static void
test_every_member_has_a_row (void)
{
  gsize n_rows;

  gvt_methods_list (&n_rows);
  /* Each row is found once, so with as many members as rows there is no row too many. */
  g_assert_cmpuint (for_each_method (check_row), ==, n_rows);
}

static void
test_rows_are_unique (void)
{
  gsize n_rows;
  const GvtMethod *rows = gvt_methods_list (&n_rows);

  for (gsize i = 0; i < n_rows; i++)
    g_assert_true (gvt_methods_find (rows[i].interface, rows[i].member) == &rows[i]);
}

static void
test_unknown_members (void)
{
  g_assert_null (gvt_methods_find (GVT_INTERFACE_MANAGER, "createVgpu"));
  g_assert_null (gvt_methods_find (GVT_INTERFACE_GPU, "CreateVgpu"));
  g_assert_null (gvt_methods_find ("org.freedesktop.DBus.Properties", "Set"));
  g_assert_null (gvt_methods_find ("", ""));
}

/* No more than what a method takes is read of anybody; a document is what makes arguments large. */
static void
test_arguments_max (void)
{
  gsize most = gvt_methods_get_arguments_max ("CreateVgpu");

  g_assert_cmpuint (most, ==, 16 * 1024);
  g_assert_cmpuint (gvt_methods_get_arguments_max (NULL), ==, most);
  g_assert_cmpuint (gvt_methods_get_arguments_max ("Get"), ==, most);
  g_assert_cmpuint (gvt_methods_get_arguments_max ("EditXml"), ==, most + 256 * 1024);
  g_assert_cmpuint (gvt_methods_get_arguments_max ("StripXml"), ==, most + 256 * 1024);
  g_assert_cmpuint (gvt_methods_get_arguments_max ("ModerniseXml"), ==, most + 256 * 1024);
  g_assert_cmpuint (gvt_methods_get_arguments_max ("InstallRom"), ==, most + 1024 * 1024);
}

static guint
count_arguments (GDBusArgInfo **arguments)
{
  guint count = 0;

  while (arguments != NULL && arguments[count] != NULL)
    count++;
  return count;
}

/* No path, descriptor or variant of a caller's choosing but the options at the end. */
static void
check_arguments (const GDBusInterfaceInfo *interface, GDBusMethodInfo *member)
{
  guint count = count_arguments (member->in_args);
  const char *last = count == 0 ? "" : member->in_args[count - 1]->signature;

  if (documented_action (member) != NULL && !g_str_equal (last, "a{sv}"))
    g_error ("%s.%s does not end with options", interface->name, member->name);
  for (guint i = 0; i < count; i++) {
    const char *signature = member->in_args[i]->signature;

    g_assert_null (strpbrk (signature, "ho"));
    if (i + 1 < count)
      g_assert_null (strchr (signature, 'v'));
  }
}

static void
test_arguments (void)
{
  for_each_method (check_arguments);
}

static void
check_options_name (const GDBusInterfaceInfo *interface, GDBusMethodInfo *member)
{
  guint count = count_arguments (member->in_args);

  if (count > 0 && g_str_equal (member->in_args[count - 1]->signature, "a{sv}") &&
      !g_str_equal (member->in_args[count - 1]->name, "options") &&
      !g_str_equal (member->in_args[count - 1]->name, "settings"))
    g_error ("%s.%s calls its options %s",
             interface->name,
             member->name,
             member->in_args[count - 1]->name);
}

static void
test_options_are_called_so (void)
{
  for_each_method (check_options_name);
}

static void
test_no_property_is_writable (void)
{
  guint count = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (interfaces); i++) {
    for (GDBusPropertyInfo **property = interfaces[i]->properties;
         property != NULL && *property != NULL;
         property++, count++)
      g_assert_cmpuint ((*property)->flags, ==, G_DBUS_PROPERTY_INFO_FLAGS_READABLE);
  }
  g_assert_cmpuint (count, >, 25);
}

/* A row that checks nothing would run whatever it is given. */
static void
test_everything_is_checked (void)
{
  gsize n_rows;
  const GvtMethod *rows = gvt_methods_list (&n_rows);

  for (gsize i = 0; i < n_rows; i++) {
    g_assert_true (rows[i].check != NULL);
    if (rows[i].rule == GVT_RULE_UNLESS_OWNER)
      g_assert_cmpstr (rows[i].interface, ==, GVT_INTERFACE_VGPU);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/methods/every-member-has-a-row", test_every_member_has_a_row);
  g_test_add_func ("/methods/rows-are-unique", test_rows_are_unique);
  g_test_add_func ("/methods/unknown-members", test_unknown_members);
  g_test_add_func ("/methods/arguments", test_arguments);
  g_test_add_func ("/methods/arguments-max", test_arguments_max);
  g_test_add_func ("/methods/options-are-called-so", test_options_are_called_so);
  g_test_add_func ("/methods/no-property-is-writable", test_no_property_is_writable);
  g_test_add_func ("/methods/everything-is-checked", test_everything_is_checked);
  return g_test_run ();
}
