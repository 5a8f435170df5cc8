/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's files as setup reads, writes and leaves them. Only gvt-host-setup writes with it; the
 * service reads. Must not decide what is in them.
 */

#include "setup-file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "durable-file.h"

#define TEXT_MAX (256 * 1024)

char *
gvt_setup_file_read (GvtRoot *root, const char *path, mode_t *mode)
{
  int fd = gvt_root_open (root, path, O_PATH);
  struct stat status;

  *mode = 0;
  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0)
    *mode = status.st_mode & 07777;
  close (fd);
  return gvt_root_read_text (root, path, TEXT_MAX, NULL);
}

/* Beside the file: boot loaders' files may be on a file system of their own. */
static char *
temporary_of (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);

  return g_strdup_printf ("%s/.%s.gvt-new", directory, name);
}

gboolean
gvt_setup_file_put (GvtRoot *root, const char *path, const char *text, mode_t mode, GError **error)
{
  g_autofree char *temporary = temporary_of (path);
  const GvtDurableFile file = { .path = path,
                                .temporary = temporary,
                                .mode = mode,
                                .keep_owner = TRUE };

  if (text == NULL)
    return gvt_durable_remove (root, path, error);
  return gvt_durable_write_text (root, &file, text, error);
}

char *
gvt_setup_file_missing_directory (GvtRoot *root, const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  char *missing = NULL;

  while (!gvt_root_exists (root, directory)) {
    g_free (missing);
    missing = g_steal_pointer (&directory);
    directory = g_path_get_dirname (missing);
  }
  return missing;
}

void
gvt_setup_file_clean_up (GvtRoot *root, const char *path, const char *made)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *temporary = temporary_of (path);

  gvt_durable_remove (root, temporary, NULL);
  if (made == NULL)
    return;
  while (strlen (directory) >= strlen (made) && gvt_durable_remove_directory (root, directory)) {
    char *above = g_path_get_dirname (directory);

    g_free (directory);
    directory = above;
  }
}
