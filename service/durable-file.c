/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that survive a power cut whole. Worker threads only. g_file_set_contents_full() would do but
 * for its temporary file, which lies beside the real one, where mdevctl warns about it.
 */

#include "durable-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gvt-error.h"
#include "uuid.h"

#define PREFIX "."
#define SUFFIX ".new"

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int saved = errno;

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "cannot %s %s: %s",
               what,
               path,
               g_strerror (saved));
  return FALSE;
}

/* Whatever our umask is, mdevctl's users may look into its directories; our own lie below a closed
 * one. */
static int
make_directory (int above, const char *name)
{
  gboolean made = mkdirat (above, name, 0755) == 0;
  int fd;

  if (!made && errno != EEXIST)
    return -1;
  fd = openat (above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && made && fchmod (fd, 0755) == 0)
    fsync (above);
  return fd;
}

static int
open_directory_of (GvtRoot *root, const char *path, gboolean make)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (directory);
  int fd = gvt_root_open (root, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  int above;
  int saved;

  if (fd >= 0 || errno != ENOENT || !make)
    return fd;
  above = open_directory_of (root, directory, make);
  if (above < 0)
    return -1;
  fd = make_directory (above, name);
  saved = errno;
  close (above);
  errno = saved;
  return fd;
}

/* @owner: whose file the new one replaces, or %NULL; @durable: whether to wait for the disk. */
typedef struct {
  mode_t mode;
  const struct stat *owner;
  gboolean durable;
} Manner;

static gboolean
write_all (int fd, GBytes *bytes, const Manner *how)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  while (length > 0) {
    gssize n = TEMP_FAILURE_RETRY (write (fd, text, length));

    if (n < 0)
      return FALSE;
    text += n;
    length -= (gsize) n;
  }
  /* The owner first: a change of it takes the set-user-ID bit away. */
  return (how->owner == NULL || fchown (fd, how->owner->st_uid, how->owner->st_gid) == 0) &&
         fchmod (fd, how->mode) == 0 && (!how->durable || fsync (fd) == 0);
}

static gboolean
write_temporary (int directory, const char *name, GBytes *bytes, const Manner *how)
{
  gboolean written;
  int saved;
  int fd;

  /* What a crash left here is nobody's. */
  unlinkat (directory, name, 0);
  fd = openat (directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return FALSE;
  written = write_all (fd, bytes, how);
  saved = errno;
  close (fd);
  if (!written)
    unlinkat (directory, name, 0);
  errno = saved;
  return written;
}

static gboolean
replace (GvtRoot *root,
         const char *path,
         const char *temporary,
         GBytes *bytes,
         const Manner *how,
         GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *temporary_name = g_path_get_basename (temporary);
  int directory = open_directory_of (root, path, TRUE);
  int temporary_directory = directory < 0 ? -1 : open_directory_of (root, temporary, TRUE);
  gboolean written = FALSE;

  if (temporary_directory < 0)
    fail (error, "open the directory of", path);
  else if (!write_temporary (temporary_directory, temporary_name, bytes, how))
    fail (error, "write", path);
  else if (renameat (temporary_directory, temporary_name, directory, name) != 0) {
    fail (error, "put in place", path);
    unlinkat (temporary_directory, temporary_name, 0);
  } else if (how->durable && fsync (directory) != 0)
    fail (error, "make durable", path);
  else
    written = TRUE;

  if (temporary_directory >= 0)
    close (temporary_directory);
  if (directory >= 0)
    close (directory);
  return written;
}

gboolean
gvt_durable_write_bytes (GvtRoot *root,
                         const char *path,
                         const char *temporary,
                         GBytes *bytes,
                         mode_t mode,
                         GError **error)
{
  const Manner how = { .mode = mode, .durable = TRUE };

  return replace (root, path, temporary, bytes, &how, error);
}

gboolean
gvt_durable_rewrite (GvtRoot *root,
                     const char *path,
                     const char *temporary,
                     const char *text,
                     mode_t mode,
                     GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  int fd = gvt_root_open (root, path, O_PATH | O_NOFOLLOW);
  struct stat status;
  gboolean there = fd >= 0 && fstat (fd, &status) == 0;
  const Manner how = { .mode = mode, .owner = there ? &status : NULL, .durable = TRUE };

  if (fd >= 0)
    close (fd);
  return replace (root, path, temporary, bytes, &how, error);
}

gboolean
gvt_durable_write (GvtRoot *root,
                   const char *path,
                   const char *temporary,
                   const char *text,
                   mode_t mode,
                   GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return gvt_durable_write_bytes (root, path, temporary, bytes, mode, error);
}

gboolean
gvt_durable_write_until_reboot (GvtRoot *root,
                                const char *path,
                                const char *temporary,
                                const char *text,
                                mode_t mode,
                                GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  const Manner how = { .mode = mode };

  return replace (root, path, temporary, bytes, &how, error);
}

static gboolean delete (GvtRoot *root,
                        const char *path,
                        int flags,
                        gboolean durable,
                        GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  int directory = open_directory_of (root, path, FALSE);
  gboolean deleted;

  if (directory < 0)
    return errno == ENOENT || fail (error, "open the directory of", path);
  deleted = unlinkat (directory, name, flags) == 0 || errno == ENOENT;
  if (!deleted || (durable && fsync (directory) != 0))
    deleted = fail (error, "delete", path);
  close (directory);
  return deleted;
}

gboolean
gvt_durable_remove (GvtRoot *root, const char *path, GError **error)
{
  return delete (root, path, 0, TRUE, error);
}

gboolean
gvt_durable_remove_until_reboot (GvtRoot *root, const char *path, GError **error)
{
  return delete (root, path, 0, FALSE, error);
}

gboolean
gvt_durable_remove_directory (GvtRoot *root, const char *path)
{
  return delete (root, path, AT_REMOVEDIR, TRUE, NULL);
}

char *
gvt_durable_temporary (const char *directory, const char *uuid)
{
  return g_strconcat (directory, "/" PREFIX, uuid, SUFFIX, NULL);
}

static gboolean
is_temporary (const char *name)
{
  gsize length = strlen (name);
  g_autofree char *uuid = NULL;

  if (length <= strlen (PREFIX SUFFIX) || !g_str_has_prefix (name, PREFIX) ||
      !g_str_has_suffix (name, SUFFIX))
    return FALSE;
  uuid = g_strndup (name + strlen (PREFIX), length - strlen (PREFIX SUFFIX));
  return gvt_uuid_is_canonical (uuid);
}

void
gvt_durable_sweep (GvtRoot *root, const char *directory)
{
  int fd = gvt_root_open (root, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  DIR *names = fd < 0 ? NULL : fdopendir (fd);
  struct dirent *entry;

  if (names == NULL) {
    if (fd >= 0)
      close (fd);
    return;
  }
  while ((entry = readdir (names)) != NULL) {
    if (!is_temporary (entry->d_name))
      continue;
    if (unlinkat (fd, entry->d_name, 0) == 0)
      g_message ("deleted %s/%s, which was never finished", directory, entry->d_name);
    else
      g_message ("cannot delete %s/%s: %s", directory, entry->d_name, g_strerror (errno));
  }
  closedir (names);
}
