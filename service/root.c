/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the host is. Every path the service reads or writes goes through here, relative to one held
 * directory, so that `--root` is the whole difference between a real host and a test's. Any thread.
 */

#include "root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _GvtRoot {
  gatomicrefcount references;
  char *path;
  int fd;
  int shortages; /* atomic */
};

GvtRoot *
gvt_root_new (const char *path, GError **error)
{
  int fd = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  GvtRoot *self;

  if (fd < 0) {
    int saved = errno;

    g_set_error (error,
                 G_FILE_ERROR,
                 g_file_error_from_errno (saved),
                 "cannot use %s as the root: %s",
                 path,
                 g_strerror (saved));
    return NULL;
  }
  self = g_new0 (GvtRoot, 1);
  g_atomic_ref_count_init (&self->references);
  self->path = g_canonicalize_filename (path, NULL);
  self->fd = fd;
  return self;
}

GvtRoot *
gvt_root_ref (GvtRoot *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
gvt_root_unref (GvtRoot *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  close (self->fd);
  g_free (self->path);
  g_free (self);
}

gboolean
gvt_root_is_host (GvtRoot *self)
{
  struct stat root;
  struct stat host;

  return fstat (self->fd, &root) == 0 && stat ("/", &host) == 0 && root.st_dev == host.st_dev &&
         root.st_ino == host.st_ino;
}

static const char *
relative (const char *path)
{
  while (*path == '/')
    path++;
  return *path == '\0' ? "." : path;
}

int
gvt_root_open (GvtRoot *self, const char *path, int flags)
{
  int fd = openat (self->fd, relative (path), flags | O_CLOEXEC, 0);

  if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
    g_atomic_int_inc (&self->shortages);
  return fd;
}

int
gvt_root_count_shortages (GvtRoot *self)
{
  return g_atomic_int_get (&self->shortages);
}

char *
gvt_root_locate (GvtRoot *self, const char *path)
{
  return g_build_filename (self->path, relative (path), NULL);
}

static char *
read_at_most (int fd, gsize max)
{
  g_autofree char *text = g_malloc (max + 1);
  gsize length = 0;

  while (length <= max) {
    gssize n = read (fd, text + length, max + 1 - length);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return NULL;
    if (n == 0)
      break;
    length += (gsize) n;
  }
  if (length > max) {
    errno = EFBIG;
    return NULL;
  }
  if (memchr (text, '\0', length) != NULL) {
    errno = EILSEQ;
    return NULL;
  }
  text[length] = '\0';
  return g_realloc (g_steal_pointer (&text), length + 1);
}

char *
gvt_root_read_text (GvtRoot *self, const char *path, gsize max, GError **error)
{
  /* O_NONBLOCK: opening a FIFO that somebody put here must not wait for a writer. */
  int fd = gvt_root_open (self, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  char *text = NULL;
  struct stat status;
  int saved;

  if (fd >= 0) {
    if (fstat (fd, &status) == 0 && !S_ISREG (status.st_mode))
      errno = EINVAL;
    else
      text = read_at_most (fd, max);
    saved = errno;
    close (fd);
    errno = saved;
  }
  if (text == NULL) {
    saved = errno;
    g_set_error (error,
                 G_FILE_ERROR,
                 g_file_error_from_errno (saved),
                 "cannot read %s: %s",
                 path,
                 saved == EINVAL ? "not a regular file" : g_strerror (saved));
  }
  return text;
}

gboolean
gvt_root_read_link (GvtRoot *self, const char *path, char *target, gsize size)
{
  gssize length = readlinkat (self->fd, relative (path), target, size);

  if (length < 0 || (gsize) length >= size)
    return FALSE;
  target[length] = '\0';
  return TRUE;
}

char *
gvt_root_read_link_name (GvtRoot *self, const char *path)
{
  char target[PATH_MAX];

  return gvt_root_read_link (self, path, target, sizeof target) ? g_path_get_basename (target)
                                                                : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
gvt_root_list (GvtRoot *self, const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  int fd = gvt_root_open (self, path, O_RDONLY | O_DIRECTORY);
  DIR *directory = fd < 0 ? NULL : fdopendir (fd);
  struct dirent *entry;

  if (directory == NULL) {
    if (fd >= 0)
      close (fd);
    return names;
  }
  while ((entry = readdir (directory)) != NULL) {
    if (entry->d_name[0] != '.')
      g_ptr_array_add (names, g_strdup (entry->d_name));
  }
  closedir (directory);
  g_ptr_array_sort (names, compare_names);
  return names;
}

gboolean
gvt_root_exists (GvtRoot *self, const char *path)
{
  struct stat status;

  return fstatat (self->fd, relative (path), &status, AT_SYMLINK_NOFOLLOW) == 0;
}
