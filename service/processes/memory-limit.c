/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory-lock limits of users' libvirt daemons: the only prlimit(2) there is. One request at a time,
 * in a worker thread or the process helper. What was changed is noted in /run first, so that a service
 * that restarts in between still puts it back.
 */

#include "memory-limit.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "durable-file.h"
#include "gvt-error.h"
#include "libvirt-daemon.h"

#define NOTES "/run/gvt-manager"
#define NOTE_MAX (64 * 1024)
#define GROUP "MemoryLock"
#define MIB ((guint64) 1024 * 1024)
#define GIB (1024 * MIB)

/* What was done for one user: to which daemon, what its limits were, and for which VMs. */
typedef struct {
  guint64 pid;
  guint64 started;
  guint64 soft;
  guint64 hard;
  GPtrArray *domains;
} Note;

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
  const GvtDurableFile place = { .path = path, .temporary = temporary, .mode = 0600 };
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
  return gvt_durable_write_text (root, &place, text, error);
}

static gboolean
set_limit (const GvtLibvirtDaemon *daemon, guint64 soft, guint64 hard, GError **error)
{
  struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

  if (prlimit (daemon->pid, RLIMIT_MEMLOCK, &limit, NULL) == 0) {
    if (gvt_libvirt_daemon_is_alive (daemon))
      return TRUE;
    errno = ESRCH;
  }
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
check_maximum (const GvtProcessQuestion *question, guint64 needed, GError **error)
{
  if (needed <= question->maximum)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_LIMIT_EXCEEDED,
               "a VM of %" G_GUINT64_FORMAT " MiB needs to lock 1 GiB more than that, and this "
               "machine lets a VM lock %" G_GUINT64_FORMAT " MiB; give the VM less memory, or have "
               "an administrator raise MemoryLockMaximum in /etc/gvt-manager.conf",
               question->memory_kib / 1024,
               question->maximum / MIB);
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

/* A user may run another daemon beside the one that is noted; nobody else will lower that again. */
static void
lower_noted (GvtRoot *root, guint32 uid, const Note *note)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtLibvirtDaemon) noted =
      note->domains->len == 0
          ? NULL
          : gvt_libvirt_daemon_find_again (root, (pid_t) note->pid, note->started, uid);

  if (noted != NULL && !set_limit (noted, note->soft, note->hard, &error))
    g_message ("%s", error->message);
}

/* A note about another daemon says nothing about this one. */
static void
note_daemon (GvtRoot *root,
             guint32 uid,
             Note *note,
             const GvtLibvirtDaemon *daemon,
             const struct rlimit *limit)
{
  if (note->domains->len > 0 && note->pid == (guint64) daemon->pid &&
      note->started == daemon->started)
    return;
  lower_noted (root, uid, note);
  g_ptr_array_set_size (note->domains, 0);
  note->pid = (guint64) daemon->pid;
  note->started = daemon->started;
  note->soft = limit->rlim_cur;
  note->hard = limit->rlim_max;
}

gboolean
gvt_memory_limit_raise (GvtRoot *root,
                        const GvtProcessQuestion *question,
                        gboolean *added,
                        GError **error)
{
  g_autoptr (GvtLibvirtDaemon) daemon =
      gvt_libvirt_daemon_find (root, question->number, question->uid);
  g_autoptr (Note) note = NULL;
  guint64 needed = question->memory_kib * 1024 + GIB;
  struct rlimit limit;

  if (daemon == NULL) {
    g_debug ("user %u runs no libvirt daemon whose limit could be raised", question->uid);
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
  note = load_note (root, question->uid);
  note_daemon (root, question->uid, note, daemon, &limit);
  if (limit.rlim_max >= needed && note->domains->len == 0)
    return TRUE;
  if (limit.rlim_max < needed && !check_maximum (question, needed, error))
    return FALSE;
  *added = !g_ptr_array_find_with_equal_func (note->domains, question->domain, g_str_equal, NULL);
  if (*added)
    g_ptr_array_add (note->domains, g_strdup (question->domain));
  if (!save_note (root, question->uid, note, error))
    return FALSE;
  if (limit.rlim_max >= needed || set_limit (daemon, limit.rlim_cur, needed, error))
    return TRUE;
  if (*added) {
    forget_domain (note, question->domain);
    save_note (root, question->uid, note, NULL);
  }
  return FALSE;
}

gboolean
gvt_memory_limit_lower (GvtRoot *root, const GvtProcessQuestion *question, GError **error)
{
  g_autoptr (Note) note = load_note (root, question->uid);
  g_autoptr (GvtLibvirtDaemon) daemon = NULL;

  if (!forget_domain (note, question->domain))
    return TRUE;
  if (note->domains->len == 0) {
    daemon = gvt_libvirt_daemon_find_again (root, (pid_t) note->pid, note->started, question->uid);
    if (daemon != NULL && !set_limit (daemon, note->soft, note->hard, error))
      return FALSE;
  }
  return save_note (root, question->uid, note, error);
}
