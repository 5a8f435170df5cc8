/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel parameters in text, and the programs and files of a host that they go through. Reads only.
 */

#include "boot-words.h"

#include <string.h>

static char *
find_program (const GvtHostFacts *host, const char *name)
{
  static const char *const directories[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

  for (gsize i = 0; i < G_N_ELEMENTS (directories); i++) {
    g_autofree char *path = g_build_filename (directories[i], name, NULL);

    if (gvt_root_exists (host->root, path))
      return g_steal_pointer (&path);
  }
  return NULL;
}

gboolean
gvt_host_has_program (const GvtHostFacts *host, const char *program)
{
  g_autofree char *path = find_program (host, program);

  return path != NULL;
}

GStrv
gvt_host_command (const GvtHostFacts *host, const char *program, ...)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *path = find_program (host, program);
  const char *word;
  va_list arguments;

  g_strv_builder_add (words, path != NULL ? path : program);
  va_start (arguments, program);
  while ((word = va_arg (arguments, const char *)) != NULL)
    g_strv_builder_add (words, word);
  va_end (arguments);
  return g_strv_builder_end (words);
}

static gboolean
is_comment (const char *text, const char *at)
{
  while (at > text && at[-1] != '\n')
    at--;
  return at[strspn (at, " \t")] == '#';
}

gboolean
gvt_boot_has_word (const char *text, const char *word)
{
  gsize length = strlen (word);

  for (const char *at = text; (at = strstr (at, word)) != NULL; at += length) {
    gboolean begins = at == text || strchr (" \t\n\"'[,=", at[-1]) != NULL;
    gboolean ends = strchr (" \t\r\n\"'],", at[length]) != NULL; /* that of the text included */

    if (begins && ends && !is_comment (text, at))
      return TRUE;
  }
  return FALSE;
}

char *
gvt_boot_missing_words (const char *text, char **words)
{
  GString *missing = g_string_new (NULL);

  for (char **word = words; *word != NULL; word++) {
    if (text == NULL || !gvt_boot_has_word (text, *word))
      g_string_append_printf (missing, " %s", *word);
  }
  return g_string_free (missing, FALSE);
}

const char *
gvt_boot_find_line (const char *text, const char *key)
{
  gsize length = strlen (key);

  for (const char *line = text; line != NULL; line = strchr (line, '\n')) {
    line += *line == '\n';
    if (strncmp (line, key, length) == 0 && (line[length] == ' ' || line[length] == '\t'))
      return line;
  }
  return NULL;
}
