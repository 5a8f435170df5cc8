/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was last told of an object, and what is new.
 */

#include "view.h"

#define INTERFACE "org.gvt.Test"

static void
check_prints (GVariant *value, const char *expected)
{
  g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static void
check_update (GvtView *view, const char *properties, const char *expected)
{
  g_autoptr (GVariant) changes = gvt_view_update (view, g_variant_new_parsed (properties));

  check_prints (changes, expected);
}

static void
test_values (void)
{
  g_autoptr (GvtView) view = gvt_view_new (INTERFACE,
                                           g_variant_new_parsed ("{'A': <'x'>, 'B': <@u 7>}"));
  g_autoptr (GVariant) a = gvt_view_get (view, "A");
  g_autoptr (GVariant) b = gvt_view_get (view, "B");

  check_prints (a, "'x'");
  check_prints (b, "7");
  g_assert_null (gvt_view_get (view, "C"));
  check_prints (gvt_view_list (view), "{'" INTERFACE "': {'A': <'x'>, 'B': <uint32 7>}}");
}

static void
test_update (void)
{
  g_autoptr (GvtView) view = gvt_view_new (INTERFACE,
                                           g_variant_new_parsed ("{'A': <'x'>, 'B': <@u 7>}"));

  check_update (view, "{'A': <'x'>, 'B': <@u 7>}", NULL);
  check_update (view, "{'A': <'x'>, 'B': <@u 8>}", "{'B': <uint32 8>}");
  check_update (view, "{'A': <'x'>, 'B': <@u 8>}", NULL);
  check_update (view,
                "{'A': <'longer than before'>, 'B': <@u 0>}",
                "{'A': <'longer than before'>, 'B': <uint32 0>}");
  check_prints (gvt_view_list (view),
                "{'" INTERFACE "': {'A': <'longer than before'>, 'B': <uint32 0>}}");
}

static void
test_no_properties (void)
{
  g_autoptr (GvtView) view = gvt_view_new (INTERFACE, g_variant_new ("a{sv}", NULL));

  g_assert_null (gvt_view_get (view, "A"));
  check_update (view, "@a{sv} {}", NULL);
  check_prints (gvt_view_list (view), "{'" INTERFACE "': {}}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/values", test_values);
  g_test_add_func ("/view/update", test_update);
  g_test_add_func ("/view/no-properties", test_no_properties);
  return g_test_run ();
}
