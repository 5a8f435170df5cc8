/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks for memory-lock limits of users' libvirt daemons. Main loop; one thread of its own asks, one
 * request at a time, and waits for the process helper.
 */

#include "memory-lock.h"

#include <unistd.h>

#include "process-helper.h"

struct _GvtMemoryLock {
  GObject parent_instance;
  GvtRoot *root;
  GThreadPool *thread;
};

G_DEFINE_FINAL_TYPE (GvtMemoryLock, gvt_memory_lock, G_TYPE_OBJECT)

/* What is asked, and the answer. */
typedef struct {
  GvtProcessQuestion question;
  gboolean added;
} Request;

static void
request_free (Request *self)
{
  g_free (self->question.domain);
  g_free (self);
}

static void
run_in_thread (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  GvtMemoryLock *self = GVT_MEMORY_LOCK (g_task_get_source_object (task));
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GvtProcessAnswer) answer = gvt_process_ask (self->root, &request->question, &error);

  request->added = answer != NULL && answer->flag;
  if (answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
gvt_memory_lock_finalize (GObject *object)
{
  GvtMemoryLock *self = GVT_MEMORY_LOCK (object);

  /* Every request holds a reference, so none is left. */
  g_thread_pool_free (self->thread, FALSE, FALSE);
  gvt_root_unref (self->root);
  G_OBJECT_CLASS (gvt_memory_lock_parent_class)->finalize (object);
}

static void
gvt_memory_lock_class_init (GvtMemoryLockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_memory_lock_finalize;
}

static void
gvt_memory_lock_init (GvtMemoryLock *self)
{
  self->thread = g_thread_pool_new (run_in_thread, NULL, 1, FALSE, NULL);
}

GvtMemoryLock *
gvt_memory_lock_new (GvtRoot *root)
{
  GvtMemoryLock *self = g_object_new (GVT_TYPE_MEMORY_LOCK, NULL);

  self->root = gvt_root_ref (root);
  return self;
}

guint64
gvt_memory_lock_default_maximum (void)
{
  return (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE) / 2;
}

static void
push (GvtMemoryLock *self, Request *request, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, push);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  g_thread_pool_push (self->thread, task, NULL);
}

void
gvt_memory_lock_raise_async (GvtMemoryLock *self,
                             guint64 maximum,
                             guint32 uid,
                             pid_t caller,
                             const char *domain,
                             guint64 memory_kib,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  Request *request;

  g_return_if_fail (caller > 0);
  request = g_new0 (Request, 1);
  request->question = (GvtProcessQuestion){
    .verb = GVT_PROCESS_RAISE,
    .number = caller,
    .uid = uid,
    .domain = g_strdup (domain),
    .memory_kib = memory_kib,
    .maximum = maximum,
  };
  push (self, request, callback, user_data);
}

void
gvt_memory_lock_release_async (GvtMemoryLock *self,
                               guint32 uid,
                               const char *domain,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  Request *request = g_new0 (Request, 1);

  request->question = (GvtProcessQuestion){
    .verb = GVT_PROCESS_LOWER,
    .uid = uid,
    .domain = g_strdup (domain),
  };
  push (self, request, callback, user_data);
}

gboolean
gvt_memory_lock_raise_finish (GvtMemoryLock *self,
                              GAsyncResult *result,
                              gboolean *added,
                              GError **error)
{
  const Request *request;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  request = g_task_get_task_data (G_TASK (result));
  *added = request->added;
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
gvt_memory_lock_finish (GvtMemoryLock *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
