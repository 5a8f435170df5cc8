/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host below a temporary directory. Fails the test when the machine under it does not play along.
 */

#include "scratch.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

Scratch *
scratch_new (void)
{
  Scratch *self = g_new0 (Scratch, 1);
  g_autoptr (GError) error = NULL;

  self->path = g_dir_make_tmp ("gvt-unit-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_no_errno (chmod (self->path, 0755));
  self->root = gvt_root_new (self->path, &error);
  g_assert_no_error (error);
  return self;
}

static int
delete_one (const char *path, const struct stat *status, int type, struct FTW *where)
{
  return remove (path);
}

void
scratch_free (Scratch *self)
{
  g_assert_no_errno (nftw (self->path, delete_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT));
  gvt_root_unref (self->root);
  g_free (self->path);
  g_free (self);
}

char *
scratch_locate (const Scratch *self, const char *path)
{
  return g_build_filename (self->path, path, NULL);
}

static char *
locate_new (const Scratch *self, const char *path)
{
  char *real = scratch_locate (self, path);
  g_autofree char *directory = g_path_get_dirname (real);

  g_assert_no_errno (g_mkdir_with_parents (directory, 0755));
  return real;
}

void
scratch_write_bytes (const Scratch *self, const char *path, const void *bytes, gsize length)
{
  g_autofree char *real = locate_new (self, path);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (real, bytes, (gssize) length, &error);
  g_assert_no_error (error);
}

void
scratch_write (const Scratch *self, const char *path, const char *text)
{
  scratch_write_bytes (self, path, text, strlen (text));
}

void
scratch_make_directory (const Scratch *self, const char *path)
{
  g_autofree char *real = scratch_locate (self, path);

  g_assert_no_errno (g_mkdir_with_parents (real, 0755));
}

void
scratch_link (const Scratch *self, const char *path, const char *target)
{
  g_autofree char *real = locate_new (self, path);

  g_assert_no_errno (symlink (target, real));
}

void
scratch_make_fifo (const Scratch *self, const char *path)
{
  g_autofree char *real = locate_new (self, path);

  g_assert_no_errno (mkfifo (real, 0644));
}

void
scratch_remove (const Scratch *self, const char *path)
{
  g_autofree char *real = scratch_locate (self, path);

  g_assert_no_errno (remove (real));
}

char *
scratch_read (const Scratch *self, const char *path)
{
  g_autofree char *real = scratch_locate (self, path);
  char *text = NULL;

  g_file_get_contents (real, &text, NULL, NULL);
  return text;
}

gboolean
scratch_exists (const Scratch *self, const char *path)
{
  g_autofree char *real = scratch_locate (self, path);
  struct stat status;

  return lstat (real, &status) == 0;
}

guint
scratch_count (const Scratch *self, const char *path)
{
  g_autofree char *real = scratch_locate (self, path);
  g_autoptr (GDir) directory = g_dir_open (real, 0, NULL);
  guint count = 0;

  while (directory != NULL && g_dir_read_name (directory) != NULL)
    count++;
  return count;
}
