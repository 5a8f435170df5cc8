/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The FUSE file system on DIR/sys: a SimTree with the manners of kernfs (fs/kernfs/file.c,
 * dir.c). One thread, never blocks. Nothing is cached in the kernel, so what a read shows is the
 * state of the moment. It knows nothing of GPUs: contents and effects are the attributes' own.
 *
 * A write or a slow read that waits is a Pending; its request is answered later. A signal to a
 * process whose request waits reaches us as an interrupt, and unless we then answer, the process
 * sleeps on uninterruptibly: just as in a kernel's `remove`.
 */
#include "sysfs.h"

#include "gate.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

/* Since Linux 6.2; an older kernel ignores it and lets writes to one file queue up. */
#ifndef FOPEN_PARALLEL_DIRECT_WRITES
#define FOPEN_PARALLEL_DIRECT_WRITES (1 << 6)
#endif

#define ATTRIBUTE_SIZE 4096

struct _SimSysfs {
  SimHost *host;
  SimMount *mount;
  GHashTable *pending;
  guint64 last_pending;
  time_t start;
};

/* An open attribute; @text is what it said when last read from the start. */
typedef struct {
  SimNode *node;
  GString *text;
  gboolean loaded;
} Handle;

typedef struct {
  guint64 id;
  SimSysfs *sysfs;
  fuse_req_t request;
  SimWrite *write;
  Handle *handle;
  size_t size;
  off_t offset;
  guint timer;
} Pending;

typedef struct {
  char *name;
  struct stat status;
} DirEntry;

static SimSysfs *
sysfs_of (fuse_req_t request)
{
  return fuse_req_userdata (request);
}

static SimNode *
node_of (fuse_req_t request,
         fuse_ino_t inode)
{
  return sim_tree_by_id (sysfs_of (request)->host->tree, inode);
}

static void
fill_status (SimSysfs    *sysfs,
             SimNode     *node,
             struct stat *status)
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
    .st_size = node->kind == SIM_NODE_FILE ? ATTRIBUTE_SIZE : 0,
    .st_blksize = ATTRIBUTE_SIZE,
    .st_atime = sysfs->start,
    .st_mtime = sysfs->start,
    .st_ctime = sysfs->start,
  };
}

static void
sysfs_lookup (fuse_req_t  request,
              fuse_ino_t  parent,
              const char *name)
{
  SimNode *dir = node_of (request, parent);
  SimNode *node = dir != NULL ? sim_node_child (dir, name) : NULL;
  struct fuse_entry_param entry = { .generation = 1 };

  if (node == NULL) {
    fuse_reply_err (request, ENOENT);
    return;
  }
  entry.ino = node->id;
  fill_status (sysfs_of (request), node, &entry.attr);
  sim_node_ref (node);
  if (fuse_reply_entry (request, &entry) != 0)
    sim_node_unref (node, 1);
}

static void
forget_one (SimSysfs  *sysfs,
            fuse_ino_t inode,
            uint64_t   count)
{
  SimNode *node = sim_tree_by_id (sysfs->host->tree, inode);

  if (node != NULL && node != sysfs->host->sys)
    sim_node_unref (node, count);
}

static void
sysfs_forget (fuse_req_t request,
              fuse_ino_t inode,
              uint64_t   count)
{
  forget_one (sysfs_of (request), inode, count);
  fuse_reply_none (request);
}

static void
sysfs_forget_multi (fuse_req_t               request,
                    size_t                   count,
                    struct fuse_forget_data *forgets)
{
  size_t i;

  for (i = 0; i < count; i++)
    forget_one (sysfs_of (request), forgets[i].ino, forgets[i].nlookup);
  fuse_reply_none (request);
}

static void
reply_attr (fuse_req_t request,
            fuse_ino_t inode)
{
  SimNode *node = node_of (request, inode);
  struct stat status;

  if (node == NULL) {
    fuse_reply_err (request, ENOENT);
    return;
  }
  fill_status (sysfs_of (request), node, &status);
  fuse_reply_attr (request, &status, 0);
}

static void
sysfs_getattr (fuse_req_t             request,
               fuse_ino_t             inode,
               struct fuse_file_info *info)
{
  reply_attr (request, inode);
}

/* kernfs lets a file be truncated, to no effect: a shell's ">" does it before each write. */
static void
sysfs_setattr (fuse_req_t             request,
               fuse_ino_t             inode,
               struct stat           *status,
               int                    what,
               struct fuse_file_info *info)
{
  if (what & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
    fuse_reply_err (request, EPERM);
  else
    reply_attr (request, inode);
}

static void
sysfs_readlink (fuse_req_t request,
                fuse_ino_t inode)
{
  SimNode *node = node_of (request, inode);

  if (node == NULL || node->kind != SIM_NODE_LINK)
    fuse_reply_err (request, EINVAL);
  else
    fuse_reply_readlink (request, node->text);
}

/* kernfs refuses what the mode or the attribute does not have, to root as well
 * (KERNFS_ROOT_EXTRA_OPEN_PERM_CHECK). */
static gboolean
may_open (SimNode *node,
          int      flags)
{
  int access = flags & O_ACCMODE;
  gboolean can_store = (node->mode & 0222) != 0 && node->attr != NULL && node->attr->store != NULL;
  gboolean can_show = (node->mode & 0444) != 0;

  return (access == O_RDONLY || can_store) && (access == O_WRONLY || can_show);
}

static void
sysfs_open (fuse_req_t             request,
            fuse_ino_t             inode,
            struct fuse_file_info *info)
{
  SimNode *node = node_of (request, inode);
  struct fuse_open_out out = { .open_flags = FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES };
  struct iovec vector = { &out, sizeof out };
  Handle *handle;

