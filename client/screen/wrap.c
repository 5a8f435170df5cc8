/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Breaks long lines where a person would. Pure; any thread. Must not change a word.
 */

#include "wrap.h"

#include <string.h>

#define ARROW "→ "

/* Where the lines that follow begin, in bytes from the line's begin. */
static gsize
find_hang (const char *line, guint width)
{
  gsize leading = strspn (line, " ");
  gsize word = strcspn (line + leading, " ");
  const char *column = NULL;

  for (const char *gap = strstr (line + leading, "  "); gap != NULL; gap = strstr (column, "  ")) {
    gboolean before_command = gap > line && gap[-1] == ':';

    if (before_command || g_utf8_strlen (line, gap - line) > width / 2)
      break;
    column = gap + strspn (gap, " ");
  }
  if (column != NULL)
    return (gsize) (column - line);
  if (g_str_has_prefix (line + leading, ARROW))
    return leading + strlen (ARROW);
  if (leading == 0 && word > 0 && line[word - 1] == ':' && line[word] == ' ')
    return word + 1;
  return leading > 0 ? leading + 2 : 0;
}

/* The length of what must not be broken, from @text on. */
static gsize
measure_word (const char *text)
{
  guint depth = 0;
  gsize length = 0;

  for (; text[length] != '\0' && (depth > 0 || text[length] != ' '); length++) {
    if (text[length] == '[')
      depth++;
    else if (text[length] == ']' && depth > 0)
      depth--;
  }
  return length;
}

static void
append_wrapped (GString *lines, const char *line, guint width)
{
  gsize hang = find_hang (line, width);
  glong indent = g_utf8_strlen (line, (gssize) hang);
  const char *command = strstr (line, ":  ");
  glong begin = 0;
  glong column = 0;

  for (const char *at = line; *at != '\0';) {
    gsize gap = strspn (at, " ");
    gsize word = command != NULL && at > command ? strlen (at + gap) : measure_word (at + gap);
    glong wide = g_utf8_strlen (at, (gssize) (gap + word));

    if (column > begin && column + wide > (glong) width) {
      g_string_append_printf (lines, "\n%*s", (int) indent, "");
      at += gap;
      wide -= (glong) gap;
      gap = 0;
      begin = column = indent;
    }
    g_string_append_len (lines, at, (gssize) (gap + word));
    column += wide;
    at += gap + word;
  }
}

char *
gvt_wrap (const char *text, guint width)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *wrapped = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++) {
    if (line != lines)
      g_string_append_c (wrapped, '\n');
    if (width == 0 || g_utf8_strlen (*line, -1) <= (glong) width)
      g_string_append (wrapped, *line);
    else
      append_wrapped (wrapped, *line, width);
  }
  return g_string_free (wrapped, FALSE);
}

static gboolean
goes_on (const char *line, const char *next)
{
  return *line != '\0' && *line != ' ' && !g_str_has_suffix (line, ".") && next != NULL &&
         *next != '\0' && *next != ' ';
}

char *
gvt_unbreak (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *joined = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++) {
    g_string_append (joined, *line);
    if (line[1] != NULL)
      g_string_append_c (joined, goes_on (line[0], line[1]) ? ' ' : '\n');
  }
  return g_string_free (joined, FALSE);
}
