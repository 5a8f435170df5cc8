/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables and what terminals are sent.
 */

#include "table.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <locale.h>
#include <unistd.h>

static void
test_layout (void)
{
  static const char *const headings[] = { "A", "LONG HEADING", "C", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);
  g_autofree char *text = NULL;

  gvt_table_add (table, "a wide cell", GVT_STYLE_PLAIN);
  gvt_table_add (table, "b", GVT_STYLE_PLAIN);
  gvt_table_add (table, "", GVT_STYLE_PLAIN);
  gvt_table_add (table, NULL, GVT_STYLE_BAD);
  gvt_table_add (table, "bb", GVT_STYLE_PLAIN);
  gvt_table_add (table, "cc", GVT_STYLE_PLAIN);
  text = gvt_table_render (table, "> ", FALSE);
  g_assert_cmpstr (text,
                   ==,
                   "> A            LONG HEADING  C\n"
                   "> a wide cell  b             -\n"
                   "> -            bb            cc\n");
}

static void
test_no_heading (void)
{
  static const char *const headings[] = { "", "", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);
  g_autofree char *empty = gvt_table_render (table, "", FALSE);
  g_autofree char *text = NULL;

  g_assert_cmpstr (empty, ==, "");
  gvt_table_add (table, "key", GVT_STYLE_PLAIN);
  gvt_table_add (table, "value", GVT_STYLE_PLAIN);
  text = gvt_table_render (table, "", FALSE);
  g_assert_cmpstr (text, ==, "key  value\n");
}

static void
test_width (void)
{
  static const char *const headings[] = { "", "", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);
  g_autofree char *text = NULL;

  gvt_table_add (table, "日本", GVT_STYLE_PLAIN);
  gvt_table_add (table, "x", GVT_STYLE_PLAIN);
  gvt_table_add (table, "zoe\xcc\x88", GVT_STYLE_PLAIN); /* e and a combining diaeresis */
  gvt_table_add (table, "x", GVT_STYLE_PLAIN);
  gvt_table_add (table, "größe", GVT_STYLE_PLAIN);
  gvt_table_add (table, "x", GVT_STYLE_PLAIN);
  text = gvt_table_render (table, "", FALSE);
  g_assert_cmpstr (text,
                   ==,
                   "日本   x\n"
                   "zoe\xcc\x88    x\n"
                   "größe  x\n");
}

static char *
render_within (guint width)
{
  static const char *const headings[] = { "NAME", "UUID", "NOTE", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);

  gvt_table_add (table, "日本語です", GVT_STYLE_PLAIN);
  gvt_table_add (table, "0123456789", GVT_STYLE_PLAIN);
  gvt_table_add (table, "a note", GVT_STYLE_PLAIN);
  gvt_table_may (table, GVT_TABLE_PREFIX, 1, 4);
  gvt_table_may (table, GVT_TABLE_CUT, 0, 6);
  gvt_table_may (table, GVT_TABLE_DROP, 2, 0);
  gvt_table_set_width (table, width);
  return gvt_table_render (table, "", FALSE);
}

static void
test_fit (void)
{
  static const struct {
    guint width;
    const char *text;
  } cases[] = {
    { 0, "NAME        UUID        NOTE\n日本語です  0123456789  a note\n" },
    { 30, "NAME        UUID        NOTE\n日本語です  0123456789  a note\n" },
    { 29, "NAME        UUID  NOTE\n日本語です  0123  a note\n" },
    { 23, "NAME       UUID  NOTE\n日本語で…  0123  a note\n" },
    { 22, "NAME      UUID  NOTE\n日本語…   0123  a note\n" },
    { 19, "NAME    UUID\n日本…   0123\n" },
    { 11, "NAME   UUID\n日本…  0123\n" },
    { 2, "NAME  UUID\n日…   0123\n" },
  };

  g_assert_nonnull (setlocale (LC_CTYPE, "C.UTF-8"));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = render_within (cases[i].width);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
  setlocale (LC_CTYPE, "C");
}

static void
test_bar (void)
{
  static const struct {
    guint64 part;
    guint64 whole;
    const char *bar;
  } cases[] = {
    { 0, 0, "...." }, { 0, 9, "...." }, { 1, 1000, "#..." },
    { 2, 4, "##.." }, { 9, 9, "####" }, { 999, 1000, "###." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *bar = gvt_terminal_bar (cases[i].part, cases[i].whole, 4);

    g_assert_cmpstr (bar, ==, cases[i].bar); /* in the locale C */
  }
}

static void
test_cannot_drive_terminal (void)
{
  static const char *const headings[] = { "", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);
  g_autofree char *text = NULL;

  gvt_table_add (table,
                 "a\033[2Jb\nc\xc2\x9b"
                 "d\xff",
                 GVT_STYLE_PLAIN);
  text = gvt_table_render (table, "", FALSE);
  g_assert_cmpstr (text, ==, "a?[2Jb?c?d\xef\xbf\xbd\n");
}

static void
test_colour_keeps_alignment (void)
{
  static const char *const headings[] = { "A", "B", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);
  g_autofree char *text = NULL;

  gvt_table_add (table, "active", GVT_STYLE_GOOD);
  gvt_table_add (table, "x", GVT_STYLE_PLAIN);
  text = gvt_table_render (table, "", TRUE);
  g_assert_cmpstr (text,
                   ==,
                   "\033[1mA\033[0m       \033[1mB\033[0m\n"
                   "\033[32mactive\033[0m  x\n");
}

static void
test_when_to_colour (void)
{
  int terminal = posix_openpt (O_RDWR | O_NOCTTY);
  int file = g_open ("/dev/null", O_WRONLY | O_CLOEXEC, 0);

  g_assert_cmpint (terminal, >=, 0);
  g_unsetenv ("NO_COLOR");
  g_setenv ("TERM", "xterm", TRUE);
  g_assert_true (gvt_terminal_wants_colour (terminal));
  g_assert_false (gvt_terminal_wants_colour (file));
  g_setenv ("TERM", "dumb", TRUE);
  g_assert_false (gvt_terminal_wants_colour (terminal));
  g_setenv ("TERM", "xterm", TRUE);
  g_setenv ("NO_COLOR", "1", TRUE);
  g_assert_false (gvt_terminal_wants_colour (terminal));
  close (terminal);
  close (file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/table/layout", test_layout);
  g_test_add_func ("/client/table/no-heading", test_no_heading);
  g_test_add_func ("/client/table/width", test_width);
  g_test_add_func ("/client/table/fit", test_fit);
  g_test_add_func ("/client/terminal/bar", test_bar);
  g_test_add_func ("/client/table/cannot-drive-terminal", test_cannot_drive_terminal);
  g_test_add_func ("/client/table/colour-keeps-alignment", test_colour_keeps_alignment);
  g_test_add_func ("/client/table/when-to-colour", test_when_to_colour);
  return g_test_run ();
}
