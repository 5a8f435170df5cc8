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

static gboolean
write_all (int fd, const GvtDurableFile *file, const struct stat *owner, GBytes *bytes)
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
  return (owner == NULL || fchown (fd, owner->st_uid, owner->st_gid) == 0) &&
         fchmod (fd, file->mode) == 0 && (file->until_reboot || fsync (fd) == 0);
}

/* @owner: whose file the new one replaces, or %NULL */
static gboolean
write_temporary (int directory, const GvtDurableFile *file, const struct stat *owner, GBytes *bytes)
{
  g_autofree char *name = g_path_get_basename (file->temporary);
  gboolean written;
  int saved;
  int fd;

  /* What a crash left here is nobody's. */
  unlinkat (directory, name, 0);
  fd = openat (directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return FALSE;
  written = write_all (fd, file, owner, bytes);
  saved = errno;
  close (fd);
  if (!written)
    unlinkat (directory, name, 0);
  errno = saved;
  return written;
}

static gboolean
put_in_place (int from, int to, const GvtDurableFile *file, GError **error)
{
  g_autofree char *temporary = g_path_get_basename (file->temporary);
  g_autofree char *name = g_path_get_basename (file->path);

  if (renameat (from, temporary, to, name) != 0) {
    gvt_error_set_from_errno (error, "put in place", file->path);
    unlinkat (from, temporary, 0);
    return FALSE;
  }
  if (file->until_reboot || fsync (to) == 0)
    return TRUE;
  return gvt_error_set_from_errno (error, "make durable", file->path);
}

static gboolean
is_owned (GvtRoot *root, const char *path, struct stat *owner)
{
  int fd = gvt_root_open (root, path, O_PATH | O_NOFOLLOW);
  gboolean there = fd >= 0 && fstat (fd, owner) == 0;

  if (fd >= 0)
    close (fd);
  return there;
}

gboolean
gvt_durable_write (GvtRoot *root, const GvtDurableFile *file, GBytes *bytes, GError **error)
{
  struct stat status;
  gboolean owned = file->keep_owner && is_owned (root, file->path, &status);
  int directory = open_directory_of (root, file->path, TRUE);
  int temporary = directory < 0 ? -1 : open_directory_of (root, file->temporary, TRUE);
  gboolean written;

  if (temporary < 0)
    written = gvt_error_set_from_errno (error, "open the directory of", file->path);
  else if (!write_temporary (temporary, file, owned ? &status : NULL, bytes))
    written = gvt_error_set_from_errno (error, "write", file->path);
  else
    written = put_in_place (temporary, directory, file, error);

  if (temporary >= 0)
    close (temporary);
  if (directory >= 0)
    close (directory);
  return written;
}

gboolean
gvt_durable_write_text (GvtRoot *root, const GvtDurableFile *file, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return gvt_durable_write (root, file, bytes, error);
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
    return errno == ENOENT || gvt_error_set_from_errno (error, "open the directory of", path);
  deleted = unlinkat (directory, name, flags) == 0 || errno == ENOENT;
  if (!deleted || (durable && fsync (directory) != 0))
    deleted = gvt_error_set_from_errno (error, "delete", path);
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
