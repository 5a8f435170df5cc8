/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening, reading and writing attributes on DIR/sys, with the manners of kernfs
 * (fs/kernfs/file.c). One thread, never blocks.
 *
 * A write or a slow read that waits is a Pending; its request is answered later. A signal to a
 * process whose request waits reaches us as an interrupt, and unless we then answer, the process
 * sleeps on uninterruptibly: just as in a kernel's `remove`.
 */
#include "sysfs-private.h"

#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/uio.h>

/* Since Linux 6.2; an older kernel ignores it and lets writes to one file queue up. */
#ifndef FOPEN_PARALLEL_DIRECT_WRITES
#define FOPEN_PARALLEL_DIRECT_WRITES (1 << 6)
#endif

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

static void
handle_free (gpointer data)
{
  Handle *handle = data;

  sim_node_unref (handle->node, 1);
  g_string_free (handle->text, TRUE);
  g_free (handle);
}

/* kernfs refuses what the mode or the attribute does not have, to root as well
 * (KERNFS_ROOT_EXTRA_OPEN_PERM_CHECK). */
static gboolean
may_open (SimNode *node, int flags)
{
  int access = flags & O_ACCMODE;
  gboolean can_store = (node->mode & 0222) != 0 && node->attr != NULL && node->attr->store != NULL;
  gboolean can_show = (node->mode & 0444) != 0;

  return (access == O_RDONLY || can_store) && (access == O_WRONLY || can_show);
}

void
sim_sysfs_open (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  GHashTable *handles = sim_sysfs_of (request)->handles;
  SimNode *node = sim_sysfs_node (request, inode);
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
  g_hash_table_add (handles, handle);
  /* fuse_reply_open() of libfuse 3.14 cannot say "parallel". A caller who has been killed
   * meanwhile makes it fail, and then nobody will ever close the handle. */
  if (fuse_reply_iov (request, &vector, 1) != 0)
    g_hash_table_remove (handles, handle);
}

void
sim_sysfs_release (fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
  g_hash_table_remove (sim_sysfs_of (request)->handles, GSIZE_TO_POINTER (info->fh));
  fuse_reply_err (request, 0);
}

static int
load_text (Handle *handle)
{
  SimNode *node = handle->node;

  g_string_truncate (handle->text, 0);
  handle->loaded = TRUE;
  if (node->detached)
    return ENODEV;
  if (node->text != NULL) {
    g_string_append (handle->text, node->text);
    return 0;
  }
  return node->attr != NULL && node->attr->show != NULL ? node->attr->show (node, handle->text)
                                                        : EIO;
}

static void
reply_text (fuse_req_t request, Handle *handle, size_t size, off_t offset)
{
  gsize length = handle->text->len;
  gsize from = MIN ((gsize) offset, length);

  fuse_reply_buf (request, handle->text->str + from, MIN (size, length - from));
}

static void
load_and_reply (fuse_req_t request, Handle *handle, size_t size, off_t offset)
{
  int error = load_text (handle);

  if (error != 0)
    fuse_reply_err (request, error);
  else
    reply_text (request, handle, size, offset);
}

static Pending *
pending_new (SimSysfs *sysfs, fuse_req_t request)
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
  load_and_reply (pending->request, pending->handle, pending->size, pending->offset);
  g_hash_table_remove (pending->sysfs->pending, &pending->id);
  return G_SOURCE_REMOVE;
}

/* The contents are made when a read starts at 0, as by seq_read(); a read further on goes on in
 * the same text. */
void
sim_sysfs_read (fuse_req_t request,
                fuse_ino_t inode,
                size_t size,
                off_t offset,
                struct fuse_file_info *info)
{
  SimSysfs *sysfs = sim_sysfs_of (request);
  Handle *handle = GSIZE_TO_POINTER (info->fh);
  const char *name = handle->node->name;
  Pending *pending;
  guint delay;
  int error;

  if (offset > 0 && handle->loaded) {
    reply_text (request, handle, size, offset);
    return;
  }
  sysfs->host->stats.reads++;
  error = sim_faults_use (sysfs->host->faults, name);
  delay = sim_faults_delay (sysfs->host->faults, name);
  if (error != 0) {
    fuse_reply_err (request, error);
  } else if (delay == 0) {
    load_and_reply (request, handle, size, offset);
  } else {
    pending = pending_new (sysfs, request);
    pending->handle = handle;
    pending->size = size;
    pending->offset = offset;
    pending->timer = g_timeout_add (delay, slow_read_is_due, pending);
  }
}

static void
write_is_done (SimWrite *write, gssize result, gpointer data)
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
request_interrupted (fuse_req_t request, void *data)
{
  Pending *pending = data;

  if (pending->timer == 0)
    pending->timer = g_idle_add (tell_interrupted, pending);
}

void
sim_sysfs_write (fuse_req_t request,
                 fuse_ino_t inode,
                 const char *text,
                 size_t size,
                 off_t offset,
                 struct fuse_file_info *info)
{
  SimSysfs *sysfs = sim_sysfs_of (request);
  Handle *handle = GSIZE_TO_POINTER (info->fh);
  Pending *pending = pending_new (sysfs, request);
  guint64 id = pending->id;
  pid_t pid = fuse_req_ctx (request)->pid;
  SimWrite *write;

  /* kernfs hands an attribute one page at most (kernfs_fop_write_iter). */
  size = MIN (size, SIM_ATTRIBUTE_SIZE);
  write = sim_write_new (handle->node, text, size, pid, write_is_done, pending);
  pending->write = write;
  sim_gate_submit (sysfs->host, write);
  if (g_hash_table_contains (sysfs->pending, &id))
    fuse_req_interrupt_func (request, request_interrupted, pending);
}

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  g_clear_handle_id (&pending->timer, g_source_remove);
  g_free (pending);
}

void
sim_sysfs_io_init (SimSysfs *sysfs)
{
  sysfs->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, pending_free);
  sysfs->handles = g_hash_table_new_full (NULL, NULL, handle_free, NULL);
}

void
sim_sysfs_io_clear (SimSysfs *sysfs)
{
  g_clear_pointer (&sysfs->pending, g_hash_table_unref);
  g_clear_pointer (&sysfs->handles, g_hash_table_unref);
}

void
sim_sysfs_io_answer_all (SimSysfs *sysfs)
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
}
