/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of a system domain, from its definition to a definition, step by step: libvirt's thread
 * reads and defines, the XML worker edits, this goes from one to the next. Main loop; never blocks
 * and never parses XML. What the worker answers is not trusted, because a domain's XML may have taken
 * the worker over, and libvirt would run as root what it says: another worker, fresh, with another
 * parser, must find that it is an edit and no more.
 */

#include "domain-change.h"

#include "domain-backups.h"
#include "domain-work.h"
#include "editor.h"
#include "gvt-error.h"
#include "qemu-syntax.h"

#define BACKUPS "/var/lib/gvt-manager/backups"

typedef struct {
  GvtLibvirtConnection *libvirt;
  char *editor;
  char *backups;
  GvtDomainVerb verb;
  char *domain; /* as it was named; its UUID once that is known */
  char *object;
  GVariant *settings;
  char *before;
  char *after;
  char *written; /* what libvirt made of @after */
  char *backup;
  GError *problem; /* why it is being taken back */
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  g_object_unref (self->libvirt);
  g_free (self->editor);
  g_free (self->backups);
  g_free (self->domain);
  g_free (self->object);
  g_clear_pointer (&self->settings, g_variant_unref);
  g_free (self->before);
  g_free (self->after);
  g_free (self->written);
  g_free (self->backup);
  g_clear_error (&self->problem);
  g_free (self);
}

static const char *
verb_name (GvtDomainVerb verb)
{
  static const char *const names[] = { "attach", "detach", "restore" };

  return names[verb];
}

static void
work (GTask *task, GvtLibvirtWork step, GvtDomainJob *job, GAsyncReadyCallback callback)
{
  Change *change = g_task_get_task_data (task);

  job->backups = g_strdup (change->backups);
  job->domain = g_strdup (change->domain);
  job->verb = g_strdup (verb_name (change->verb));
  gvt_libvirt_connection_run_async (change->libvirt,
                                    step,
                                    job,
                                    (GDestroyNotify) gvt_domain_job_free,
                                    (GDestroyNotify) gvt_domain_found_free,
                                    callback,
                                    task);
}

static GvtDomainFound *
work_finish (GObject *source, GAsyncResult *result, GError **error)
{
  return gvt_libvirt_connection_run_finish (GVT_LIBVIRT_CONNECTION (source), result, error);
}

static GVariant *
settings_for (const Change *change, GvtWorkerVerb verb)
{
  if (verb == GVT_WORKER_EDIT)
    return change->settings;
  if (verb == GVT_WORKER_VERIFY)
    return g_variant_new_parsed ("{'before': <%s>}", change->before);
  return NULL;
}

static void
ask_editor (GTask *task, GvtWorkerVerb verb, const char *xml, GAsyncReadyCallback callback)
{
  Change *change = g_task_get_task_data (task);

  gvt_domain_editor_run_async (change->editor,
                               verb,
                               xml,
                               change->object,
                               settings_for (change, verb),
                               change->written == NULL ? g_task_get_cancellable (task) : NULL,
                               callback,
                               task);
}

static void
on_pruned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtDomainFound) found = work_finish (source, result, &error);

  /* The change is made; a backup too many is no reason to say otherwise. */
  if (found == NULL)
    g_message ("cannot delete old backups: %s", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
succeed (GTask *task)
{
  work (task, gvt_domain_work_prune, g_new0 (GvtDomainJob, 1), on_pruned);
}

static void
on_taken_back (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Change *change = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtDomainFound) found = work_finish (source, result, &error);

  if (found == NULL)
    g_prefix_error (&change->problem,
                    "what it was before is in the backup %s, since going back failed (%s): ",
                    change->backup,
                    error->message);
  g_task_return_error (task, g_steal_pointer (&change->problem));
}

static void
take_back (GTask *task, GError *problem)
{
  Change *change = g_task_get_task_data (task);
  GvtDomainJob *job = g_new0 (GvtDomainJob, 1);

  change->problem = problem;
  job->before = g_strdup (change->before);
  job->after = g_strdup (change->written);
  job->backup = g_strdup (change->backup);
  work (task, gvt_domain_work_take_back, job, on_taken_back);
}

/* The same edit once more changes nothing if all that it brings is there; after a detach there is no
 * vGPU to take out any more. */
