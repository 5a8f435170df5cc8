/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that are the old or the new, whole: on a full disk, a read-only one, and with something
 * else where the file or its directory should be.
 */

#include "durable-file.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gvt-error.h"
#include "refuse.h"
#include "scratch.h"

#define PLACE "/etc/d/file"
#define TEMPORARY "/etc/.file.new"

static const GvtDurableFile place = { .path = PLACE, .temporary = TEMPORARY, .mode = 0640 };

static gboolean
put (const Scratch *host, const char *text, GError **error)
{
  return gvt_durable_write_text (host->root, &place, text, error);
}

/* As put(), with another owner's file left that owner's. */
static gboolean
put_again (const Scratch *host, const char *text, mode_t mode, GError **error)
{
  const GvtDurableFile theirs = { .path = PLACE,
                                  .temporary = TEMPORARY,
                                  .mode = mode,
                                  .keep_owner = TRUE };

  return gvt_durable_write_text (host->root, &theirs, text, error);
}

static void
check_text (const Scratch *host, const char *expected)
{
  g_autofree char *text = scratch_read (host, PLACE);

  g_assert_cmpstr (text, ==, expected);
  g_assert_false (scratch_exists (host, TEMPORARY));
}

static void
check_refused (const Scratch *host, int because)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (put (host, "new", &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, PLACE));
  if (because != 0 && strstr (error->message, g_strerror (because)) == NULL)
    g_error ("“%s” does not say “%s”", error->message, g_strerror (because));
}

static void
test_write (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *path = scratch_locate (host, PLACE);
  g_autoptr (GError) error = NULL;
  mode_t before = umask (0077);
  struct stat status;

  g_assert_true (put (host, "old", &error));
  umask (before);
  check_text (host, "old");
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpint (status.st_mode & 07777, ==, 0640);
  g_assert_true (put (host, "", &error));
  check_text (host, "");
  g_assert_true (put (host, "newer", &error));
  check_text (host, "newer");
}

/* Somebody's file stays hers; a new one is ours. */
static void
test_rewrite (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *path = scratch_locate (host, PLACE);
  g_autoptr (GError) error = NULL;
  struct stat status;

  g_assert_true (put_again (host, "ours", 0644, &error));
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpuint (status.st_uid, ==, 0);
  g_assert_no_errno (chown (path, 1, 2));
  g_assert_true (put_again (host, "hers", 04750, &error));
  check_text (host, "hers");
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpuint (status.st_uid, ==, 1);
  g_assert_cmpuint (status.st_gid, ==, 2);
  g_assert_cmpuint (status.st_mode & 07777, ==, 04750);
}

static void
test_remove_directory (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  g_assert_true (put (host, "x", NULL));
  g_assert_false (gvt_durable_remove_directory (host->root, "/etc/d"));
  g_assert_true (gvt_durable_remove (host->root, PLACE, NULL));
  g_assert_true (gvt_durable_remove_directory (host->root, "/etc/d"));
  g_assert_true (gvt_durable_remove_directory (host->root, "/etc/d"));
  g_assert_false (scratch_exists (host, "/etc/d"));
}

/* What a crash left half written is nobody's, and in nobody's way. */
static void
test_leftover (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  scratch_write (host, TEMPORARY, "half a fi");
  g_assert_true (put (host, "new", NULL));
  check_text (host, "new");
}

