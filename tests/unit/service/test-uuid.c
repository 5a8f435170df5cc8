/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which texts are UUIDs, and what of a hostile text reaches a message.
 */

#include "uuid.h"

#include <string.h>

#include "gvt-error.h"

#define UUID "c0ffee00-0000-4000-8000-000000000001"

static void
test_accepted (void)
{
  static const char *const spellings[] = {
    UUID,
    "C0FFEE00-0000-4000-8000-000000000001",
    "c0FfEe00-0000-4000-8000-000000000001",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *uuid = gvt_uuid_parse (spellings[i], &error);

    g_assert_no_error (error);
    g_assert_cmpstr (uuid, ==, UUID);
  }
}

static const char *const refused[] = {
  "",
  " ",
  "-",
  "00000000-0000-0000-0000-000000000000",
  "c0ffee00-0000-4000-8000-00000000000",
  "c0ffee00-0000-4000-8000-0000000000011",
  "c0ffee00-0000-4000-8000-000000000001\n",
  " c0ffee00-0000-4000-8000-000000000001",
  "c0ffee00-0000-4000-8000-000000000001 ",
  "c0ffee00_0000_4000_8000_000000000001",
  "c0ffee00000040008000000000000001",
  "{c0ffee00-0000-4000-8000-000000000001}",
  "urn:uuid:c0ffee00-0000-4000-8000-000000000001",
  "c0ffee00-0000-4000-8000-00000000000g",
  "c0ffee0-00000-4000-8000-000000000001",
  "c0ffee00-0000-4000-8000-0000000000\xc3\xa9",
  "../../../../../../../../etc/mdevctl.d",
  "c0ffee00-0000-4000-8000-00000000/../",
  "c0ffee00-0000-4000-8000-0000000000\xff\xfe",
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (gvt_uuid_parse (refused[i], &error));
    g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_assert_null (strchr (error->message, '\n'));
  }
}

static void
test_canonical (void)
{
  g_assert_true (gvt_uuid_is_canonical (UUID));
  g_assert_false (gvt_uuid_is_canonical ("C0FFEE00-0000-4000-8000-000000000001"));
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    /* The nil UUID names no vGPU we make, but the kernel makes one of it. */
    if (!g_str_has_prefix (refused[i], "00000000-"))
      g_assert_false (gvt_uuid_is_canonical (refused[i]));
  }
}

static void
test_new (void)
{
  g_autofree char *one = gvt_uuid_new ();
  g_autofree char *two = gvt_uuid_new ();

  g_assert_true (gvt_uuid_is_canonical (one));
  g_assert_true (gvt_uuid_is_canonical (two));
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpint (one[14], ==, '4');
}

static void
check_quote (const char *text, const char *expected)
{
  g_autofree char *quoted = gvt_quote (text);

  g_assert_cmpstr (quoted, ==, expected);
}

static void
test_quote (void)
{
  g_autofree char *megabyte = g_strnfill (1024 * 1024, 'x');
  g_autofree char *long_quoted = gvt_quote (megabyte);
  g_autofree char *cut = NULL;

  check_quote ("win10", "“win10”");
  check_quote ("", "“”");
  check_quote ("a\nb\x1b[31m\"", "“a\\nb\\033[31m\\\"”");
  check_quote ("\xe2\x80\xae"
               "evil",
               "“\\342\\200\\256evil”");
  check_quote ("\xff", "“\\377”");
  g_assert_cmpuint (strlen (long_quoted), <, 100);
  g_assert_true (g_str_has_suffix (long_quoted, "..."));
  /* Cut in the middle of a character, it is still UTF-8. */
  memset (megabyte, 0xc3, 200);
  megabyte[200] = '\0';
  cut = gvt_quote (megabyte);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uuid/accepted", test_accepted);
  g_test_add_func ("/uuid/refused", test_refused);
  g_test_add_func ("/uuid/canonical", test_canonical);
  g_test_add_func ("/uuid/new", test_new);
  g_test_add_func ("/uuid/quote", test_quote);
  return g_test_run ();
}
