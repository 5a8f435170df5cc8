/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one door to sysfs: one write by a child that keeps nothing of ours and can be left behind.
 */

#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "scratch.h"
#include "wait.h"

static int
write_value (const Scratch *host, const char *path, const char *value)
{
  return gvt_sysfs_write (host->root, path, value, -1, NULL, NULL, NULL);
}

static void
test_read (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *value = NULL;

  scratch_write (host, "/sys/a", "vfio-pci\n");
  scratch_write (host, "/sys/n", "42\n");
  scratch_write (host, "/sys/binary", "\xff\xfe\n");
  value = gvt_sysfs_read (host->root, "/sys/a");
  g_assert_cmpstr (value, ==, "vfio-pci");
  g_assert_null (gvt_sysfs_read (host->root, "/sys/binary"));
  g_assert_null (gvt_sysfs_read (host->root, "/sys/absent"));
  g_assert_cmpuint (gvt_sysfs_read_number (host->root, "/sys/n"), ==, 42);
  g_assert_cmpuint (gvt_sysfs_read_number (host->root, "/sys/a"), ==, 0);
  g_assert_cmpuint (gvt_sysfs_read_number (host->root, "/sys/absent"), ==, 0);
}

static void
test_write (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *text = NULL;

  scratch_write (host, "/sys/a", "");
  g_assert_cmpint (write_value (host, "/sys/a", "value"), ==, 0);
  text = scratch_read (host, "/sys/a");
  g_assert_cmpstr (text, ==, "value");
}

/* Nothing is ever made, cut, or reached through a link in the last place. */
static void
test_refused (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *full = scratch_locate (host, "/sys/full");
  g_autofree char *long_text = NULL;

  scratch_write (host, "/sys/a", "longer than that");
  scratch_link (host, "/sys/link", "a");
  g_assert_no_errno (mknod (full, S_IFCHR | 0600, makedev (1, 7)));
  g_assert_cmpint (write_value (host, "/sys/absent", "1"), ==, ENOENT);
  g_assert_false (scratch_exists (host, "/sys/absent"));
  g_assert_cmpint (write_value (host, "/sys", "1"), ==, EISDIR);
  g_assert_cmpint (write_value (host, "/sys/link", "1"), ==, ELOOP);
  g_assert_cmpint (write_value (host, "/sys/a/b", "1"), ==, ENOTDIR);
  g_assert_cmpint (write_value (host, "/sys/full", "1"), ==, ENOSPC);
  g_assert_cmpint (write_value (host, "/sys/a", "X"), ==, 0);
  long_text = scratch_read (host, "/sys/a");
  g_assert_cmpstr (long_text, ==, "Xonger than that");
}

/* One write of several at a time. */
typedef struct {
  Scratch *host;
  GThread *thread;
  int result;
  int late_result;
  gboolean freed;
} Writer;

static void
note_late_result (int error_number, gpointer user_data)
{
  ((Writer *) user_data)->late_result = error_number;
}

static void
note_freed (gpointer user_data)
{
  ((Writer *) user_data)->freed = TRUE;
}

/* Opening a FIFO that nobody reads waits, as a write to `remove` does. */
static gpointer
write_to_fifo (gpointer data)
{
  Writer *writer = data;

  writer->result = gvt_sysfs_write (writer->host->root,
                                    "/sys/fifo",
                                    "1",
                                    -1,
                                    note_late_result,
                                    writer,
                                    note_freed);
  return NULL;
}

static void
writer_start (Writer *self, Scratch *host)
{
  self->host = host;
  self->result = -1;
  self->late_result = -1;
  self->thread = g_thread_new ("writer", write_to_fifo, self);
}

static gboolean
is_freed (gpointer user_data)
{
  return ((Writer *) user_data)->freed;
}

/* The only child that this process has, or 0. */
static int
find_child (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;

  while ((task = g_dir_read_name (tasks)) != NULL) {
    g_autofree char *path = g_build_filename ("/proc/self/task", task, "children", NULL);
    g_autofree char *text = NULL;

    if (g_file_get_contents (path, &text, NULL, NULL) && *text != '\0')
      return atoi (text);
  }
  return 0;
}

/* How many descriptors a process has, or -1 while it still has ours. */
static int
count_descriptors (int pid, int ours)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", pid);
  g_autofree char *probe = g_strdup_printf ("/proc/%d/fd/%d", pid, ours);
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  int count = 0;

  while (directory != NULL && g_dir_read_name (directory) != NULL)
    count++;
  return g_file_test (probe, G_FILE_TEST_IS_SYMLINK) ? -1 : count;
}

/* A bus connection kept by a child that is stuck in the kernel would keep the bus name with it. */
static void
check_is_alone (int ours)
{
  int descriptors;
  int child;

  while ((child = find_child ()) == 0)
    g_usleep (1000);
  while ((descriptors = count_descriptors (child, ours)) < 0)
    g_usleep (1000);
  /* The root's, which is how it finds the file, and the pipe's, by which its end is awaited. */
  g_assert_cmpint (descriptors, ==, 2);
}

/* They are left alone, say how they end, and are never too many. */
static void
test_stuck (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  Writer writers[GVT_SYSFS_STUCK_MAX] = { 0 };
  g_autofree char *path = scratch_locate (host, "/sys/fifo");
  int ours = fcntl (open ("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD, 100);
  int reader;

  scratch_make_fifo (host, "/sys/fifo");
  scratch_write (host, "/sys/a", "");
  writer_start (&writers[0], host);
  check_is_alone (ours);
  for (int i = 1; i < GVT_SYSFS_STUCK_MAX; i++)
    writer_start (&writers[i], host);
  for (int i = 0; i < GVT_SYSFS_STUCK_MAX; i++) {
    g_thread_join (writers[i].thread);
    g_assert_cmpint (writers[i].result, ==, ETIMEDOUT);
    g_assert_false (writers[i].freed);
  }
  g_assert_cmpint (write_value (host, "/sys/a", "1"), ==, EAGAIN);
  reader = open (path, O_RDONLY | O_CLOEXEC);
  for (int i = 0; i < GVT_SYSFS_STUCK_MAX; i++) {
    wait_until (is_freed, &writers[i]);
    g_assert_cmpint (writers[i].late_result, ==, 0);
  }
  g_assert_cmpint (find_child (), ==, 0);
  g_assert_cmpint (write_value (host, "/sys/a", "1"), ==, 0);
  close (reader);
  close (ours);
}

static void
test_without_descriptors (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  struct rlimit before;
  struct rlimit none;

  scratch_write (host, "/sys/a", "");
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  none = before;
  none.rlim_cur = 0;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &none));
  g_assert_cmpint (write_value (host, "/sys/a", "1"), ==, EMFILE);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
  g_assert_cmpint (write_value (host, "/sys/a", "1"), ==, 0);
}

static void
test_no_node (void)
{
  static const char *const texts[] = { "", "1", "1:", ":1", "a:b", "1:2:3", "1:2 3" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (Scratch) host = scratch_new ();
    dev_t device;

    scratch_write (host, "/sys/class/vfio/7/dev", texts[i]);
    if (gvt_sysfs_read_node (host->root, 7, &device))
      g_error ("taken for a device number: “%s”", texts[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sysfs/read", test_read);
  g_test_add_func ("/sysfs/write", test_write);
  g_test_add_func ("/sysfs/refused", test_refused);
  g_test_add_func ("/sysfs/stuck", test_stuck);
  g_test_add_func ("/sysfs/without-descriptors", test_without_descriptors);
  g_test_add_func ("/sysfs/no-node", test_no_node);
  return g_test_run ();
}
