/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups of domains: numbers, bounds, permissions, and what a full disk or a killed writer leaves.
 */

#include "domain-backups.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gvt-error.h"

#define VGPU "cb33ec6d-ad44-4702-b80f-c176f56afea1"
#define XML "<domain><name>vm</name><graphics passwd='secret'/></domain>\n"

typedef struct {
  char *top;
  char *directory;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->top = g_dir_make_tmp ("gvt-backups-XXXXXX", NULL);
  fixture->directory = g_build_filename (fixture->top, "backups", "domain", NULL);
}

static void
clear (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      clear (path);
    else
      g_assert_cmpint (g_unlink (path), ==, 0);
  }
  if (dir != NULL)
    g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  clear (fixture->top);
  g_free (fixture->top);
  g_free (fixture->directory);
}

static char *
add (Fixture *fixture, const char *xml)
{
  g_autoptr (GError) error = NULL;
  char *name = gvt_domain_backups_add (fixture->directory, xml, "attach", VGPU, &error);

  g_assert_no_error (error);
  return name;
}

static GPtrArray *
list (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *backups = gvt_domain_backups_list (fixture->directory, &error);

  g_assert_no_error (error);
  return backups;
}

static char *
read_backup (Fixture *fixture, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;
  char *text = gvt_domain_backups_read (fixture->directory, name, &found, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, expected);
  return text;
}

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
is_there (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_none (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) backups = list (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  g_assert_cmpuint (backups->len, ==, 0);
  g_assert_null (gvt_domain_backups_read (fixture->directory, "", &found, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
  g_assert_null (found);
}

static void
test_one (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = add (fixture, XML);
  g_autofree char *text = read_backup (fixture, "", "0001");
  g_autoptr (GPtrArray) backups = list (fixture);
  const GvtDomainBackup *backup = g_ptr_array_index (backups, 0);

  g_assert_cmpstr (name, ==, "0001");
  g_assert_cmpstr (text, ==, XML);
  g_assert_cmpuint (backups->len, ==, 1);
  g_assert_cmpstr (backup->name, ==, "0001");
  g_assert_cmpstr (backup->reason, ==, "attach " VGPU);
  g_assert_cmpint (ABS (backup->time - g_get_real_time () / G_USEC_PER_SEC), <, 60);
}

static void
assert_mode (const char *path, mode_t mode)
{
  struct stat status;

  g_assert_cmpint (lstat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, mode);
}

/* Whatever the umask. */
static void
test_permissions (Fixture *fixture, gconstpointer data)
{
  mode_t before = umask (0);
  g_autofree char *name = add (fixture, XML);
  g_autofree char *above = g_path_get_dirname (fixture->directory);
  g_autofree char *file = g_build_filename (fixture->directory, "0001-attach-" VGPU ".xml", NULL);

  umask (before);
  g_assert_cmpstr (name, ==, "0001");
  assert_mode (above, 0700);
  assert_mode (fixture->directory, 0700);
  assert_mode (file, 0600);
}

static void
test_bounds (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *oldest = NULL;

  for (guint i = 1; i <= GVT_DOMAIN_BACKUPS_KEPT + 5; i++) {
    g_autofree char *xml = g_strdup_printf ("<domain n='%u'/>", i);
    g_autofree char *name = add (fixture, xml);

    g_assert_nonnull (name);
    g_assert_true (gvt_domain_backups_prune (fixture->directory, &error));
    g_assert_no_error (error);
  }
  backups = list (fixture);
  g_assert_cmpuint (backups->len, ==, GVT_DOMAIN_BACKUPS_KEPT);
  for (guint i = 0; i < backups->len; i++) {
    const GvtDomainBackup *backup = g_ptr_array_index (backups, i);
    g_autofree char *name = g_strdup_printf ("%04u", GVT_DOMAIN_BACKUPS_KEPT + 5 - i);

    g_assert_cmpstr (backup->name, ==, name);
  }
  oldest = read_backup (fixture, "0006", "0006");
  g_assert_cmpstr (oldest, ==, "<domain n='6'/>");
}

/* Numbers are compared as numbers, and go on after the largest. */
static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = add (fixture, XML);
  g_autofree char *next = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpstr (first, ==, "0001");
  write_file (fixture, "9999-detach-" VGPU ".xml", "<domain/>");
  next = add (fixture, "<domain newest=''/>");
  g_assert_cmpstr (next, ==, "10000");
  text = read_backup (fixture, "", "10000");
  g_assert_cmpstr (text, ==, "<domain newest=''/>");
}

/* A failed change leaves no backup, and its number is free again. */
static void
test_remove (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = add (fixture, XML);
  g_autofree char *second = add (fixture, "<domain/>");
  g_autofree char *third = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpstr (first, ==, "0001");
  g_assert_true (gvt_domain_backups_remove (fixture->directory, second, NULL));
  g_assert_true (gvt_domain_backups_remove (fixture->directory, second, NULL));
  g_assert_true (gvt_domain_backups_remove (fixture->directory, "", NULL));
  text = read_backup (fixture, "", "0001");
  g_assert_cmpstr (text, ==, XML);
  third = add (fixture, "<domain/>");
  g_assert_cmpstr (third, ==, "0002");
}

/* Which error deleting a file ends with from now on; 0 for none. */
static int refused;
int __real_g_unlink (const char *path);
int __wrap_g_unlink (const char *path);

int
__wrap_g_unlink (const char *path)
{
  errno = refused;
  return refused != 0 ? -1 : __real_g_unlink (path);
}

static void
check_stays (Fixture *fixture, const char *name, const char *because)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_domain_backups_remove (fixture->directory, name, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, because));
}