/* A service that was killed has left its own names behind, whatever they are by now; others stay. */
static void
test_sweep (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  static const char *const strangers[] = {
    ".new",
    ".x.new",
    ".C0FFEE00-0000-4000-8000-000000000001.new",
    ".c0ffee00-0000-4000-8000-000000000001.new2",
    "c0ffee00-0000-4000-8000-000000000001.new",
    "c0ffee00-0000-4000-8000-000000000001",
  };

  gvt_durable_sweep (host->root, "/etc/d");
  scratch_write (host, "/etc/d/.c0ffee00-0000-4000-8000-000000000001.new", "half a fi");
  scratch_write (host, "/victim", "precious");
  scratch_link (host, "/etc/d/.c0ffee00-0000-4000-8000-000000000002.new", "../../victim");
  scratch_make_fifo (host, "/etc/d/.c0ffee00-0000-4000-8000-000000000003.new");
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++) {
    g_autofree char *path = g_build_filename ("/etc/d", strangers[i], NULL);

    scratch_write (host, path, "x");
  }
  gvt_durable_sweep (host->root, "/etc/d");
  g_assert_cmpuint (scratch_count (host, "/etc/d"), ==, G_N_ELEMENTS (strangers));
  g_assert_true (scratch_exists (host, "/victim"));
}

/* A link where the temporary file goes is not followed, nor one where the file goes. */
static void
test_links (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *victim = NULL;
  g_autofree char *path = scratch_locate (host, PLACE);
  g_autofree char *second = scratch_locate (host, "/second-name");
  struct stat status;

  scratch_write (host, "/victim", "precious");
  scratch_link (host, TEMPORARY, "../victim");
  scratch_link (host, PLACE, "../../victim");
  g_assert_true (put (host, "new", NULL));
  check_text (host, "new");
  victim = scratch_read (host, "/victim");
  g_assert_cmpstr (victim, ==, "precious");

  g_assert_no_errno (link (path, second));
  g_assert_true (put (host, "newer", NULL));
  g_assert_no_errno (stat (second, &status));
  g_assert_cmpint (status.st_size, ==, strlen ("new"));
}

static void
test_linked_directory (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  scratch_make_directory (host, "/elsewhere");
  scratch_link (host, "/etc/d", "../elsewhere");
  check_refused (host, 0);
  g_assert_cmpuint (scratch_count (host, "/elsewhere"), ==, 0);
}

static void
test_in_the_way (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  scratch_make_directory (host, PLACE);
  check_refused (host, EISDIR);
  g_assert_false (scratch_exists (host, TEMPORARY));
  scratch_remove (host, PLACE);
  scratch_make_directory (host, TEMPORARY);
  check_refused (host, EEXIST);
  g_assert_false (scratch_exists (host, PLACE));
  scratch_remove (host, "/etc/d");
  scratch_write (host, "/etc/d", "a file");
  check_refused (host, ENOTDIR);
}

/* A file system of @kib in /etc, with the file already there. */
static void
mount_small (const Scratch *host, int kib)
{
  g_autofree char *path = scratch_locate (host, "/etc");
  g_autofree char *options = g_strdup_printf ("size=%dk", kib);

  scratch_make_directory (host, "/etc");
  g_assert_no_errno (mount ("tmpfs", path, "tmpfs", 0, options));
  g_assert_true (put (host, "old", NULL));
}

static void
unmount (const Scratch *host)
{
  g_autofree char *path = scratch_locate (host, "/etc");

  g_assert_no_errno (umount (path));
}

static void
test_full (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *large = g_strnfill (64 * 1024, 'x');
  g_autoptr (GError) error = NULL;

  mount_small (host, 16);
  g_assert_false (put (host, large, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, g_strerror (ENOSPC)));
  check_text (host, "old");
  unmount (host);
}

static void
test_read_only (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *path = scratch_locate (host, "/etc");
  const GvtDurableFile elsewhere = { .path = "/etc/new/file",
                                     .temporary = TEMPORARY,
                                     .mode = 0600 };
  g_autoptr (GError) error = NULL;

  mount_small (host, 64);
  g_assert_no_errno (mount (NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL));
  check_refused (host, EROFS);
  check_text (host, "old");
  g_assert_false (gvt_durable_remove (host->root, PLACE, &error));
  g_assert_nonnull (strstr (error->message, g_strerror (EROFS)));
  g_clear_error (&error);
  g_assert_false (gvt_durable_write_text (host->root, &elsewhere, "x", &error));
  g_assert_nonnull (strstr (error->message, g_strerror (EROFS)));
  unmount (host);
}

