/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread in which libvirt is talked to, and the deadline for it. The main loop asks and is told;
 * it must never wait. A thread that hangs in libvirt cannot be ended: it keeps what it works on, and
 * whoever waited has been answered. At most one hangs.
 */

#include "connection.h"

#include "gvt-error.h"

/* libvirtd answers within milliseconds, but for a job that holds a domain's lock. */
#define DEADLINE_SECONDS 10

struct _GvtLibvirtConnection {
  GObject parent_instance;
  char *uri;
  GThread *thread; /* NULL until there is work */
  GAsyncQueue *queue;
  guint given_up; /* jobs that were given up and are not back yet */
};

G_DEFINE_FINAL_TYPE (GvtLibvirtConnection, gvt_libvirt_connection, G_TYPE_OBJECT)

/* One piece of work. The thread has what is above the line, the main loop the rest. */
typedef struct {
  gatomicrefcount references;
  char *uri;
  GvtLibvirtWork work;
  gpointer data;
  GDestroyNotify free_data;
  GDestroyNotify free_result;
  GCancellable *given_up;
  gpointer result;
  GError *error;
  /* ---- */
  GvtLibvirtConnection *connection;
  GTask *task; /* NULL once answered */
  guint deadline;
} Job;

static void
job_unref (gpointer data)
{
  Job *job = data;

  if (!g_atomic_ref_count_dec (&job->references))
    return;
  if (job->result != NULL)
    job->free_result (job->result);
  job->free_data (job->data);
  g_clear_error (&job->error);
  g_object_unref (job->given_up);
  g_object_unref (job->connection);
  g_free (job->uri);
  g_free (job);
}

static void
answer (Job *job)
{
  g_autoptr (GTask) task = g_steal_pointer (&job->task);

  g_clear_handle_id (&job->deadline, g_source_remove);
  if (job->error != NULL)
    g_task_return_error (task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&job->result), job->free_result);
}

static gboolean
on_done (gpointer user_data)
{
  Job *job = user_data;

  if (job->task != NULL) {
    answer (job);
    return G_SOURCE_REMOVE;
  }
  job->connection->given_up--;
  if (job->connection->given_up == 0)
    g_message ("libvirt at %s answers again", job->uri);
  return G_SOURCE_REMOVE;
}

static void
do_job (Job *job)
{
  if (!g_cancellable_set_error_if_cancelled (job->given_up, &job->error))
    job->result = job->work (job->uri, job->data, job->given_up, &job->error);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_done, job, job_unref);
}

/* What is in the queue is work, or this. */
static Job no_more_work;

static gpointer
do_jobs (gpointer data)
{
  g_autoptr (GAsyncQueue) queue = data;
  Job *job;

  while ((job = g_async_queue_pop (queue)) != &no_more_work)
    do_job (job);
  return NULL;
}

static GError *
no_answer (const char *uri, const char *how)
{
  return g_error_new (GVT_ERROR, GVT_ERROR_LIBVIRT, "libvirt at %s does not answer%s", uri, how);
}

static gboolean
on_deadline (gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&job->task);

  job->deadline = 0;
  job->connection->given_up++;
  g_cancellable_cancel (job->given_up);
  g_message ("libvirt at %s does not answer", job->uri);
  g_task_return_error (task,
                       no_answer (job->uri,
                                  " within 10 s, and whether it will still do what it was asked to "
                                  "is not known"));
  return G_SOURCE_REMOVE;
}

void
gvt_libvirt_connection_run_async (GvtLibvirtConnection *self,
                                  GvtLibvirtWork work,
                                  gpointer data,
                                  GDestroyNotify free_data,
                                  GDestroyNotify free_result,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Job *job;

  g_task_set_source_tag (task, gvt_libvirt_connection_run_async);
  if (self->given_up > 0) {
    free_data (data);
    g_task_return_error (task, no_answer (self->uri, ", not even to what was asked before"));
    return;
  }
  job = g_new0 (Job, 1);
  g_atomic_ref_count_init (&job->references);
  job->uri = g_strdup (self->uri);
  job->work = work;
  job->data = data;
  job->free_data = free_data;
  job->free_result = free_result;
  job->given_up = g_cancellable_new ();
  job->connection = g_object_ref (self);
  job->task = g_steal_pointer (&task);
  g_atomic_ref_count_inc (&job->references);
  job->deadline = g_timeout_add_seconds_full (G_PRIORITY_DEFAULT,
                                              DEADLINE_SECONDS,
                                              on_deadline,
                                              job,
                                              job_unref);
  if (self->thread == NULL)
    self->thread = g_thread_new ("libvirt", do_jobs, g_async_queue_ref (self->queue));
  g_async_queue_push (self->queue, job);
}

gpointer
gvt_libvirt_connection_run_finish (GvtLibvirtConnection *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
gvt_libvirt_connection_finalize (GObject *object)
{
  GvtLibvirtConnection *self = GVT_LIBVIRT_CONNECTION (object);

  /* Every job holds a reference, so the thread does not hang here. */
  if (self->thread != NULL) {
    g_async_queue_push (self->queue, &no_more_work);
    g_thread_join (self->thread);
  }
  g_async_queue_unref (self->queue);
  g_free (self->uri);
  G_OBJECT_CLASS (gvt_libvirt_connection_parent_class)->finalize (object);
}

static void
gvt_libvirt_connection_class_init (GvtLibvirtConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_libvirt_connection_finalize;
}

static void
gvt_libvirt_connection_init (GvtLibvirtConnection *self)
{
  self->queue = g_async_queue_new ();
}

GvtLibvirtConnection *
gvt_libvirt_connection_new (const char *uri)
{
  GvtLibvirtConnection *self = g_object_new (GVT_TYPE_LIBVIRT_CONNECTION, NULL);

  self->uri = g_strdup (uri);
  return self;
}