/* One that is gone by itself is removed. */
static void
test_remove_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *name = add (fixture, XML);

  refused = EROFS;
  check_stays (fixture, name, "0001-attach-" VGPU ".xml: Read-only file system");
  refused = ENOENT;
  g_assert_true (gvt_domain_backups_remove (fixture->directory, name, NULL));
  refused = 0;
  clear (fixture->directory);
  g_assert_true (g_file_set_contents (fixture->directory, "in the way", -1, NULL));
  check_stays (fixture, name, "Not a directory");
}

/* Names that are no backup's, whatever they would be as paths. */
static void
test_hostile_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = {
    "1", "0001.xml", "../0001", "0001-attach-" VGPU ".xml", "/etc/passwd", "..", "\n", "0001 ",
  };
  g_autofree char *first = add (fixture, XML);

  g_assert_cmpstr (first, ==, "0001");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *found = NULL;

    g_assert_null (gvt_domain_backups_read (fixture->directory, names[i], &found, &error));
    g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
    g_assert_true (gvt_domain_backups_remove (fixture->directory, names[i], NULL));
  }
  g_assert_true (is_there (fixture, "0001-attach-" VGPU ".xml"));
}

/* What else lies there is neither listed nor touched, but for what a killed writer left. */
static void
test_foreign_files (Fixture *fixture, gconstpointer data)
{
  static const char *const foreign[] = {
    "notes.txt", "0002.xml", "0002-attach-.xml", "0002-ATTACH-" VGPU ".xml", "x0002-attach-a.xml",
  };
  g_autofree char *first = add (fixture, XML);
  g_autofree char *link = g_build_filename (fixture->directory, "0003-attach-a.xml", NULL);
  g_autoptr (GPtrArray) backups = NULL;

  g_assert_cmpstr (first, ==, "0001");
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    write_file (fixture, foreign[i], "left alone");
  write_file (fixture, "0002-attach-" VGPU ".xml.AB12CD", "half a doma");
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  backups = list (fixture);
  g_assert_cmpuint (backups->len, ==, 1);
  g_assert_true (gvt_domain_backups_prune (fixture->directory, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    g_assert_true (is_there (fixture, foreign[i]));
  g_assert_false (is_there (fixture, "0002-attach-" VGPU ".xml.AB12CD"));
}

/* The old ones stay whole, and nothing half written stays. A full disk fails like this limit. */
static void
test_no_room (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = add (fixture, XML);
  g_autofree char *large = g_strnfill (100000, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) backups = NULL;
  g_autofree char *text = NULL;
  struct rlimit before;
  struct rlimit limit;

  g_assert_cmpstr (first, ==, "0001");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 4096;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_null (gvt_domain_backups_add (fixture->directory, large, "detach", VGPU, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  backups = list (fixture);
  g_assert_cmpuint (backups->len, ==, 1);
  text = read_backup (fixture, "0001", "0001");
  g_assert_cmpstr (text, ==, XML);
  {
    g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);

    g_assert_cmpstr (g_dir_read_name (dir), ==, "0001-attach-" VGPU ".xml");
    g_assert_null (g_dir_read_name (dir));
  }
}

static gpointer
add_many (gpointer data)
{
  for (guint i = 0; i < 20; i++)
    g_free (add (data, XML));
  return NULL;
}

/* Two writers never take one number. */
static void
test_two_writers (Fixture *fixture, gconstpointer data)
{
  GThread *other = g_thread_new ("writer", add_many, fixture);
  g_autoptr (GPtrArray) backups = NULL;

  add_many (fixture);
  g_thread_join (other);
  backups = list (fixture);
  g_assert_cmpuint (backups->len, ==, 40);
  for (guint i = 0; i < backups->len; i++) {
    const GvtDomainBackup *backup = g_ptr_array_index (backups, i);

    g_assert_cmpuint (g_ascii_strtoull (backup->name, NULL, 10), ==, 40 - i);
  }
}

/* Garbage in a backup's place is not handed to libvirt. */
static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = add (fixture, XML);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  g_assert_cmpstr (first, ==, "0001");
  write_file (fixture, "0002-attach-a.xml", "\xff\xfe");
  g_assert_null (gvt_domain_backups_read (fixture->directory, "", &found, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name)                                                                                  \
  g_test_add ("/domain-backups/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (none);
  ADD (one);
  ADD (permissions);
  ADD (bounds);
  ADD (numbers);
  ADD (remove);
  ADD (remove_fails);
  ADD (hostile_names);
  ADD (foreign_files);
  ADD (no_room);
  ADD (two_writers);
  ADD (garbage);
#undef ADD
  return g_test_run ();
}
