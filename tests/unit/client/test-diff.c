/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The patch that a dry run shows.
 */

#include "diff.h"

#include <string.h>

static void
test_change (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  text = gvt_diff ("<a>\n<b/>\n</a>\n",
                   "<a>\n<b/>\n<c/>\n</a>\n",
                   "vm.xml (as it is)",
                   "vm.xml (edited)",
                   FALSE,
                   &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text,
                   ==,
                   "--- vm.xml (as it is)\n"
                   "+++ vm.xml (edited)\n"
                   "@@ -1,3 +1,4 @@\n"
                   " <a>\n"
                   " <b/>\n"
                   "+<c/>\n"
                   " </a>\n");
}

static void
test_no_change (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  text = gvt_diff ("same\n", "same\n", "a", "b", TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "");
}

static void
test_colour (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  text = gvt_diff ("", "x\n", "a", "b", TRUE, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "\033[32m+x"));
}

/* More than a pipe holds, on both sides. */
static void
test_long (void)
{
  g_autofree char *before = g_strnfill (300000, '\n');
  g_autofree char *after = g_strconcat (before, "end\n", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  text = gvt_diff (before, after, "a", "b", FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (text, "+end\n"));
}

static void
test_no_diff (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autoptr (GError) error = NULL;

  g_setenv ("PATH", "/nonexistent", TRUE);
  g_assert_null (gvt_diff ("a", "b", "a", "b", FALSE, &error));
  g_assert_nonnull (error);
  g_setenv ("PATH", path, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/diff/change", test_change);
  g_test_add_func ("/client/diff/no-change", test_no_change);
  g_test_add_func ("/client/diff/colour", test_colour);
  g_test_add_func ("/client/diff/long", test_long);
  g_test_add_func ("/client/diff/no-diff", test_no_diff);
  return g_test_run ();
}
