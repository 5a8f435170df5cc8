/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Has systemd run the one unit that may change the host. Main loop; files are read and written by a
 * worker. The unit takes no parameters: what to do is in a file that only root can reach.
 */

#include "setup-unit.h"

#include "gvt-error.h"

#define UNIT "gvt-manager-setup.service"
#define SYSTEMD "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER SYSTEMD ".Manager"

/* Making a boot loader's configuration or an initramfs anew takes minutes on an old machine. */
#define DEADLINE_SECONDS 600

typedef struct {
  GDBusConnection *connection;
  GvtRoot *root;
  GvtSetupRequest request;
  guint subscription;
  guint deadline;
} Run;

/* Two at once would undo each other. */
static gboolean running;

static void
run_free (gpointer data)
{
  Run *self = data;

  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  g_clear_handle_id (&self->deadline, g_source_remove);
  g_object_unref (self->connection);
  gvt_root_unref (self->root);
  gvt_setup_request_clear (&self->request);
  g_free (self);
}

static void
read_answer (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Run *run = data;
  GError *error = NULL;
  GVariant *answer = gvt_setup_answer_take (run->root, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, error);
}

/* Whoever comes first, systemd or the deadline, ends the wait. */
static gboolean
end_wait (Run *run)
{
  if (run->subscription == 0)
    return FALSE;
  g_dbus_connection_signal_unsubscribe (run->connection, run->subscription);
  run->subscription = 0;
  g_clear_handle_id (&run->deadline, g_source_remove);
  return TRUE;
}

static gboolean
on_deadline (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Run *run = g_task_get_task_data (task);

  run->deadline = 0;
  end_wait (run);
  g_task_return_new_error (task,
                           GVT_ERROR,
                           GVT_ERROR_FAILED,
                           UNIT " did not end within %d minutes; see journalctl -u " UNIT,
                           DEADLINE_SECONDS / 60);
  return G_SOURCE_REMOVE;
}

static void
on_job_removed (GDBusConnection *connection,
                const char *sender,
                const char *path,
                const char *interface,
                const char *signal,
                GVariant *parameters,
                gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Run *run = g_task_get_task_data (task);
  const char *unit;
  const char *result;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uoss)"))) {
    g_steal_pointer (&task);
    return;
  }
  g_variant_get (parameters, "(uo&s&s)", NULL, NULL, &unit, &result);
  if (!g_str_equal (unit, UNIT)) {
    g_steal_pointer (&task);
    return;
  }
  end_wait (run);
  if (g_str_equal (result, "done"))
    g_task_run_in_thread (task, read_answer);
  else
    g_task_return_new_error (task,
                             GVT_ERROR,
                             GVT_ERROR_FAILED,
                             UNIT " ended with “%s”; see journalctl -u " UNIT,
                             result);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    return;
  if (!end_wait (g_task_get_task_data (task))) {
    g_error_free (error);
    return;
  }
  g_dbus_error_strip_remote_error (error);
  g_prefix_error (&error, "systemd does not start " UNIT ": ");
  g_task_return_error (task, error);
  /* The wait's own reference. */
  g_object_unref (task);
}

static void
start (GTask *task)
{
  Run *run = g_task_get_task_data (task);

  /* systemd sends its signals only while somebody has asked for them. */
  g_dbus_connection_call (run->connection,
                          SYSTEMD,
                          SYSTEMD_PATH,
                          SYSTEMD_MANAGER,
                          "Subscribe",
                          NULL,
                          NULL,
                          G_DBUS_CALL_FLAGS_NONE,
                          -1,
                          NULL,
                          NULL,
                          NULL);
  run->subscription = g_dbus_connection_signal_subscribe (run->connection,
                                                          SYSTEMD,
                                                          SYSTEMD_MANAGER,
                                                          "JobRemoved",
                                                          SYSTEMD_PATH,
                                                          NULL,
                                                          G_DBUS_SIGNAL_FLAGS_NONE,
                                                          on_job_removed,
                                                          task,
                                                          NULL);
  run->deadline = g_timeout_add_seconds (DEADLINE_SECONDS, on_deadline, task);
  g_dbus_connection_call (run->connection,
                          SYSTEMD,
                          SYSTEMD_PATH,
                          SYSTEMD_MANAGER,
                          "StartUnit",
                          g_variant_new ("(ss)", UNIT, "replace"),
                          G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NONE,
                          -1,
                          NULL,
                          on_started,
                          g_object_ref (task));
}

static void
write_request (GTask *writing, gpointer source, gpointer data, GCancellable *cancellable)
{
  Run *run = data;
  GError *error = NULL;

  if (gvt_setup_request_write (run->root, &run->request, &error))
    g_task_return_boolean (writing, TRUE);
  else
    g_task_return_error (writing, error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error)) {
    start (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
gvt_setup_unit_run_async (GDBusConnection *connection,
                          GvtRoot *root,
                          const GvtSetupRequest *request,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (GTask) writing = NULL;
  Run *run;

  g_task_set_source_tag (task, gvt_setup_unit_run_async);
  if (running) {
    g_task_return_new_error (task,
                             GVT_ERROR,
                             GVT_ERROR_BUSY,
                             "another setup is under way; try again when it is done");
    g_object_unref (task);
    return;
  }
  running = TRUE;
  run = g_new0 (Run, 1);
  run->connection = g_object_ref (connection);
  run->root = gvt_root_ref (root);
  run->request.revert = request->revert;
  run->request.fixes = g_strdupv (request->fixes);
  run->request.guide = request->guide;
  g_task_set_task_data (task, run, run_free);

  writing = g_task_new (NULL, NULL, on_written, task);
  g_task_set_source_tag (writing, write_request);
  g_task_set_task_data (writing, run, NULL);
  g_task_run_in_thread (writing, write_request);
}

/* Here the run ends, and not with its data, which a worker may let go of only after the caller has its
 * answer and asks for the next. */
GVariant *
gvt_setup_unit_run_finish (GAsyncResult *result, GError **error)
{
  if (g_task_get_task_data (G_TASK (result)) != NULL)
    running = FALSE;
  return g_task_propagate_pointer (G_TASK (result), error);
}
