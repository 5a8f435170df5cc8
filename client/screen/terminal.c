/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything the client prints goes through here: data to standard output, talk to standard error,
 * colour where a terminal wants it. Any thread. Must not read from the terminal.
 */

#include "terminal.h"

#include "wrap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of a terminal that does not say. */
#define USUAL_WIDTH 80

static const char *const escapes[] = {
  [GVT_STYLE_PLAIN] = NULL,      [GVT_STYLE_HEADING] = "\033[1m",
  [GVT_STYLE_GOOD] = "\033[32m", [GVT_STYLE_ATTENTION] = "\033[33m",
  [GVT_STYLE_BAD] = "\033[31m",  [GVT_STYLE_FAINT] = "\033[2m",
};

gboolean
gvt_terminal_wants_colour (int fd)
{
  const char *no_color = g_getenv ("NO_COLOR");
  const char *term = g_getenv ("TERM");

  if (no_color != NULL && *no_color != '\0')
    return FALSE;
  if (term == NULL || strcmp (term, "dumb") == 0)
    return FALSE;
  return isatty (fd);
}

guint
gvt_terminal_width (int fd)
{
  struct winsize size = { 0 };

  if (!isatty (fd))
    return 0;
  if (ioctl (fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return USUAL_WIDTH;
  return size.ws_col;
}

char *
gvt_terminal_bar (guint64 part, guint64 whole, guint width)
{
  gboolean blocks = g_get_charset (NULL);
  GString *bar = g_string_new (NULL);
  guint64 full = whole > 0 ? (part * width + whole / 2) / whole : 0;

  if (part > 0 && part < whole && width > 1)
    full = CLAMP (full, 1, width - 1);
  for (guint i = 0; i < width; i++)
    g_string_append (bar, i < full ? (blocks ? "█" : "#") : (blocks ? "░" : "."));
  return g_string_free (bar, FALSE);
}

char *
gvt_terminal_style (const char *text, GvtStyle style, gboolean colour)
{
  if (!colour || escapes[style] == NULL)
    return g_strdup (text);
  return g_strconcat (escapes[style], text, "\033[0m", NULL);
}

char *
gvt_terminal_point (const char *mark,
                    GvtStyle style,
                    const char *text,
                    guint width,
                    gboolean colour)
{
  g_autofree char *styled = gvt_terminal_style (mark, style, colour);
  g_autofree char *line = g_strconcat ("  x ", text, NULL); /* as wide as with the mark */
  g_autofree char *clean = gvt_terminal_clean (line);
  g_autofree char *wrapped = gvt_wrap (clean, width);

  return g_strdup_printf ("  %s%s\n", styled, wrapped + strlen ("  x"));
}

char *
gvt_terminal_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (clean, g_unichar_iscntrl (c) ? '?' : c);
  }
  return g_string_free (clean, FALSE);
}

char *
gvt_terminal_spell (int fd, const char *text)
{
  static const struct {
    const char *letter;
    const char *plain;
  } letters[] = {
    { "“", "\"" }, { "”", "\"" },  { "„", "\"" },     { "’", "'" },
    { "→", "->" }, { "…", "..." }, { "\u00a0", " " },
  };
  g_autoptr (GString) spelt = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (letters) && isatty (fd) && !g_get_charset (NULL); i++)
    g_string_replace (spelt, letters[i].letter, letters[i].plain, 0);
  return g_string_free (g_steal_pointer (&spelt), FALSE);
}

void
gvt_terminal_write (const char *text)
{
  g_autofree char *spelt = gvt_terminal_spell (STDOUT_FILENO, text);

  fputs (spelt, stdout);
}

/* Longer than any sentence with a path or two in it; what is longer repeats somebody's input. */
#define LONGEST_LINE 1500

static char *
shorten (const char *line)
{
  g_autofree char *clean = gvt_terminal_clean (line);
  g_autofree char *start = NULL;

  if (g_utf8_strlen (clean, -1) <= LONGEST_LINE)
    return g_steal_pointer (&clean);
  start = g_utf8_substring (clean, 0, LONGEST_LINE);
  return g_strconcat (start, "…", NULL);
}

static void say (const char *prefix, const char *format, va_list args) G_GNUC_PRINTF (2, 0);

static void
say (const char *prefix, const char *format, va_list args)
{
  g_autofree char *all = g_strdup_vprintf (format, args);
  g_auto (GStrv) lines = g_strsplit (all, "\n", -1);

  /* What was printed before is to be read before. */
  fflush (stdout);
  for (char **line = lines; *line != NULL; line++) {
    g_autofree char *text = shorten (*line);
    g_autofree char *spelt = gvt_terminal_spell (STDERR_FILENO, text);
    g_autofree char *whole = g_strconcat (prefix, spelt, NULL);
    /* What is indented is a list or a command to copy. */
    g_autofree char *wrapped = *whole != ' ' ? gvt_wrap (whole, gvt_terminal_width (STDERR_FILENO))
                                             : g_steal_pointer (&whole);

    fprintf (stderr, "%s\n", wrapped);
  }
}

void
gvt_terminal_talk (const GvtClient *client, const char *format, ...)
{
  va_list args;

  if (client->quiet)
    return;
  va_start (args, format);
  say ("", format, args);
  va_end (args);
}

void
gvt_terminal_complain (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  say ("gvt-client: ", format, args);
  va_end (args);
}
