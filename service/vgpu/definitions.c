/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All definitions, read anew only where a file has changed. Worker threads, one at a time. Deletes what
 * a crash left half written, at the first look; else changes nothing on disk.
 */

#include "definitions.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan.h"
#include "uuid.h"

/* mdevctl writes one file at a time; thousands that are no definitions must not hold up the start. */
#define PATIENCE 8

/* What a file held when it was last looked at. */
typedef struct {
  struct timespec changed;
  ino_t inode;
  off_t size;
  GvtDefinition *definition; /* NULL: it is none */
  guint64 seen;
} Remembered;

struct _GvtDefinitions {
  GvtRoot *root;
  GHashTable *files; /* path -> Remembered */
  guint64 round;
  int patience; /* for how many more files that may be half written this look waits */
};

static void
remembered_free (Remembered *self)
{
  g_clear_pointer (&self->definition, gvt_definition_free);
  g_free (self);
}

GvtDefinitions *
gvt_definitions_new (GvtRoot *root)
{
  GvtDefinitions *self = g_new0 (GvtDefinitions, 1);

  self->root = gvt_root_ref (root);
  self->files =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) remembered_free);
  return self;
}

void
gvt_definitions_free (GvtDefinitions *self)
{
  g_hash_table_unref (self->files);
  gvt_root_unref (self->root);
  g_free (self);
}

/* O_PATH: a FIFO or a dangling link in the place of a file must not be opened. */
static gboolean
read_status (GvtRoot *root, const char *path, struct stat *status)
{
  int fd = gvt_root_open (root, path, O_PATH);
  gboolean read = fd >= 0 && fstat (fd, status) == 0;

  if (fd >= 0)
    close (fd);
  return read;
}

static gboolean
is_unchanged (const Remembered *remembered, const struct stat *status)
{
  return remembered->inode == status->st_ino && remembered->size == status->st_size &&
         remembered->changed.tv_sec == status->st_ctim.tv_sec &&
         remembered->changed.tv_nsec == status->st_ctim.tv_nsec;
}

/* That there was no descriptor left to read it with is no property of the file. */
static void
read_anew (GvtDefinitions *self,
           const char *path,
           const char *parent,
           const char *uuid,
           const struct stat *status)
{
  int shortages = gvt_root_count_shortages (self->root);
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtDefinition) definition =
      gvt_definition_read (self->root, parent, uuid, self->patience > 0, &error);
  Remembered *remembered;

  if (definition == NULL && gvt_root_count_shortages (self->root) != shortages)
    return;
  if (definition == NULL) {
    self->patience--;
    g_message ("leaving %s out: %s", path, error->message);
  }
  remembered = g_new0 (Remembered, 1);
  remembered->changed = status->st_ctim;
  remembered->inode = status->st_ino;
  remembered->size = status->st_size;
  remembered->definition = g_steal_pointer (&definition);
  g_hash_table_replace (self->files, g_strdup (path), remembered);
}

static void
load_file (GvtDefinitions *self,
           const char *parent,
           const char *uuid,
           GPtrArray *definitions,
           GPtrArray *unreadable)
{
  g_autofree char *path = gvt_definition_locate (parent, uuid);
  Remembered *remembered = g_hash_table_lookup (self->files, path);
  struct stat status = { 0 };

  read_status (self->root, path, &status);
  if (remembered == NULL || !is_unchanged (remembered, &status)) {
    read_anew (self, path, parent, uuid, &status);
    remembered = g_hash_table_lookup (self->files, path);
  }
  if (remembered != NULL)
    remembered->seen = self->round;
  if (remembered != NULL && remembered->definition != NULL)
    g_ptr_array_add (definitions, gvt_definition_copy (remembered->definition));
  else if (gvt_root_exists (self->root, path))
    g_ptr_array_add (unreadable, g_strdup (uuid));
}

static gboolean
was_not_seen (gpointer path, gpointer remembered, gpointer self)
{
  return ((Remembered *) remembered)->seen != ((GvtDefinitions *) self)->round;
}

GPtrArray *
gvt_definitions_load (GvtDefinitions *self, GPtrArray **directories, GPtrArray **unreadable)
{
  GPtrArray *definitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_definition_free);
  g_autoptr (GPtrArray) parents = gvt_root_list (self->root, GVT_DEFINITIONS);

  if (self->round == 0)
    gvt_definition_sweep (self->root);
  self->round++;
  self->patience = PATIENCE;
  *directories = g_ptr_array_new_with_free_func (g_free);
  *unreadable = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (*directories, gvt_root_locate (self->root, GVT_DEFINITIONS));
  for (guint i = 0; i < parents->len; i++) {
    const char *parent = g_ptr_array_index (parents, i);
    g_autofree char *directory = g_build_filename (GVT_DEFINITIONS, parent, NULL);
    g_autoptr (GPtrArray) names = NULL;

    if (!gvt_parent_name_is_safe (parent))
      continue;
    g_ptr_array_add (*directories, gvt_root_locate (self->root, directory));
    names = gvt_root_list (self->root, directory);
    for (guint j = 0; j < names->len; j++) {
      if (gvt_uuid_is_canonical (g_ptr_array_index (names, j)))
        load_file (self, parent, g_ptr_array_index (names, j), definitions, *unreadable);
    }
  }
  g_hash_table_foreach_remove (self->files, was_not_seen, self);
  return definitions;
}
