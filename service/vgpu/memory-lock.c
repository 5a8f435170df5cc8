/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory-lock limits of users' libvirt daemons: the only prlimit(2) there is. Its functions run in
 * one thread of their own. What was changed is noted in /run first, so that a service that restarts
 * in between still puts it back.
 */

#include "memory-lock.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "durable-file.h"
#include "gvt-error.h"
#include "libvirt-daemon.h"

#define NOTES "/run/gvt-manager"
#define NOTE_MAX (64 * 1024)
#define GROUP "MemoryLock"
#define MIB ((guint64) 1024 * 1024)
#define GIB (1024 * MIB)

struct _GvtMemoryLock {
  GObject parent_instance;
  GvtRoot *root;
  GThreadPool *thread;
};

G_DEFINE_FINAL_TYPE (GvtMemoryLock, gvt_memory_lock, G_TYPE_OBJECT)

typedef struct {
  guint32 uid;
  pid_t caller; /* 0: release */
  char *domain;
  guint64 memory_kib;
  guint64 maximum;
  gboolean added; /* out: whether @domain is one more that it was done for */
} Request;

/* What was done for one user: to which daemon, what its limits were, and for which VMs. */
typedef struct {
  guint64 pid;
  guint64 started;
  guint64 soft;
  guint64 hard;
  GPtrArray *domains;
} Note;

static void
request_free (Request *self)
{
  g_free (self->domain);
  g_free (self);
}

static void
note_free (Note *self)
{
  g_ptr_array_unref (self->domains);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Note, note_free)

static char *
locate_note (guint32 uid, gboolean temporary)
{
  return g_strdup_printf (NOTES "/%smemory-lock-%u", temporary ? "." : "", uid);
}

static Note *
load_note (GvtRoot *root, guint32 uid)
{
  g_autofree char *path = locate_note (uid, FALSE);
  g_autofree char *text = gvt_root_read_text (root, path, NOTE_MAX, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) domains = NULL;
  Note *note = g_new0 (Note, 1);

  note->domains = g_ptr_array_new_with_free_func (g_free);
  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    return note;
  note->pid = g_key_file_get_uint64 (file, GROUP, "Pid", NULL);
  note->started = g_key_file_get_uint64 (file, GROUP, "Started", NULL);
  note->soft = g_key_file_get_uint64 (file, GROUP, "Soft", NULL);
  note->hard = g_key_file_get_uint64 (file, GROUP, "Hard", NULL);
  domains = g_key_file_get_string_list (file, GROUP, "Domains", NULL, NULL);
  for (guint i = 0; domains != NULL && domains[i] != NULL; i++)
    g_ptr_array_add (note->domains, g_strdup (domains[i]));
  return note;
}

static gboolean
save_note (GvtRoot *root, guint32 uid, const Note *note, GError **error)
{
  g_autofree char *path = locate_note (uid, FALSE);
  g_autofree char *temporary = locate_note (uid, TRUE);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;

  if (note->domains->len == 0)
    return gvt_durable_remove (root, path, error);
  g_key_file_set_uint64 (file, GROUP, "Pid", note->pid);
  g_key_file_set_uint64 (file, GROUP, "Started", note->started);
  g_key_file_set_uint64 (file, GROUP, "Soft", note->soft);
  g_key_file_set_uint64 (file, GROUP, "Hard", note->hard);
  g_key_file_set_string_list (file,
                              GROUP,
                              "Domains",
                              (const char *const *) note->domains->pdata,
                              note->domains->len);
  text = g_key_file_to_data (file, NULL, NULL);
  return gvt_durable_write (root, path, temporary, text, 0600, error);
}

static gboolean
set_limit (const GvtLibvirtDaemon *daemon, guint64 soft, guint64 hard, GError **error)
{
  struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

  if (prlimit (daemon->pid, RLIMIT_MEMLOCK, &limit, NULL) == 0 &&
      gvt_libvirt_daemon_is_alive (daemon))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "cannot set the memory-lock limit of libvirt daemon %d to %" G_GUINT64_FORMAT
               " MiB: %s",
               (int) daemon->pid,
               hard / MIB,
               g_strerror (errno));
  return FALSE;
}

static gboolean
check_maximum (const Request *request, guint64 needed, GError **error)
{
  if (needed <= request->maximum)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_LIMIT_EXCEEDED,
               "a VM of %" G_GUINT64_FORMAT " MiB needs to lock 1 GiB more than that, and this "
               "machine lets a VM lock %" G_GUINT64_FORMAT " MiB; give the VM less memory, or have "
               "an administrator raise MemoryLockMaximum in /etc/gvt-manager.conf",
               request->memory_kib / 1024,
               request->maximum / MIB);
  return FALSE;
}

static gboolean
forget_domain (Note *note, const char *domain)
{
  guint index;

  if (!g_ptr_array_find_with_equal_func (note->domains, domain, g_str_equal, &index))
    return FALSE;
  g_ptr_array_remove_index (note->domains, index);
  return TRUE;
}

