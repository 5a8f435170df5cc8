/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How Prepare and Release go, step by step: who runs the VM, its memory lock, its vGPUs. Main loop.
 * Must never call libvirt, which waits for the hook meanwhile.
 */

#include "change.h"
#include "gvt-error.h"
#include "methods.h"
#include "process-helper.h"
#include "uuid.h"

/* What is needed of the arguments here; the check has found them well formed. */
static char *
get_domain (GvtCall *call)
{
  const char *domain;

  g_variant_get_child (call->parameters, 1, "&s", &domain);
  return gvt_uuid_parse (domain, NULL);
}

static guint64
get_memory_kib (GvtCall *call)
{
  guint64 memory_kib;

  g_variant_get_child (call->parameters, 3, "t", &memory_kib);
  return memory_kib;
}

/* The error of a call whose way back has one more asynchronous step. */
typedef struct {
  GvtCall *call;
  GError *error;
} Failing;

static void
on_lowered_after_failure (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Failing *failing = user_data;
  g_autoptr (GError) late = NULL;

  if (!gvt_memory_lock_finish (GVT_MEMORY_LOCK (source), result, &late))
    g_message ("cannot take back a memory-lock limit: %s", late->message);
  gvt_call_fail (failing->call, failing->error);
}

static void
fail_and_lower (GvtCall *call, GError *error)
{
  g_autofree char *domain = get_domain (call);
  Failing *failing = g_new0 (Failing, 1);

  failing->call = call;
  failing->error = error;
  gvt_memory_lock_release_async (call->context->memory_lock,
                                 call->uid,
                                 domain,
                                 on_lowered_after_failure,
                                 failing);
}

/* What the kernel says is about a type and a GPU; who reads it wants to know which of their VMs. */
static void
say_whose (GvtCall *call, GError **error)
{
  g_autoptr (GPtrArray) uuids = gvt_transitions_list_uuids (call->transitions);
  g_autofree char *domain = get_domain (call);
  g_autofree char *list = NULL;

  g_ptr_array_add (uuids, NULL);
  list = g_strjoinv (", ", (char **) uuids->pdata);
  gvt_lease_prefix_error (error, list, domain);
}

static void
fail_prepare (GvtCall *call, GError *error)
{
  if (call->raised)
    fail_and_lower (call, error);
  else
    gvt_call_fail (call, error);
}

static void
on_given_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (!gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    g_message ("cannot release what was prepared for nobody: %s", error->message);
  fail_prepare (call, g_error_new_literal (GVT_ERROR, GVT_ERROR_FAILED, "whoever asked is gone"));
}

/* Whoever asked did not wait for the answer (libvirt's hook was killed, gvt-client run was
 * interrupted): no VM is started with what was prepared, and nobody would release it. */
static void
give_back (GvtCall *call)
{
  g_ptr_array_set_size (call->transitions, 0);
  /* Well formed it is, and all that it names is there: it was prepared just now. */
  gvt_check_release (call, NULL);
  gvt_change_run_async (call->context->registry,
                        call->context->root,
                        g_ptr_array_ref (call->transitions),
                        on_given_back,
                        call);
}

static void
on_vgpus_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (!gvt_change_run_finish (GVT_REGISTRY (source), result, &error)) {
    say_whose (call, &error);
    fail_prepare (call, error);
  } else if (g_cancellable_is_cancelled (call->cancellable))
    give_back (call);
  else
    gvt_call_return (call, NULL);
}

static void
prepare_vgpus (GvtCall *call)
{
  gvt_change_run_async (call->context->registry,
                        call->context->root,
                        g_ptr_array_ref (call->transitions),
                        on_vgpus_prepared,
                        call);
}

static void
on_raised (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (gvt_memory_lock_raise_finish (GVT_MEMORY_LOCK (source), result, &call->raised, &error))
    prepare_vgpus (call);
  else
    gvt_call_fail (call, error);
}

/* The steps of a Prepare that knows who calls. */
typedef struct {
  GvtCall *call;
  GvtRoot *root;
  guint32 uid;
  pid_t caller;
} Preparing;

static void
preparing_free (Preparing *self)
{
  gvt_root_unref (self->root);
  g_free (self);
}

