/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking at the processes around a lease, in a worker: the libvirt daemon that asked for it, and who
 * has the vGPU open. Changes nothing.
 */

#include "lease-look.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "holders.h"
#include "libvirt-daemon.h"

GvtLeaseLook *
gvt_lease_look_new (GvtRoot *root,
                    const char *uuid,
                    guint lease,
                    guint64 pid,
                    guint64 started,
                    int group,
                    gboolean ended)
{
  GvtLeaseLook *self = g_new0 (GvtLeaseLook, 1);

  self->root = gvt_root_ref (root);
  self->uuid = g_strdup (uuid);
  self->lease = lease;
  self->pid = pid;
  self->started = started;
  self->group = group;
  self->ended = ended;
  self->descriptor = -1;
  return self;
}

static void
look_free (GvtLeaseLook *self)
{
  if (self->descriptor >= 0)
    close (self->descriptor);
  gvt_root_unref (self->root);
  g_free (self->uuid);
  g_free (self);
}

static void
look_for_daemon (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GvtLeaseLook *self = task_data;

  self->descriptor = gvt_process_open (self->root, (pid_t) self->pid, self->started);
  g_task_return_boolean (task, TRUE);
}

static void
look_for_user (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GvtLeaseLook *self = task_data;
  pid_t pid = 0;
  g_autofree char *holder = gvt_holder_find (self->root, self->group, &pid);

  self->in_use = holder != NULL;
  if (self->in_use)
    self->descriptor = (int) syscall (SYS_pidfd_open, pid, 0);
  g_task_return_boolean (task, TRUE);
}

static void
run (GvtLeaseLook *self, gpointer source, GAsyncReadyCallback callback, GTaskThreadFunc function)
{
  g_autoptr (GTask) task = g_task_new (source, NULL, callback, NULL);

  g_task_set_source_tag (task, run);
  g_task_set_task_data (task, self, (GDestroyNotify) look_free);
  g_task_run_in_thread (task, function);
}

void
gvt_lease_look_for_daemon_async (GvtLeaseLook *self, gpointer source, GAsyncReadyCallback callback)
{
  run (self, source, callback, look_for_daemon);
}

void
gvt_lease_look_for_user_async (GvtLeaseLook *self, gpointer source, GAsyncReadyCallback callback)
{
  run (self, source, callback, look_for_user);
}

GvtLeaseLook *
gvt_lease_look_finish (GAsyncResult *result)
{
  return g_task_get_task_data (G_TASK (result));
}