  if (node == NULL || node->detached) {
    fuse_reply_err (request, ENODEV);
    return;
  }
  if (!may_open (node, info->flags)) {
    fuse_reply_err (request, EACCES);
    return;
  }
  handle = g_new0 (Handle, 1);
  handle->node = sim_node_ref (node);
  handle->text = g_string_new (NULL);
  out.fh = GPOINTER_TO_SIZE (handle);
  /* fuse_reply_open() of libfuse 3.14 cannot say "parallel". */
  fuse_reply_iov (request, &vector, 1);
}

static void
sysfs_release (fuse_req_t             request,
               fuse_ino_t             inode,
               struct fuse_file_info *info)
{
  Handle *handle = GSIZE_TO_POINTER (info->fh);

  sim_node_unref (handle->node, 1);
  g_string_free (handle->text, TRUE);
  g_free (handle);
  fuse_reply_err (request, 0);
}

static int
load_text (Handle *handle)
{
  SimNode *node = handle->node;

  g_string_truncate (handle->text, 0);
  if (node->detached)
    return ENODEV;
  if (node->text != NULL) {
    g_string_append (handle->text, node->text);
    return 0;
  }
  return node->attr != NULL && node->attr->show != NULL ? node->attr->show (node, handle->text) : EIO;
}

static void
reply_text (fuse_req_t request,
            Handle    *handle,
            size_t     size,
            off_t      offset)
{
  gsize length = handle->text->len;
  gsize from = MIN ((gsize) offset, length);

  fuse_reply_buf (request, handle->text->str + from, MIN (size, length - from));
}

static void
read_from_start (fuse_req_t request,
                 Handle    *handle,
                 size_t     size)
{
  int error = load_text (handle);

  if (error != 0)
    fuse_reply_err (request, error);
  else
    reply_text (request, handle, size, 0);
}

static Pending *
pending_new (SimSysfs  *sysfs,
             fuse_req_t request)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->id = ++sysfs->last_pending;
  pending->sysfs = sysfs;
  pending->request = request;
  g_hash_table_insert (sysfs->pending, &pending->id, pending);
  return pending;
}

static gboolean
slow_read_is_due (gpointer data)
{
  Pending *pending = data;

  pending->timer = 0;
  read_from_start (pending->request, pending->handle, pending->size);
  g_hash_table_remove (pending->sysfs->pending, &pending->id);
  return G_SOURCE_REMOVE;
}

/* The contents are made when a read starts at 0, as by seq_read(); a read further on goes on in
 * the same text. */
static void
sysfs_read (fuse_req_t             request,
            fuse_ino_t             inode,
            size_t                 size,
            off_t                  offset,
            struct fuse_file_info *info)
{
  SimSysfs *sysfs = sysfs_of (request);
  Handle *handle = GSIZE_TO_POINTER (info->fh);
  const char *name = handle->node->name;
  Pending *pending;
  guint delay;
  int error;

  if (offset > 0) {
    reply_text (request, handle, size, offset);
    return;
  }
  sysfs->host->stats.reads++;
  error = sim_faults_use (sysfs->host->faults, name);
  delay = sim_faults_delay (sysfs->host->faults, name);
  if (error != 0) {
    fuse_reply_err (request, error);
  } else if (delay == 0) {
    read_from_start (request, handle, size);
  } else {
    pending = pending_new (sysfs, request);
    pending->handle = handle;
    pending->size = size;
    pending->timer = g_timeout_add (delay, slow_read_is_due, pending);
  }
}

static void
write_is_done (SimWrite *write,
               gssize    result,
               gpointer  data)
{
  Pending *pending = data;

  sim_gate_count_result (pending->sysfs->host, write->node, result);
  if (result < 0)
    fuse_reply_err (pending->request, -result);
  else
    fuse_reply_write (pending->request, result);
  g_hash_table_remove (pending->sysfs->pending, &pending->id);
}

static gboolean
tell_interrupted (gpointer data)
{
  Pending *pending = data;

  pending->timer = 0;
  sim_write_interrupt (pending->write);
  return G_SOURCE_REMOVE;
}

/* libfuse holds the request's lock here, so that it must not be answered yet. */
static void
request_interrupted (fuse_req_t request,
                     void      *data)
{
  Pending *pending = data;

  if (pending->timer == 0)
    pending->timer = g_idle_add (tell_interrupted, pending);
}

