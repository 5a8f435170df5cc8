/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one door to polkit. Main loop, asynchronous throughout: a question may stay unanswered for
 * minutes. The answer is no unless polkit said yes.
 */

#include "authorise.h"

#include <polkit/polkit.h>

#include "callers.h"
#include "gvt-error.h"

typedef struct {
  char *sender;
  char *action;
  PolkitDetails *details;
  gboolean interactive;
  GSource *caller_left; /* while it waits for the library */
} Request;

static void
request_free (Request *self)
{
  g_free (self->sender);
  g_free (self->action);
  g_clear_object (&self->details);
  g_clear_pointer (&self->caller_left, g_source_unref);
  g_free (self);
}

static PolkitDetails *
make_details (GHashTable *table)
{
  PolkitDetails *details = polkit_details_new ();
  GHashTableIter iter;
  const char *key;
  const char *value;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, (gpointer *) &key, (gpointer *) &value))
    polkit_details_insert (details, key, value);
  return details;
}

static void
return_unreachable (GTask *task, const char *action, const GError *reason)
{
  g_message ("polkit has no answer about %s: %s", action, reason->message);
  g_task_return_new_error (task,
                           GVT_ERROR,
                           GVT_ERROR_NOT_AUTHORIZED,
                           "polkit has no answer about %s, so only root may do this; is polkit "
                           "running, and is its policy file installed?",
                           action);
}

/* What a refusal means for the caller: polkit tells a "no" from a "not without a password". */
static GError *
refusal (PolkitAuthorizationResult *result, const Request *request)
{
  if (polkit_authorization_result_get_dismissed (result))
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_NOT_AUTHORIZED_DISMISSED,
                        "authentication for %s was dismissed",
                        request->action);
  if (polkit_authorization_result_get_is_challenge (result))
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN,
                        "%s needs authentication, %s",
                        request->action,
                        request->interactive
                            ? "and no polkit agent is there to ask; use a terminal or a desktop "
                              "session, or have an administrator add a polkit rule"
                            : "which this call did not allow; allow interactive authorisation");
  return g_error_new (GVT_ERROR,
                      GVT_ERROR_NOT_AUTHORIZED,
                      "%s: %sthis system's polkit policy does not permit it to you",
                      request->action,
                      request->interactive ? "authentication failed, or " : "");
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (PolkitAuthorizationResult) answer =
      polkit_authority_check_authorization_finish (POLKIT_AUTHORITY (source), result, &error);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (answer == NULL)
    return_unreachable (task, request->action, error);
  else if (polkit_authorization_result_get_is_authorized (answer))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, refusal (answer, request));
}

/* polkit's library, once it is there, and who waits for it to be. */
static PolkitAuthority *authority;
static GPtrArray *waiting; /* of GTask */

static void
ask (GTask *task)
{
  const Request *request = g_task_get_task_data (task);
  /* By bus name, never by process id: a process can become another between question and answer. */
  g_autoptr (PolkitSubject) subject = polkit_system_bus_name_new (request->sender);

  polkit_authority_check_authorization (
      authority,
      subject,
      request->action,
      request->details,
      request->interactive ? POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION
                           : POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
      g_task_get_cancellable (task),
      on_checked,
      g_object_ref (task));
}

static void
stop_waiting (GTask *task)
{
  Request *request = g_task_get_task_data (task);

  if (request->caller_left != NULL)
    g_source_destroy (request->caller_left);
  g_clear_pointer (&request->caller_left, g_source_unref);
}

static gboolean
on_caller_left (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);

  stop_waiting (task);
  g_ptr_array_remove (waiting, task);
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/*
 * The library shares one authority and frees it with its last user, although signals of polkitd may
 * still be on their way to it (polkitauthority.c connects its proxy without a reference). A process
 * that frees it between two questions reads freed memory when an agent registers then. So it is kept.
 */
static void
on_authority (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&waiting);
  g_autoptr (GError) error = NULL;

  authority = polkit_authority_get_finish (result, &error);
  for (guint i = 0; i < tasks->len; i++) {
    GTask *task = g_ptr_array_index (tasks, i);
    const Request *request = g_task_get_task_data (task);

    stop_waiting (task);
    if (g_task_return_error_if_cancelled (task))
      continue;
    if (authority == NULL)
      return_unreachable (task, request->action, error);
    else
      ask (task);
  }
}

/*
 * The library gets itself ready in a thread that holds its lock until polkitd has answered, and
 * polkit_authority_get_async() takes the same lock where it is called. Called again meanwhile, with
 * a polkitd that hangs, it would keep the main loop waiting for 25 s; so it never is.
 */
static void
wait_for_authority (GTask *task)
{
  Request *request = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL) {
    request->caller_left = g_cancellable_source_new (cancellable);
    g_task_attach_source (task, request->caller_left, G_SOURCE_FUNC (on_caller_left));
  }
  if (waiting == NULL) {
    waiting = g_ptr_array_new_with_free_func (g_object_unref);
    polkit_authority_get_async (NULL, on_authority, NULL);
  }
  g_ptr_array_add (waiting, g_object_ref (task));
}

void
gvt_authorise_async (const char *sender,
                     guint32 uid,
                     const char *action,
                     GHashTable *details,
                     gboolean interactive,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  g_task_set_source_tag (task, gvt_authorise_async);
  g_task_set_check_cancellable (task, TRUE);
  request->sender = g_strdup (sender);
  request->action = g_strdup (action);
  request->details = make_details (details);
  request->interactive = interactive;
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);

  if (uid == GVT_NO_UID) {
    g_task_return_new_error (task,
                             GVT_ERROR,
                             GVT_ERROR_NOT_AUTHORIZED,
                             "the bus does not say who is calling");
    return;
  }
  if (uid == 0) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  if (authority != NULL)
    ask (task);
  else
    wait_for_authority (task);
}

gboolean
gvt_authorise_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
