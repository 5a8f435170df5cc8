/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs gvt-domain-editor, one process per request, for the main loop. It is started in a thread,
 * because whoever starts a program waits until the new process has become it (g_spawn_async()). The
 * request lies in a memory file that is the worker's standard input, so that nothing here ever waits
 * for the worker to read. It must never trust the worker: it may have been taken over by what it read.
 */

#include "editor.h"

#include "gvt-error.h"
#include "mentioned-vgpus.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* An edit takes milliseconds, and the worker's own limit is one second of CPU time. */
#define DEADLINE_SECONDS 3

#define CHUNK (64 * 1024)

typedef struct {
  GSubprocess *process;
  GInputStream *output;
  GByteArray *reply;
  GCancellable *stop;
  GCancellable *outer;
  gulong outer_id;
  guint deadline;
  gboolean timed_out;
} Run;

/* What a thread needs to start the worker. */
typedef struct {
  char *program;
  GBytes *request;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_free (start->program);
  g_bytes_unref (start->request);
  g_free (start);
}

static void
run_free (gpointer data)
{
  Run *run = data;

  g_clear_handle_id (&run->deadline, g_source_remove);
  g_cancellable_disconnect (run->outer, run->outer_id);
  g_clear_object (&run->outer);
  g_clear_object (&run->stop);
  g_clear_object (&run->process);
  g_byte_array_unref (run->reply);
  g_free (run);
}

/* The bytes of @request as an open file at its beginning, or -1. */
static int
file_of_request (GBytes *request, GError **error)
{
  gsize size = 0;
  const void *data = g_bytes_get_data (request, &size);
  int fd = memfd_create ("gvt-domain-editor-request", MFD_CLOEXEC);

  if (fd >= 0 && write (fd, data, size) == (ssize_t) size && lseek (fd, 0, SEEK_SET) == 0)
    return fd;

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "cannot hand the domain XML to the domain editor: %s",
               g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
spawn_in_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Start *start = data;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  GSubprocess *process = NULL;
  char *no_environment[] = { NULL };
  GError *error = NULL;
  int fd = file_of_request (start->request, &error);

  if (fd < 0) {
    g_task_return_error (task, error);
    return;
  }
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_take_stdin_fd (launcher, fd);
  g_subprocess_launcher_set_environ (launcher, no_environment);
  g_subprocess_launcher_set_cwd (launcher, "/");
  process = g_subprocess_launcher_spawn (launcher, &error, start->program, NULL);
  if (process != NULL) {
    g_task_return_pointer (task, process, g_object_unref);
    return;
  }
  g_task_return_new_error (task,
                           GVT_ERROR,
                           GVT_ERROR_FAILED,
                           "cannot run the domain editor: %s",
                           error->message);
  g_error_free (error);
}

static void
fail (GTask *task, const char *why)
{
  g_task_return_new_error (task, GVT_ERROR, GVT_ERROR_FAILED, "the domain editor %s", why);
}

static void
kill_worker (Run *run)
{
  g_subprocess_force_exit (run->process);
  g_cancellable_cancel (run->stop);
}

static gboolean
on_deadline (gpointer data)
{
  Run *run = data;

  run->deadline = 0;
  run->timed_out = TRUE;
  kill_worker (run);
  return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled (GCancellable *outer, gpointer data)
{
  Run *run = data;

  kill_worker (run);
}

/* What to say of a run that ended by our own hand; FALSE if it did not. */
static gboolean
return_if_stopped (GTask *task)
{
  Run *run = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return TRUE;
  if (!run->timed_out)
    return FALSE;

  fail (task, "took longer than 3 seconds and was stopped");
  return TRUE;
}

static void
on_exited (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Run *run = g_task_get_task_data (task);
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_subprocess_wait_finish (run->process, result, NULL);
  if (return_if_stopped (task))
    return;

  if (!g_subprocess_get_successful (run->process)) {
    fail (task, "died of the domain XML it was given");
    return;
  }

  reply = g_bytes_new (run->reply->data, run->reply->len);
  text = gvt_worker_reply_unpack (reply, &error);
  if (text != NULL)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Run *run = g_task_get_task_data (task);
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (run->output, result, NULL);
  gsize size = 0;
  const void *bytes = chunk != NULL ? g_bytes_get_data (chunk, &size) : NULL;

  if (chunk == NULL || run->reply->len + size > GVT_WORKER_REPLY_MAX) {
    kill_worker (run);
    if (!return_if_stopped (task))
      fail (task, "answered too much");
    return;
  }

  if (size == 0) {
    g_subprocess_wait_async (run->process, run->stop, on_exited, g_steal_pointer (&task));
    return;
  }

  g_byte_array_append (run->reply, bytes, (guint) size);
  g_input_stream_read_bytes_async (run->output,
                                   CHUNK,
                                   G_PRIORITY_DEFAULT,
                                   run->stop,
                                   on_read,
                                   g_steal_pointer (&task));
}

static void
on_spawned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GSubprocess *process = g_task_propagate_pointer (G_TASK (result), &error);
  GCancellable *cancellable = g_task_get_cancellable (task);
  Run *run = NULL;

  if (process == NULL) {
    g_task_return_error (task, error);
    return;
  }
  run = g_new0 (Run, 1);
  run->process = process;
  run->output = g_subprocess_get_stdout_pipe (process);
  run->reply = g_byte_array_new ();
  run->stop = g_cancellable_new ();
  run->deadline = g_timeout_add_seconds (DEADLINE_SECONDS, on_deadline, run);
  g_task_set_task_data (task, run, run_free);
  if (cancellable != NULL) {
    run->outer = g_object_ref (cancellable);
    run->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (on_outer_cancelled), run, NULL);
  }

  g_input_stream_read_bytes_async (run->output,
                                   CHUNK,
                                   G_PRIORITY_DEFAULT,
                                   run->stop,
                                   on_read,
                                   g_steal_pointer (&task));
}

void
gvt_domain_editor_run_async (const char *program,
                             GvtWorkerVerb verb,
                             const char *xml,
                             const char *uuid,
                             GVariant *settings,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr (GVariant) bounded = gvt_mentioned_vgpus (settings, xml);
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GTask) spawning = NULL;
  GError *error = NULL;
  Start *start = NULL;

  g_task_set_source_tag (task, gvt_domain_editor_run_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  request = gvt_worker_request_pack (verb, xml, uuid, bounded, &error);
  if (request == NULL) {
    g_task_return_error (task, error);
    return;
  }
  start = g_new0 (Start, 1);
  start->program = g_strdup (program);
  start->request = g_steal_pointer (&request);
  /* Not with @cancellable: a process that was started has to be told to end. */
  spawning = g_task_new (NULL, NULL, on_spawned, g_steal_pointer (&task));
  g_task_set_source_tag (spawning, gvt_domain_editor_run_async);
  g_task_set_task_data (spawning, start, start_free);
  g_task_run_in_thread (spawning, spawn_in_worker);
}

char *
gvt_domain_editor_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