static void
test_remove (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (gvt_durable_remove (host->root, PLACE, &error));
  g_assert_false (scratch_exists (host, "/etc/d"));
  g_assert_true (put (host, "x", NULL));
  g_assert_true (gvt_durable_remove (host->root, PLACE, &error));
  g_assert_true (gvt_durable_remove (host->root, PLACE, &error));
  g_assert_no_error (error);
  g_assert_false (scratch_exists (host, PLACE));
  scratch_make_directory (host, PLACE);
  g_assert_false (gvt_durable_remove (host->root, PLACE, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
}

/* A link is deleted, not what it leads to. */
static void
test_remove_link (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  scratch_write (host, "/victim", "precious");
  scratch_link (host, PLACE, "../../victim");
  g_assert_true (gvt_durable_remove (host->root, PLACE, NULL));
  g_assert_true (scratch_exists (host, "/victim"));
}

/* Each of the steps that a file system cannot be made to refuse. */
static void
test_refused_step (gconstpointer data)
{
  int call = GPOINTER_TO_INT (data);
  g_autoptr (Scratch) host = NULL;
  g_autoptr (GError) error = NULL;

  if (!refuse_in_child ("*"))
    return;
  host = scratch_new ();
  g_assert_true (put (host, "old", NULL));
  refuse_call (call, EIO);
  g_assert_false (put_again (host, "new", 0640, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "cannot write " PLACE));
  check_text (host, "old");
}

/* It is in place, but may not be after a power cut: whoever asked has to hear that. */
static void
test_not_durable (void)
{
  const GvtDurableFile passing = { .path = PLACE,
                                   .temporary = TEMPORARY,
                                   .mode = 0640,
                                   .until_reboot = TRUE };
  g_autoptr (Scratch) host = NULL;
  g_autoptr (GError) error = NULL;

  if (!refuse_in_child ("*"))
    return;
  host = scratch_new ();
  g_assert_true (put (host, "old", NULL));
  /* The directory is what is opened first. */
  refuse_call_on (SYS_fsync, refuse_next_fd (), EIO);
  g_assert_false (put (host, "new", &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "cannot make durable " PLACE));
  check_text (host, "new");
  g_clear_error (&error);
  g_assert_false (gvt_durable_remove (host->root, PLACE, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  check_text (host, NULL);
  g_assert_true (gvt_durable_write_text (host->root, &passing, "x", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/durable-file/write", test_write);
  g_test_add_func ("/durable-file/rewrite", test_rewrite);
  g_test_add_func ("/durable-file/remove-directory", test_remove_directory);
  g_test_add_func ("/durable-file/leftover", test_leftover);
  g_test_add_func ("/durable-file/sweep", test_sweep);
  g_test_add_func ("/durable-file/links", test_links);
  g_test_add_func ("/durable-file/linked-directory", test_linked_directory);
  g_test_add_func ("/durable-file/in-the-way", test_in_the_way);
  g_test_add_func ("/durable-file/full", test_full);
  g_test_add_func ("/durable-file/read-only", test_read_only);
  g_test_add_func ("/durable-file/remove", test_remove);
  g_test_add_func ("/durable-file/remove-link", test_remove_link);
  g_test_add_data_func ("/durable-file/refused/owner",
                        GINT_TO_POINTER (SYS_fchown),
                        test_refused_step);
  g_test_add_data_func ("/durable-file/refused/mode",
                        GINT_TO_POINTER (SYS_fchmod),
                        test_refused_step);
  g_test_add_data_func ("/durable-file/refused/disk",
                        GINT_TO_POINTER (SYS_fsync),
                        test_refused_step);
  g_test_add_func ("/durable-file/not-durable", test_not_durable);
  return g_test_run ();
}