static void
sysfs_write (fuse_req_t             request,
             fuse_ino_t             inode,
             const char            *text,
             size_t                 size,
             off_t                  offset,
             struct fuse_file_info *info)
{
  SimSysfs *sysfs = sysfs_of (request);
  Handle *handle = GSIZE_TO_POINTER (info->fh);
  Pending *pending = pending_new (sysfs, request);
  guint64 id = pending->id;
  pid_t pid = fuse_req_ctx (request)->pid;
  SimWrite *write;

  /* kernfs hands an attribute one page at most (kernfs_fop_write_iter). */
  size = MIN (size, ATTRIBUTE_SIZE);
  write = sim_write_new (handle->node, text, size, pid, write_is_done, pending);
  pending->write = write;
  sim_gate_submit (sysfs->host, write);
  if (g_hash_table_contains (sysfs->pending, &id))
    fuse_req_interrupt_func (request, request_interrupted, pending);
}

static void
dir_entry_clear (gpointer data)
{
  g_ref_string_release (((DirEntry *) data)->name);
}

static void
add_dir_entry (SimSysfs   *sysfs,
               GArray     *entries,
               const char *name,
               SimNode    *node)
{
  DirEntry entry = { .name = g_ref_string_new_intern (name) };

  fill_status (sysfs, node, &entry.status);
  g_array_append_val (entries, entry);
}

/* A listing is taken when the directory is opened, so that nothing that comes or goes meanwhile
 * makes an entry show twice or hides another. */
static void
sysfs_opendir (fuse_req_t             request,
               fuse_ino_t             inode,
               struct fuse_file_info *info)
{
  SimSysfs *sysfs = sysfs_of (request);
  SimNode *dir = node_of (request, inode);
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
  fuse_reply_open (request, info);
}

static void
sysfs_readdir (fuse_req_t             request,
               fuse_ino_t             inode,
               size_t                 size,
               off_t                  offset,
               struct fuse_file_info *info)
{
  GArray *entries = GSIZE_TO_POINTER (info->fh);
  g_autofree char *buffer = g_malloc (size);
  size_t used = 0;
  guint i;

  for (i = offset; i < entries->len; i++) {
    DirEntry *entry = &g_array_index (entries, DirEntry, i);
    size_t need = fuse_add_direntry (
        request, buffer + used, size - used, entry->name, &entry->status, i + 1);

    if (need > size - used)
      break;
    used += need;
  }
  fuse_reply_buf (request, buffer, used);
}

static void
sysfs_releasedir (fuse_req_t             request,
                  fuse_ino_t             inode,
                  struct fuse_file_info *info)
{
  g_array_unref (GSIZE_TO_POINTER (info->fh));
  fuse_reply_err (request, 0);
}

/* sysfs has no way to make a file: open(2) with O_CREAT says EACCES, the others EPERM. */
static void
sysfs_create (fuse_req_t             request,
              fuse_ino_t             parent,
              const char            *name,
              mode_t                 mode,
              struct fuse_file_info *info)
{
  fuse_reply_err (request, EACCES);
}

static void
sysfs_mkdir (fuse_req_t  request,
             fuse_ino_t  parent,
             const char *name,
             mode_t      mode)
{
  fuse_reply_err (request, EPERM);
}

static void
sysfs_unlink (fuse_req_t  request,
              fuse_ino_t  parent,
              const char *name)
{
  fuse_reply_err (request, EPERM);
}

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  g_clear_handle_id (&pending->timer, g_source_remove);
  g_free (pending);
}

SimSysfs *
sim_sysfs_new (SimHost    *host,
               const char *path,
               GError    **error)
{
  static const struct fuse_lowlevel_ops operations = {
    .lookup = sysfs_lookup,
    .forget = sysfs_forget,
    .forget_multi = sysfs_forget_multi,
    .getattr = sysfs_getattr,
    .setattr = sysfs_setattr,
    .readlink = sysfs_readlink,
    .open = sysfs_open,
    .release = sysfs_release,
    .read = sysfs_read,
    .write = sysfs_write,
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
  sysfs->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, pending_free);
  sysfs->mount = sim_mount_new (path, &operations, sysfs, error);
  return sysfs->mount != NULL ? g_steal_pointer (&sysfs) : NULL;
}

void
sim_sysfs_free (SimSysfs *sysfs)
{
  g_autoptr (GList) all = g_hash_table_get_values (sysfs->pending);
  GList *at;

  for (at = all; at != NULL; at = at->next) {
    Pending *pending = at->data;

    if (pending->write != NULL) {
      sim_write_finish (pending->write, -ENODEV);
    } else {
      fuse_reply_err (pending->request, ENODEV);
      g_hash_table_remove (sysfs->pending, &pending->id);
    }
  }
  g_clear_pointer (&sysfs->mount, sim_mount_free);
  g_clear_pointer (&sysfs->pending, g_hash_table_unref);
  g_free (sysfs);
}
