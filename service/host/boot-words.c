/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel parameters in text, and the programs and files of a host that they go through. Reads only.
 */

#include "boot-words.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX (256 * 1024)

char *
gvt_host_find_program (const GvtHostFacts *host, const char *name)
{
  static const char *const directories[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

  for (gsize i = 0; i < G_N_ELEMENTS (directories); i++) {
    g_autofree char *path = g_build_filename (directories[i], name, NULL);

    if (gvt_root_exists (host->root, path))
      return g_steal_pointer (&path);
  }
  return NULL;
}

char *
gvt_host_read_file (const GvtHostFacts *host, const char *path, mode_t *mode)
{
  int fd = gvt_root_open (host->root, path, O_PATH);
  struct stat status;

  *mode = 0644;
  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0)
    *mode = status.st_mode & 07777;
  close (fd);
  return gvt_root_read_text (host->root, path, TEXT_MAX, NULL);
}

gboolean
gvt_host_has_program (const GvtHostFacts *host, const char *program)
{
  g_autofree char *path = gvt_host_find_program (host, program);

  return path != NULL;
}

GStrv
gvt_host_command (const GvtHostFacts *host, const char *program, ...)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *path = gvt_host_find_program (host, program);
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
has_word (const char *text, const char *word)
{
  gsize length = strlen (word);

  for (const char *at = text; (at = strstr (at, word)) != NULL; at += length) {
    gboolean begins = at == text || strchr (" \t\n\"'[,", at[-1]) != NULL;

    if (begins && strchr (" \t\n\"'],", at[length]) != NULL) /* the end of the text included */
      return TRUE;
  }
  return FALSE;
}

gboolean
gvt_boot_has_all (const char *text, const char *parameters)
{
  g_auto (GStrv) words = g_strsplit (parameters, " ", -1);
  gboolean all = TRUE;

  for (char **word = words; *word != NULL; word++)
    all = all && has_word (text, *word);
  return all;
}

char *
gvt_boot_missing_words (const char *text, const char *parameters)
{
  g_auto (GStrv) words = g_strsplit (parameters, " ", -1);
  GString *missing = g_string_new (NULL);

  for (char **word = words; *word != NULL; word++) {
    if (!has_word (text, *word))
      g_string_append_printf (missing, " %s", *word);
  }
  return g_string_free (missing, FALSE);
}
