/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The FUSE file system on DIR/sys: names, links and directories of a SimTree, with the manners
 * of kernfs (fs/kernfs/dir.c). One thread, never blocks. Nothing is cached in the kernel, so what
 * a look-up finds is the state of the moment. What files say and do is in sysfs-io.c.
 */
#include "sysfs-private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  char *name;
  struct stat status;
} DirEntry;

static void
fill_status (SimSysfs *sysfs, SimNode *node, struct stat *status)
{
  static const mode_t types[] = {
    [SIM_NODE_DIR] = S_IFDIR,
    [SIM_NODE_LINK] = S_IFLNK,
    [SIM_NODE_FILE] = S_IFREG,
  };

  *status = (struct stat){
    .st_ino = node->id,
    .st_mode = types[node->kind] | node->mode,
    .st_nlink = node->kind == SIM_NODE_DIR ? node->subdirs + 2 : 1,
    .st_size = node->kind == SIM_NODE_FILE ? SIM_ATTRIBUTE_SIZE : 0,
    .st_blksize = SIM_ATTRIBUTE_SIZE,
    .st_atime = sysfs->start,
    .st_mtime = sysfs->start,
    .st_ctime = sysfs->start,
  };
}

static void
sysfs_lookup (fuse_req_t request, fuse_ino_t parent, const char *name)
{
  SimNode *dir = sim_sysfs_node (request, parent);
  SimNode *node = dir != NULL ? sim_node_child (dir, name) : NULL;
  struct fuse_entry_param entry = { .generation = 1 };

  if (node == NULL) {
    fuse_reply_err (request, ENOENT);
    return;
  }
  entry.ino = node->id;
  fill_status (sim_sysfs_of (request), node, &entry.attr);
  sim_node_ref (node);
  if (fuse_reply_entry (request, &entry) != 0)
    sim_node_unref (node, 1);
}

static void
forget_one (SimSysfs *sysfs, fuse_ino_t inode, uint64_t count)
{
  SimNode *node = sim_tree_by_id (sysfs->host->tree, inode);

  if (node != NULL && node != sysfs->host->sys)
    sim_node_unref (node, count);
}

static void
sysfs_forget (fuse_req_t request, fuse_ino_t inode, uint64_t count)
{
  forget_one (sim_sysfs_of (request), inode, count);
  fuse_reply_none (request);
}

static void
sysfs_forget_multi (fuse_req_t request, size_t count, struct fuse_forget_data *forgets)
{
  size_t i;

  for (i = 0; i < count; i++)
    forget_one (sim_sysfs_of (request), forgets[i].ino, forgets[i].nlookup);
  fuse_reply_none (request);
}

static void
reply_attr (fuse_req_t request, fuse_ino_t inode)
{
  SimNode *node = sim_sysfs_node (request, inode);
  struct stat status;

  if (node == NULL) {
    fuse_reply_err (request, ENOENT);
    return;
  }
  fill_status (sim_sysfs_of (request), node, &status);
  fuse_reply_attr (request, &status, 0);
}

static void
sysfs_getattr (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  reply_attr (request, inode);
}