static void
find_daemon_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Preparing *preparing = task_data;
  GvtProcessQuestion question = {
    .verb = GVT_PROCESS_DAEMON,
    .number = preparing->caller,
    .uid = preparing->uid,
  };
  g_autoptr (GError) error = NULL;
  GvtProcessAnswer *daemon = gvt_process_ask (preparing->root, &question, &error);

  /* Without a daemon to wait for, the VM itself is looked for. */
  if (daemon == NULL)
    g_message ("%s", error->message);
  g_task_return_pointer (task, daemon, (GDestroyNotify) gvt_process_answer_free);
}

/* As long as the daemon lives it will say when the VM has ended. */
static void
note_lease (GvtCall *call, const GvtProcessAnswer *daemon)
{
  for (guint i = 0; i < call->transitions->len; i++) {
    GvtTransition *transition = g_ptr_array_index (call->transitions, i);

    transition->record->lease_pid = daemon == NULL ? 0 : (guint64) daemon->pid;
    transition->record->lease_started = daemon == NULL ? 0 : daemon->started;
  }
}

static void
on_daemon_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  const Preparing *preparing = g_task_get_task_data (G_TASK (result));
  GvtCall *call = preparing->call;
  g_autoptr (GvtProcessAnswer) daemon = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autofree char *domain = get_domain (call);

  note_lease (call, daemon);
  /* Root's VMs are those of the system libvirt, which raises limits itself. */
  if (call->uid == 0 || get_memory_kib (call) == 0)
    prepare_vgpus (call);
  else
    gvt_memory_lock_raise_async (call->context->memory_lock,
                                 call->context->configuration->memory_lock_maximum,
                                 call->uid,
                                 preparing->caller,
                                 domain,
                                 get_memory_kib (call),
                                 on_raised,
                                 call);
}

static void
find_daemon (GvtCall *call, pid_t caller)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_daemon_found, NULL);
  Preparing *preparing = g_new0 (Preparing, 1);

  preparing->call = call;
  preparing->root = gvt_root_ref (call->context->root);
  preparing->uid = call->uid;
  preparing->caller = caller;
  g_task_set_source_tag (task, find_daemon);
  g_task_set_task_data (task, preparing, (GDestroyNotify) preparing_free);
  g_task_run_in_thread (task, find_daemon_in_worker);
}

static void
on_caller_pid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 pid = 0;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &pid);
  if (error == NULL && (pid == 0 || pid > G_MAXINT32))
    error = g_error_new (GVT_ERROR, GVT_ERROR_FAILED, "the bus does not say which process calls");
  if (error != NULL) {
    gvt_call_fail (call, error);
    return;
  }
  find_daemon (call, (pid_t) pid);
}

void
gvt_run_prepare (GvtCall *call)
{
  if (call->transitions->len == 0) {
    gvt_call_return (call, NULL);
    return;
  }
  g_dbus_connection_call (
      g_dbus_method_invocation_get_connection (call->invocation),
      "org.freedesktop.DBus",
      "/org/freedesktop/DBus",
      "org.freedesktop.DBus",
      "GetConnectionUnixProcessID",
      g_variant_new ("(s)", g_dbus_method_invocation_get_sender (call->invocation)),
      G_VARIANT_TYPE ("(u)"),
      G_DBUS_CALL_FLAGS_NONE,
      -1,
      NULL,
      on_caller_pid,
      call);
}

static void
on_lowered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (gvt_memory_lock_finish (GVT_MEMORY_LOCK (source), result, &error))
    gvt_call_return (call, NULL);
  else
    gvt_call_fail (call, error);
}

static void
on_vgpus_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  g_autofree char *domain = get_domain (call);
  GError *error = NULL;

  if (!gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    fail_and_lower (call, error);
  else
    gvt_memory_lock_release_async (call->context->memory_lock, call->uid, domain, on_lowered, call);
}

void
gvt_run_release (GvtCall *call)
{
  gvt_change_run_async (call->context->registry,
                        call->context->root,
                        g_ptr_array_ref (call->transitions),
                        on_vgpus_released,
                        call);
}
