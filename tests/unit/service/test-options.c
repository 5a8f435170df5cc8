/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options that end every method's arguments.
 */

#include "options.h"

#include <string.h>

#include "gvt-error.h"

static const GvtOption permitted[] = {
  { "label", "s" },
  { "define", "b" },
  { "count", "u" },
  { NULL, NULL },
};

/* An `a{sv}` in GVariant's text format. */
static GVariant *
make (const char *text)
{
  GVariant *options = g_variant_new_parsed (text);

  g_assert_true (g_variant_is_of_type (options, G_VARIANT_TYPE_VARDICT));
  return g_variant_ref_sink (options);
}

static void
check_refused (GVariant *options, const GvtOption *known, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_options_check (options, known, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
check_text_refused (const char *text, const char *says)
{
  g_autoptr (GVariant) options = make (text);

  check_refused (options, permitted, says);
}

static void
test_accepted (void)
{
  static const char *const texts[] = {
    "@a{sv} {}",
    "{'label': <'x'>}",
    "{'define': <true>, 'label': <''>, 'count': <uint32 4>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GVariant) options = make (texts[i]);
    g_autoptr (GError) error = NULL;

    g_assert_true (gvt_options_check (options, permitted, &error));
    g_assert_no_error (error);
  }
}

static void
test_unknown (void)
{
  g_autoptr (GVariant) some = make ("{'label': <'x'>}");

  check_text_refused ("{'labels': <'x'>}", "“labels”");
  check_text_refused ("{'labels': <'x'>}", "label (s), define (b), count (u)");
  check_text_refused ("{'': <'x'>}", "“”");
  check_text_refused ("{'Label': <'x'>}", "“Label”");
  check_text_refused ("{'label': <'x'>, 'a\\nb': <'x'>}", "“a\\nb”");
  check_refused (some, NULL, "none");
}

static void
test_type (void)
{
  check_text_refused ("{'define': <'yes'>}", "type b, not s");
  check_text_refused ("{'count': <4>}", "type u, not i");
  check_text_refused ("{'label': <<'x'>>}", "type s, not v");
  check_text_refused ("{'label': <['x']>}", "type s, not as");
  check_text_refused ("{'label': <objectpath '/x'>}", "type s, not o");
}

static void
test_twice (void)
{
  check_text_refused ("{'label': <'x'>, 'label': <'x'>}", "label stands there twice");
  check_text_refused ("{'label': <'x'>, 'define': <true>, 'label': <'y'>}", "twice");
}

static void
test_get (void)
{
  g_autoptr (GVariant) options = make ("{'label': <'x'>, 'define': <true>}");
  g_autoptr (GVariant) none = make ("@a{sv} {}");

  g_assert_cmpstr (gvt_options_get_string (options, "label", "other"), ==, "x");
  g_assert_cmpstr (gvt_options_get_string (none, "label", "other"), ==, "other");
  g_assert_null (gvt_options_get_string (none, "label", NULL));
  g_assert_true (gvt_options_get_boolean (options, "define", FALSE));
  g_assert_true (gvt_options_get_boolean (none, "define", TRUE));
  g_assert_false (gvt_options_get_boolean (none, "define", FALSE));
}

static void
test_many (void)
{
  GVariantBuilder builder;
  g_autoptr (GVariant) options = NULL;
  g_autofree char *key = g_strnfill (1000, 'k');

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (int i = 0; i < 1000; i++)
    g_variant_builder_add (&builder, "{sv}", key, g_variant_new_int32 (i));
  options = g_variant_ref_sink (g_variant_builder_end (&builder));
  check_refused (options, permitted, "there is no option");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/accepted", test_accepted);
  g_test_add_func ("/options/unknown", test_unknown);
  g_test_add_func ("/options/type", test_type);
  g_test_add_func ("/options/twice", test_twice);
  g_test_add_func ("/options/get", test_get);
  g_test_add_func ("/options/many", test_many);
  return g_test_run ();
}
