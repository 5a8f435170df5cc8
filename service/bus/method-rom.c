/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods of the option ROM catalogue. Main loop: they check arguments and hand the work, which
 * is files, to a worker.
 */

#include "gvt-error.h"
#include "methods.h"
#include "options.h"
#include "rom-catalogue.h"

/* What a worker gets of a call. */
typedef struct {
  GvtRoot *root;
  GBytes *bytes; /* of an installation */
  char *name;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  gvt_root_unref (self->root);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->name);
  g_free (self);
}

static gboolean
check_common (GvtCall *call, const char *name, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  if (!gvt_options_check (options, NULL, error) || !gvt_rom_check_name (name, error))
    return FALSE;
  g_free (call->object);
  call->object = g_strdup (name);
  return TRUE;
}

/* The bytes are looked at when it is known that they come from somebody who may. */
gboolean
gvt_check_install_rom (GvtCall *call, GError **error)
{
  const char *name;

  g_variant_get_child (call->parameters, 1, "&s", &name);
  return check_common (call, name, error);
}

gboolean
gvt_check_remove_rom (GvtCall *call, GError **error)
{
  const char *name;

  g_variant_get_child (call->parameters, 0, "&s", &name);
  return check_common (call, name, error);
}

gboolean
gvt_check_list_roms (GvtCall *call, GError **error)
{
  return TRUE; /* takes nothing */
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;
  GVariant *reply = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL)
    gvt_call_fail (call, error);
  else
    gvt_call_return (call, reply);
}

static void
run_in_worker (GvtCall *call, GBytes *bytes, const char *name, GTaskThreadFunc work)
{
  /* No cancellable: what was begun is finished, whether or not the caller waits for it. */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_done, call);
  Job *job = g_new0 (Job, 1);

  job->root = gvt_root_ref (call->context->root);
  job->bytes = bytes;
  job->name = g_strdup (name);
  g_task_set_source_tag (task, run_in_worker);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, work);
}

static void
install (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  g_autofree char *sha256 = gvt_rom_install (job->root, job->bytes, job->name, &error);

  if (sha256 == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_variant_new ("(s)", sha256), (GDestroyNotify) g_variant_unref);
}

static void
list (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;

  g_task_return_pointer (task,
                         g_variant_new ("(@aa{sv})", gvt_rom_list (job->root)),
                         (GDestroyNotify) g_variant_unref);
}

static void
remove_one (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (gvt_rom_remove (job->root, job->name, &error))
    g_task_return_pointer (task, NULL, NULL);
  else
    g_task_return_error (task, error);
}

void
gvt_run_install_rom (GvtCall *call)
{
  g_autoptr (GVariant) bytes = g_variant_get_child_value (call->parameters, 0);
  const char *name;

  g_variant_get_child (call->parameters, 1, "&s", &name);
  run_in_worker (call, g_variant_get_data_as_bytes (bytes), name, install);
}

void
gvt_run_list_roms (GvtCall *call)
{
  run_in_worker (call, NULL, NULL, list);
}

void
gvt_run_remove_rom (GvtCall *call)
{
  const char *name;

  g_variant_get_child (call->parameters, 0, "&s", &name);
  run_in_worker (call, NULL, name, remove_one);
}