/* A note about a daemon that is gone says nothing about this one. */
static void
note_daemon (Note *note, const GvtLibvirtDaemon *daemon, const struct rlimit *limit)
{
  if (note->domains->len > 0 && note->pid == (guint64) daemon->pid &&
      note->started == daemon->started)
    return;
  g_ptr_array_set_size (note->domains, 0);
  note->pid = (guint64) daemon->pid;
  note->started = daemon->started;
  note->soft = limit->rlim_cur;
  note->hard = limit->rlim_max;
}

static gboolean
raise_limit (GvtMemoryLock *self, Request *request, GError **error)
{
  g_autoptr (GvtLibvirtDaemon) daemon =
      gvt_libvirt_daemon_find (self->root, request->caller, request->uid);
  g_autoptr (Note) note = NULL;
  guint64 needed = request->memory_kib * 1024 + GIB;
  struct rlimit limit;

  if (daemon == NULL) {
    g_debug ("user %u runs no libvirt daemon whose limit could be raised", request->uid);
    return TRUE;
  }
  if (prlimit (daemon->pid, RLIMIT_MEMLOCK, NULL, &limit) != 0) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_FAILED,
                 "cannot read the memory-lock limit of libvirt daemon %d: %s",
                 (int) daemon->pid,
                 g_strerror (errno));
    return FALSE;
  }
  note = load_note (self->root, request->uid);
  note_daemon (note, daemon, &limit);
  if (limit.rlim_max >= needed && note->domains->len == 0)
    return TRUE;
  if (limit.rlim_max < needed && !check_maximum (request, needed, error))
    return FALSE;
  request->added =
      !g_ptr_array_find_with_equal_func (note->domains, request->domain, g_str_equal, NULL);
  if (request->added)
    g_ptr_array_add (note->domains, g_strdup (request->domain));
  if (!save_note (self->root, request->uid, note, error))
    return FALSE;
  if (limit.rlim_max >= needed || set_limit (daemon, limit.rlim_cur, needed, error))
    return TRUE;
  if (request->added && forget_domain (note, request->domain))
    save_note (self->root, request->uid, note, NULL);
  return FALSE;
}

static gboolean
release_limit (GvtMemoryLock *self, const Request *request, GError **error)
{
  g_autoptr (Note) note = load_note (self->root, request->uid);
  g_autoptr (GvtLibvirtDaemon) daemon = NULL;

  if (!forget_domain (note, request->domain))
    return TRUE;
  if (note->domains->len == 0) {
    daemon =
        gvt_libvirt_daemon_find_again (self->root, (pid_t) note->pid, note->started, request->uid);
    if (daemon != NULL && !set_limit (daemon, note->soft, note->hard, error))
      return FALSE;
  }
  return save_note (self->root, request->uid, note, error);
}

static void
run_in_thread (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  GvtMemoryLock *self = GVT_MEMORY_LOCK (g_task_get_source_object (task));
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean done = request->caller != 0 ? raise_limit (self, request, &error)
                                       : release_limit (self, request, &error);

  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
gvt_memory_lock_finalize (GObject *object)
{
  GvtMemoryLock *self = GVT_MEMORY_LOCK (object);

  /* Every request holds a reference, so none is left. */
  g_thread_pool_free (self->thread, FALSE, FALSE);
  gvt_root_unref (self->root);
  G_OBJECT_CLASS (gvt_memory_lock_parent_class)->finalize (object);
}

static void
gvt_memory_lock_class_init (GvtMemoryLockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_memory_lock_finalize;
}

static void
gvt_memory_lock_init (GvtMemoryLock *self)
{
  self->thread = g_thread_pool_new (run_in_thread, NULL, 1, FALSE, NULL);
}

GvtMemoryLock *
gvt_memory_lock_new (GvtRoot *root)
{
  GvtMemoryLock *self = g_object_new (GVT_TYPE_MEMORY_LOCK, NULL);

  self->root = gvt_root_ref (root);
  return self;
}

guint64
gvt_memory_lock_default_maximum (void)
{
  return (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE) / 2;
}

static void
push (GvtMemoryLock *self, Request *request, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, push);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  g_thread_pool_push (self->thread, task, NULL);
}

void
gvt_memory_lock_raise_async (GvtMemoryLock *self,
                             guint64 maximum,
                             guint32 uid,
                             pid_t caller,
                             const char *domain,
                             guint64 memory_kib,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  Request *request;

  g_return_if_fail (caller > 0);
  request = g_new0 (Request, 1);
  request->maximum = maximum;
  request->uid = uid;
  request->caller = caller;
  request->domain = g_strdup (domain);
  request->memory_kib = memory_kib;
  push (self, request, callback, user_data);
}

void
gvt_memory_lock_release_async (GvtMemoryLock *self,
                               guint32 uid,
                               const char *domain,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  Request *request = g_new0 (Request, 1);

  request->uid = uid;
  request->domain = g_strdup (domain);
  push (self, request, callback, user_data);
}

gboolean
gvt_memory_lock_raise_finish (GvtMemoryLock *self,
                              GAsyncResult *result,
                              gboolean *added,
                              GError **error)
{
  const Request *request;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  request = g_task_get_task_data (G_TASK (result));
  *added = request->added;
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
gvt_memory_lock_finish (GvtMemoryLock *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