/* kernfs lets a file be truncated, to no effect: a shell's ">" does it before each write. */
static void
sysfs_setattr (fuse_req_t request,
               fuse_ino_t inode,
               struct stat *status,
               int what,
               struct fuse_file_info *info)
{
  if (what & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
    fuse_reply_err (request, EPERM);
  else
    reply_attr (request, inode);
}

static void
sysfs_readlink (fuse_req_t request, fuse_ino_t inode)
{
  SimNode *node = sim_sysfs_node (request, inode);

  if (node == NULL || node->kind != SIM_NODE_LINK)
    fuse_reply_err (request, EINVAL);
  else
    fuse_reply_readlink (request, node->text);
}

static void
dir_entry_clear (gpointer data)
{
  g_ref_string_release (((DirEntry *) data)->name);
}

static void
add_dir_entry (SimSysfs *sysfs, GArray *entries, const char *name, SimNode *node)
{
  DirEntry entry = { .name = g_ref_string_new_intern (name) };

  fill_status (sysfs, node, &entry.status);
  g_array_append_val (entries, entry);
}

/* A listing is taken when the directory is opened, so that nothing that comes or goes meanwhile
 * makes an entry show twice or hides another. */
static void
sysfs_opendir (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  SimSysfs *sysfs = sim_sysfs_of (request);
  SimNode *dir = sim_sysfs_node (request, inode);
  GArray *entries;
  GHashTableIter iter;
  gpointer child;

  if (dir == NULL || dir->detached) {
    fuse_reply_err (request, ENOENT);
    return;
  }
  entries = g_array_new (FALSE, FALSE, sizeof (DirEntry));
  g_array_set_clear_func (entries, dir_entry_clear);
  add_dir_entry (sysfs, entries, ".", dir);
  add_dir_entry (sysfs, entries, "..", dir->parent != NULL ? dir->parent : dir);
  if (dir->children != NULL) {
    g_hash_table_iter_init (&iter, dir->children);
    while (g_hash_table_iter_next (&iter, NULL, &child))
      add_dir_entry (sysfs, entries, ((SimNode *) child)->name, child);
  }
  info->fh = GPOINTER_TO_SIZE (entries);
  g_hash_table_add (sysfs->listings, entries);
  if (fuse_reply_open (request, info) != 0)
    g_hash_table_remove (sysfs->listings, entries);
}

static void
sysfs_readdir (fuse_req_t request,
               fuse_ino_t inode,
               size_t size,
               off_t offset,
               struct fuse_file_info *info)
{
  GArray *entries = GSIZE_TO_POINTER (info->fh);
  g_autofree char *buffer = g_malloc (size);
  size_t used = 0;
  guint i;

  for (i = offset; i < entries->len; i++) {
    DirEntry *entry = &g_array_index (entries, DirEntry, i);
    size_t need =
        fuse_add_direntry (request, buffer + used, size - used, entry->name, &entry->status, i + 1);

    if (need > size - used)
      break;
    used += need;
  }
  fuse_reply_buf (request, buffer, used);
}

static void
sysfs_releasedir (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  g_hash_table_remove (sim_sysfs_of (request)->listings, GSIZE_TO_POINTER (info->fh));
  fuse_reply_err (request, 0);
}

/* sysfs has no way to make a file: open(2) with O_CREAT says EACCES, the others EPERM. */
static void
sysfs_create (fuse_req_t request,
              fuse_ino_t parent,
              const char *name,
              mode_t mode,
              struct fuse_file_info *info)
{
  fuse_reply_err (request, EACCES);
}

static void
sysfs_mkdir (fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode)
{
  fuse_reply_err (request, EPERM);
}

static void
sysfs_unlink (fuse_req_t request, fuse_ino_t parent, const char *name)
{
  fuse_reply_err (request, EPERM);
}

SimSysfs *
sim_sysfs_new (SimHost *host, const char *path, GError **error)
{
  static const struct fuse_lowlevel_ops operations = {
    .lookup = sysfs_lookup,
    .forget = sysfs_forget,
    .forget_multi = sysfs_forget_multi,
    .getattr = sysfs_getattr,
    .setattr = sysfs_setattr,
    .readlink = sysfs_readlink,
    .open = sim_sysfs_open,
    .release = sim_sysfs_release,
    .read = sim_sysfs_read,
    .write = sim_sysfs_write,
    .opendir = sysfs_opendir,
    .readdir = sysfs_readdir,
    .releasedir = sysfs_releasedir,
    .create = sysfs_create,
    .mkdir = sysfs_mkdir,
    .unlink = sysfs_unlink,
    .rmdir = sysfs_unlink,
  };
  g_autoptr (SimSysfs) sysfs = g_new0 (SimSysfs, 1);

  sysfs->host = host;
  sysfs->start = time (NULL);
  sysfs->listings = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_array_unref, NULL);
  sim_sysfs_io_init (sysfs);
  sysfs->mount = sim_mount_new (path, &operations, sysfs, error);
  return sysfs->mount != NULL ? g_steal_pointer (&sysfs) : NULL;
}

void
sim_sysfs_free (SimSysfs *sysfs)
{
  sim_sysfs_io_answer_all (sysfs);
  g_clear_pointer (&sysfs->mount, sim_mount_free);
  sim_sysfs_io_clear (sysfs);
  g_clear_pointer (&sysfs->listings, g_hash_table_unref);
  g_free (sysfs);
}