static void
on_looked_at (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *again = gvt_domain_editor_run_finish (result, &error);
  gboolean detached = g_error_matches (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);

  if (change->verb == GVT_DOMAIN_DETACH && detached)
    g_clear_error (&error);
  else if (error != NULL)
    g_prefix_error (&error, "what libvirt made of the new definition cannot be checked: ");
  else if (change->verb == GVT_DOMAIN_DETACH || !g_str_equal (again, change->written))
    g_set_error (&error,
                 GVT_ERROR,
                 GVT_ERROR_LIBVIRT,
                 "libvirt took the new definition, but left out some of it; so it was taken back");
  if (error == NULL)
    succeed (task);
  else
    take_back (task, error);
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GvtDomainFound) found = work_finish (source, result, &error);

  if (found == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  change->written = g_steal_pointer (&found->xml);
  change->backup = g_steal_pointer (&found->backup);
  if (change->verb == GVT_DOMAIN_RESTORE)
    succeed (task);
  else
    ask_editor (task,
                change->verb == GVT_DOMAIN_ATTACH ? GVT_WORKER_EDIT : GVT_WORKER_STRIP,
                change->written,
                on_looked_at);
}

static void
apply (GTask *task)
{
  Change *change = g_task_get_task_data (task);
  GvtDomainJob *job = NULL;

  if (g_str_equal (change->before, change->after)) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  job = g_new0 (GvtDomainJob, 1);
  job->object = g_strdup (change->object);
  job->before = g_strdup (change->before);
  job->after = g_strdup (change->after);
  work (task, gvt_domain_work_apply, job, on_applied);
}

static void
on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autofree char *verified = gvt_domain_editor_run_finish (result, &error);

  if (verified == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  apply (task);
}

static void
on_edited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;

  change->after = gvt_domain_editor_run_finish (result, &error);
  if (change->after == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  ask_editor (task, GVT_WORKER_VERIFY, change->after, on_verified);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GvtDomainFound) found = work_finish (source, result, &error);

  if (found == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_free (change->domain);
  change->domain = g_steal_pointer (&found->uuid);
  change->before = g_steal_pointer (&found->xml);
  if (change->settings != NULL) {
    g_autoptr (GVariant) given = g_steal_pointer (&change->settings);

    change->settings = g_variant_ref_sink (gvt_qemu_syntax_choose (given, found->libvirt_version));
    if (!gvt_qemu_syntax_check (change->settings, found->libvirt_version, &error)) {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  }
  if (change->verb != GVT_DOMAIN_RESTORE) {
    ask_editor (task,
                change->verb == GVT_DOMAIN_ATTACH ? GVT_WORKER_EDIT : GVT_WORKER_STRIP,
                change->before,
                on_edited);
    return;
  }
  g_free (change->object);
  change->object = g_steal_pointer (&found->backup);
  change->after = g_steal_pointer (&found->backup_xml);
  apply (task);
}

void
gvt_domain_change_run_async (GvtLibvirtConnection *libvirt,
                             GvtRoot *root,
                             const char *editor,
                             const GvtDomainChange *change,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  GvtDomainJob *job = g_new0 (GvtDomainJob, 1);
  Change *self = g_new0 (Change, 1);

  g_task_set_source_tag (task, gvt_domain_change_run_async);
  /* What has been done is told, whether or not somebody still wants to know. */
  g_task_set_check_cancellable (task, FALSE);
  self->libvirt = g_object_ref (libvirt);
  self->editor = g_strdup (editor);
  self->backups = gvt_root_locate (root, BACKUPS);
  self->verb = change->verb;
  self->domain = g_strdup (change->domain);
  self->object = g_strdup (change->object);
  self->settings = change->settings != NULL ? g_variant_ref_sink (change->settings) : NULL;
  g_task_set_task_data (task, self, change_free);
  if (change->verb == GVT_DOMAIN_RESTORE)
    job->object = g_strdup (change->object);
  work (task, gvt_domain_work_read, job, on_read);
}

gboolean
gvt_domain_change_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
gvt_domain_backups_list_async (GvtLibvirtConnection *libvirt,
                               GvtRoot *root,
                               const char *domain,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GvtDomainJob *job = g_new0 (GvtDomainJob, 1);

  job->backups = gvt_root_locate (root, BACKUPS);
  job->domain = g_strdup (domain);
  gvt_libvirt_connection_run_async (libvirt,
                                    gvt_domain_work_list,
                                    job,
                                    (GDestroyNotify) gvt_domain_job_free,
                                    (GDestroyNotify) g_ptr_array_unref,
                                    callback,
                                    user_data);
}

GPtrArray *
gvt_domain_backups_list_finish (GAsyncResult *result, GError **error)
{
  GObject *connection = g_async_result_get_source_object (result);
  GPtrArray *backups =
      gvt_libvirt_connection_run_finish (GVT_LIBVIRT_CONNECTION (connection), result, error);

  g_object_unref (connection);
  return backups;
}
