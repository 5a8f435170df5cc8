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
} Request;

static void
request_free (Request *self)
{
  g_free (self->sender);
  g_free (self->action);
  g_clear_object (&self->details);
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

/*
 * polkit's library shares one authority and frees it with its last user, although signals of polkitd
 * may still be on their way to it (polkitauthority.c connects its proxy without a reference). A
 * process that frees it between two questions reads freed memory when an agent registers then.
 */
static void
keep_for_ever (PolkitAuthority *authority)
{
  static PolkitAuthority *kept;

  if (kept == NULL)
    kept = g_object_ref (authority);
}

static void
on_authority (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Request *request = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (PolkitAuthority) authority = polkit_authority_get_finish (result, &error);
  g_autoptr (PolkitSubject) subject = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (authority == NULL) {
    return_unreachable (task, request->action, error);
    return;
  }
  keep_for_ever (authority);
  /* By bus name, never by process id: a process can become another between question and answer. */
  subject = polkit_system_bus_name_new (request->sender);
  polkit_authority_check_authorization (
      authority,
      subject,
      request->action,
      request->details,
      request->interactive ? POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION
                           : POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
      cancellable,
      on_checked,
      g_steal_pointer (&task));
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
  polkit_authority_get_async (cancellable, on_authority, g_steal_pointer (&task));
}

gboolean
gvt_authorise_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
