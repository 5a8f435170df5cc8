/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one door to sysfs. Worker threads only: a read can wait for a driver's lock and a write for a
 * VM to end. Must never be given a path that a caller of the service spelled.
 */

#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* sysfs_emit() never gives more. */
#define ATTRIBUTE_MAX 4096

char *
gvt_sysfs_read (GvtRoot *root, const char *path)
{
  g_autofree char *text = gvt_root_read_text (root, path, ATTRIBUTE_MAX, NULL);

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;
  return g_strchomp (g_steal_pointer (&text));
}

guint
gvt_sysfs_read_number (GvtRoot *root, const char *path)
{
  g_autofree char *text = gvt_sysfs_read (root, path);
  guint64 value = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &value, NULL))
    return 0;
  return (guint) value;
}

gboolean
gvt_sysfs_read_node (GvtRoot *root, int group, dev_t *device)
{
  g_autofree char *path = g_strdup_printf ("/sys/class/vfio/%d/dev", group);
  g_autofree char *text = gvt_sysfs_read (root, path);
  unsigned int major_number;
  unsigned int minor_number;
  char rest;

  if (text == NULL || sscanf (text, "%u:%u%c", &major_number, &minor_number, &rest) != 2)
    return FALSE;
  *device = makedev (major_number, minor_number);
  return TRUE;
}

/* What the child keeps, and nothing else: where it finds each of them is their order here. */
typedef struct {
  int root;
  int end;  /* a pipe's, which closes when the child ends, however it does */
  int held; /* or -1 */
} Kept;

static int
keep (int fd, int place)
{
  return dup2 (fd, place) == place ? 0 : errno;
}

/*
 * The child, between fork and _exit: async-signal-safe calls only. It drops every descriptor first,
 * but for what it keeps, because one that is stuck in the kernel would otherwise keep the service's
 * bus connection open after the service itself is gone. An exit status holds any errno of these calls
 * (all below 256).
 */
static G_GNUC_NORETURN void
write_and_exit (Kept kept, const char *path, const char *value, gsize length)
{
  int error_number;
  gssize written;
  int fd;

  signal (SIGTERM, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  /* First out of each other's way. */
  kept.root = fcntl (kept.root, F_DUPFD, 6);
  kept.end = fcntl (kept.end, F_DUPFD, 6);
  if (kept.held >= 0)
    kept.held = fcntl (kept.held, F_DUPFD, 6);
  error_number = keep (kept.root, 3);
  if (error_number == 0)
    error_number = keep (kept.end, 4);
  if (error_number == 0 && kept.held >= 0)
    error_number = keep (kept.held, 5);
  if (error_number != 0)
    _exit (error_number);
  /* Not close_range(), which kernels before 5.9 do not have. */
  closefrom (kept.held >= 0 ? 6 : 5);
  for (int i = 0; i < 3; i++)
    close (i);
  fd = openat (3, path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    _exit (errno);
  written = write (fd, value, length);
  if (written < 0)
    _exit (errno);
  _exit ((gsize) written == length ? 0 : EIO);
}

static int
exit_errno (int status)
{
  return WIFEXITED (status) ? WEXITSTATUS (status) : EINTR;
}

/* Whether the child ended before the deadline. Monotonic, and deaf to signals. */
static gboolean
wait_for_end (int end)
{
  gint64 deadline = g_get_monotonic_time () + GVT_SYSFS_WRITE_DEADLINE_MS * 1000;
  struct pollfd poll_fd = { .fd = end };

  for (;;) {
    gint64 left = (deadline - g_get_monotonic_time () + 999) / 1000;
    int n = poll (&poll_fd, 1, (int) MAX (left, 0));

    if (n > 0)
      return TRUE;
    if (n == 0)
      return FALSE;
    if (errno != EINTR)
      return FALSE;
  }
}

/* A write that is to return whenever the kernel pleases. */
typedef struct {
  char *path;
  GvtSysfsLate late;
  gpointer user_data;
  GDestroyNotify free_user_data;
} Pending;

static int stuck;

static void
pending_free (Pending *self)
{
  if (self->free_user_data != NULL)
    self->free_user_data (self->user_data);
  g_free (self->path);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pending, pending_free)

static void
on_late_end (GPid pid, int status, gpointer user_data)
{
  const Pending *pending = user_data;
  int error_number = exit_errno (status);

  g_atomic_int_add (&stuck, -1);
  g_message ("a write to %s that had been stuck has returned: %s",
             pending->path,
             g_strerror (error_number));
  if (pending->late != NULL)
    pending->late (error_number, pending->user_data);
}

static void
leave_behind (pid_t pid, Pending *pending)
{
  g_atomic_int_add (&stuck, 1);
  g_message ("a write to %s has not returned after %d s",
             pending->path,
             GVT_SYSFS_WRITE_DEADLINE_MS / 1000);
  g_child_watch_add_full (G_PRIORITY_DEFAULT,
                          pid,
                          on_late_end,
                          pending,
                          (GDestroyNotify) pending_free);
}

/* The child, or -1 with errno. */
static pid_t
fork_writer (GvtRoot *root, Kept kept, const char *path, const char *value)
{
  gsize length = strlen (value);
  const char *relative = path + strspn (path, "/");
  pid_t pid;
  int saved;

  kept.root = gvt_root_open (root, "/", O_PATH | O_DIRECTORY);
  if (kept.root < 0)
    return -1;
  pid = fork ();
  if (pid == 0)
    write_and_exit (kept, relative, value, length);
  saved = errno;
  close (kept.root);
  errno = saved;
  return pid;
}

/* The same; @end: (out): hangs up when the child ends. A pidfd would do as well, but can be had only
 * when the child has begun, and what is there to be done then without one? */
static pid_t
start_writing (GvtRoot *root, int held, const char *path, const char *value, int *end)
{
  int ends[2];
  pid_t pid;
  int saved;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return -1;
  pid = fork_writer (root, (Kept){ .end = ends[1], .held = held }, path, value);
  saved = errno;
  close (ends[1]);
  if (pid < 0)
    close (ends[0]);
  *end = ends[0];
  errno = saved;
  return pid;
}

int
gvt_sysfs_write (GvtRoot *root,
                 const char *path,
                 const char *value,
                 int held,
                 GvtSysfsLate late,
                 gpointer user_data,
                 GDestroyNotify free_user_data)
{
  g_autoptr (Pending) pending = g_new0 (Pending, 1);
  int status = 0;
  gboolean ended;
  int end;
  pid_t pid;

  pending->path = g_strdup (path);
  pending->late = late;
  pending->user_data = user_data;
  pending->free_user_data = free_user_data;
  if (g_atomic_int_get (&stuck) >= GVT_SYSFS_STUCK_MAX)
    return EAGAIN;
  pid = start_writing (root, held, path, value, &end);
  if (pid < 0)
    return errno;

  ended = wait_for_end (end);
  close (end);
  if (!ended) {
    leave_behind (pid, g_steal_pointer (&pending));
    return ETIMEDOUT;
  }
  if (TEMP_FAILURE_RETRY (waitpid (pid, &status, 0)) != pid)
    return errno;
  return exit_errno (status);
}
