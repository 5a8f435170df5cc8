/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods that make a host ready and take it back. Main loop: they check arguments; a worker
 * plans, and another unit changes the host.
 */

#include "methods.h"
#include "options.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-revert.h"
#include "setup-unit.h"

static const GvtOption configure_options[] = { { "dry-run", "b" },
                                               { "guide", "b" },
                                               { NULL, NULL } };
static const GvtOption revert_options[] = { { "dry-run", "b" }, { NULL, NULL } };

/* What a worker plans. */
typedef struct {
  GvtRoot *root;
  GvtSetupRequest request;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  gvt_root_unref (self->root);
  gvt_setup_request_clear (&self->request);
  g_free (self);
}

static gboolean
read_request (GvtCall *call, GvtSetupRequest *request, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  request->revert = g_str_equal (call->method->member, "Revert");
  if (!gvt_options_check (options, request->revert ? revert_options : configure_options, error))
    return FALSE;
  request->guide = gvt_options_get_boolean (options, "guide", FALSE);
  if (request->revert)
    request->fixes = g_new0 (char *, 1);
  else
    g_variant_get_child (call->parameters, 0, "^as", &request->fixes);
  for (char **name = request->fixes; *name != NULL; name++) {
    if (gvt_setup_find_fix (*name, error) == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
gvt_check_setup (GvtCall *call, GError **error)
{
  g_auto (GvtSetupRequest) request = { 0 };
  g_autoptr (GVariant) options = NULL;

  if (!read_request (call, &request, error))
    return FALSE;
  options = gvt_call_get_options (call);
  call->planning = gvt_options_get_boolean (options, "dry-run", FALSE);
  g_free (call->object);
  call->object = g_strjoinv (" ", request.fixes);
  return TRUE;
}

static void
reply (GvtCall *call, GVariant *changes, GError *error)
{
  if (changes == NULL)
    gvt_call_fail (call, error);
  else
    gvt_call_return (call, g_variant_new ("(@aa{sv})", changes));
}

static void
on_planned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (GVariant) changes = g_task_propagate_pointer (G_TASK (result), &error);

  reply (user_data, changes, error);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (GVariant) changes = gvt_setup_unit_run_finish (result, &error);

  reply (user_data, changes, error);
}

static void
plan_in_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) changes = NULL;

  if (job->request.revert)
    changes = gvt_setup_plan_revert (job->root, &error);
  else
    changes = gvt_setup_plan (job->root,
                              (const char *const *) job->request.fixes,
                              job->request.guide,
                              &error);
  if (changes != NULL && !job->request.revert)
    changes = gvt_setup_pending (job->root, g_steal_pointer (&changes), &error);
  if (changes == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task,
                           g_variant_ref_sink (gvt_setup_changes_to_variant (changes)),
                           (GDestroyNotify) g_variant_unref);
}

void
gvt_run_setup (GvtCall *call)
{
  g_autoptr (GTask) task = NULL;
  g_auto (GvtSetupRequest) request = { 0 };
  GError *error = NULL;
  Job *job;

  if (!read_request (call, &request, &error)) {
    gvt_call_fail (call, error);
    return;
  }
  if (!call->planning) {
    gvt_setup_unit_run_async (g_dbus_method_invocation_get_connection (call->invocation),
                              call->context->root,
                              &request,
                              on_run,
                              call);
    return;
  }
  task = g_task_new (NULL, NULL, on_planned, call);
  job = g_new0 (Job, 1);
  job->root = gvt_root_ref (call->context->root);
  job->request = request;
  request.fixes = NULL;
  g_task_set_source_tag (task, gvt_run_setup);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, plan_in_worker);
}
