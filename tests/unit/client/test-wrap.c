/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Long lines at terminals of all widths.
 */

#include "wrap.h"

#include <string.h>

static const struct {
  const char *what;
  guint width;
  const char *text;
  const char *wrapped;
} cases[] = {
  { "any-width", 0, "one two three four", "one two three four" },
  { "fits", 18, "one two three four", "one two three four" },
  { "sentence", 17, "one two three four", "one two three\nfour" },
  { "indented", 12, "  one two three", "  one two\n    three" },
  { "arrow", 12, "  → one two three", "  → one two\n    three" },
  { "label",
    20,
    "Usage: verb one [two three] four",
    "Usage: verb one\n       [two three]\n       four" },
  { "column",
    24,
    "  list      What there is, all of it",
    "  list      What there\n            is, all of\n            it" },
  { "command", 24, "To keep it:  gvt-client define x", "To keep it:\ngvt-client define x" },
  { "long-word", 8, "one hundred-and-eleven two", "one\nhundred-and-eleven\ntwo" },
  { "letters", 9, "größer äöüß", "größer\näöüß" },
  { "lines", 9, "one two\n\nthree four\n", "one two\n\nthree\nfour\n" },
};

static void
test_wrap (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *wrapped = gvt_wrap (cases[i].text, cases[i].width);

  g_assert_cmpstr (wrapped, ==, cases[i].wrapped);
}

/* Whatever the width: the words are the same, and a line is too long only if it is one word. */
static void
test_all_widths (void)
{
  static const char *const text =
      "gvt-client: bobs: this needs authentication, and nobody is there to ask";

  for (guint width = 1; width < 90; width++) {
    g_autofree char *wrapped = gvt_wrap (text, width);
    g_auto (GStrv) lines = g_strsplit (wrapped, "\n", -1);
    g_autoptr (GString) joined = g_string_new (NULL);

    for (char **line = lines; *line != NULL; line++) {
      const char *words = *line + strspn (*line, " ");

      g_assert_true (strlen (*line) <= width || strchr (words, ' ') == NULL);
      g_string_append_printf (joined, "%s%s", joined->len > 0 ? " " : "", words);
    }
    g_assert_cmpstr (joined->str, ==, text);
  }
}

/* Only sentences are put together again. */
static void
test_unbreak (void)
{
  g_autofree char *joined = gvt_unbreak ("Usage: x\n\nFirst of\nall. Then\nnothing.\nThe end\n\n"
                                         "Options:\n  -a  all\n  -b  both\n");

  g_assert_cmpstr (joined,
                   ==,
                   "Usage: x\n\nFirst of all. Then nothing.\nThe end\n\n"
                   "Options:\n  -a  all\n  -b  both\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/client/wrap/", cases[i].what, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_wrap);
  }
  g_test_add_func ("/client/wrap/all-widths", test_all_widths);
  g_test_add_func ("/client/wrap/unbreak", test_unbreak);
  return g_test_run ();
}
