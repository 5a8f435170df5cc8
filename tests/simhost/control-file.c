/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control file. One thread. A write is one or more lines of commands; the first that fails
 * ends it, and its errno is the write's. A read gives the state of the host when the file was
 * opened, and why the last command failed.
 */
#include "control-file.h"

#include "control.h"
#include "mount.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* @texts are what the file says to those who have it open. */
struct _SimControlFile {
  SimHost *host;
  SimMount *mount;
  GHashTable *texts;
  char *path;
  char *last_error;
};

static void
control_getattr (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  struct stat status = { .st_ino = inode, .st_mode = S_IFREG | 0600, .st_nlink = 1 };

  fuse_reply_attr (request, &status, 0);
}

static void
control_setattr (fuse_req_t request,
                 fuse_ino_t inode,
                 struct stat *status,
                 int what,
                 struct fuse_file_info *info)
{
  control_getattr (request, inode, info);
}

static void
control_open (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  SimControlFile *file = fuse_req_userdata (request);
  g_autofree char *status = sim_control_status (file->host);

  char *text = g_strdup_printf ("%slast-error %s\n",
                                status,
                                file->last_error != NULL ? file->last_error : "none");

  g_hash_table_add (file->texts, text);
  info->fh = GPOINTER_TO_SIZE (text);
  info->direct_io = 1;
  if (fuse_reply_open (request, info) != 0)
    g_hash_table_remove (file->texts, text);
}

static void
control_read (fuse_req_t request,
              fuse_ino_t inode,
              size_t size,
              off_t offset,
              struct fuse_file_info *info)
{
  const char *text = GSIZE_TO_POINTER (info->fh);
  gsize length = strlen (text);
  gsize from = MIN ((gsize) offset, length);

  fuse_reply_buf (request, text + from, MIN (size, length - from));
}

static void
control_write (fuse_req_t request,
               fuse_ino_t inode,
               const char *text,
               size_t size,
               off_t offset,
               struct fuse_file_info *info)
{
  SimControlFile *file = fuse_req_userdata (request);
  g_autofree char *copy = g_strndup (text, size);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  int result = 0;
  char **line;

  for (line = lines; *line != NULL && result == 0; line++) {
    g_autoptr (GError) error = NULL;

    if (**line == '\0')
      continue;
    result = sim_control_run (file->host, *line, &error);
    if (result != 0) {
      g_free (file->last_error);
      file->last_error = g_strdup (error->message);
    }
  }
  if (result != 0)
    fuse_reply_err (request, result);
  else
    fuse_reply_write (request, size);
}

static void
control_release (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  SimControlFile *file = fuse_req_userdata (request);

  g_hash_table_remove (file->texts, GSIZE_TO_POINTER (info->fh));
  fuse_reply_err (request, 0);
}

SimControlFile *
sim_control_file_new (SimHost *host, const char *path, GError **error)
{
  static const struct fuse_lowlevel_ops operations = {
    .getattr = control_getattr,
    .setattr = control_setattr,
    .open = control_open,
    .read = control_read,
    .write = control_write,
    .release = control_release,
  };
  g_autoptr (SimControlFile) file = g_new0 (SimControlFile, 1);

  file->host = host;
  file->path = g_strdup (path);
  file->texts = g_hash_table_new_full (NULL, NULL, g_free, NULL);
  sim_mount_detach_dead (path);
  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_set_contents (path, "", 0, error))
    return NULL;
  file->mount = sim_mount_new (path, &operations, file, error);
  return file->mount != NULL ? g_steal_pointer (&file) : NULL;
}

void
sim_control_file_free (SimControlFile *file)
{
  g_clear_pointer (&file->mount, sim_mount_free);
  g_clear_pointer (&file->texts, g_hash_table_unref);
  unlink (file->path);
  g_free (file->path);
  g_free (file->last_error);
  g_free (file);
}
