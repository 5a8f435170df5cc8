/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the host is, and reading small files that may be anything.
 */

#include "root.h"

#include <unistd.h>

#include "scratch.h"

static void
check_unreadable (const Scratch *host, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_root_read_text (host->root, path, 4096, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_FILE_ERROR);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_read (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *empty = NULL;

  scratch_write (host, "/etc/a", "text\n");
  scratch_write (host, "/etc/empty", "");
  text = gvt_root_read_text (host->root, "/etc/a", 5, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "text\n");
  empty = gvt_root_read_text (host->root, "/etc/empty", 5, &error);
  g_assert_cmpstr (empty, ==, "");
}

static void
test_unreadable (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  scratch_make_directory (host, "/etc/directory");
  scratch_make_fifo (host, "/etc/fifo");
  scratch_link (host, "/etc/dangling", "nowhere");
  scratch_link (host, "/etc/loop", "loop");
  scratch_link (host, "/etc/device", "/dev/zero");
  check_unreadable (host, "/etc/absent");
  check_unreadable (host, "/etc/directory");
  check_unreadable (host, "/etc/fifo");
  check_unreadable (host, "/etc/dangling");
  check_unreadable (host, "/etc/loop");
  check_unreadable (host, "/etc/device");
}

static void
test_too_large (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *large = g_strnfill (4097, 'x');

  scratch_write (host, "/etc/large", large);
  check_unreadable (host, "/etc/large");
}

/* What follows a NUL would be there for others and not for us. */
static void
test_nul_is_no_text (void)
{
  g_autoptr (Scratch) host = scratch_new ();

  scratch_write_bytes (host, "/etc/nul", "ab\0cd", 5);
  check_unreadable (host, "/etc/nul");
}

static void
test_list (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GPtrArray) none = NULL;

  scratch_write (host, "/etc/d/b", "");
  scratch_write (host, "/etc/d/a", "");
  scratch_write (host, "/etc/d/.hidden", "");
  names = gvt_root_list (host->root, "/etc/d");
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "a");
  g_assert_cmpstr (g_ptr_array_index (names, 1), ==, "b");
  none = gvt_root_list (host->root, "/etc/absent");
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_links (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *name = NULL;
  char small[4];

  scratch_link (host, "/l", "../a/b");
  scratch_write (host, "/f", "");
  name = gvt_root_read_link_name (host->root, "/l");
  g_assert_cmpstr (name, ==, "b");
  g_assert_null (gvt_root_read_link_name (host->root, "/f"));
  g_assert_false (gvt_root_read_link (host->root, "/l", small, sizeof small));
  g_assert_true (gvt_root_exists (host->root, "/l"));
  g_assert_false (gvt_root_exists (host->root, "/absent"));
}

static void
test_which_root (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtRoot) real = gvt_root_new ("/", NULL);
  g_autoptr (GvtRoot) crooked = gvt_root_new ("//usr/..", NULL);
  g_autoptr (GvtRoot) relative = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = g_get_current_dir ();
  g_autofree char *path = NULL;

  g_assert_true (gvt_root_is_host (real));
  g_assert_true (gvt_root_is_host (crooked));
  g_assert_false (gvt_root_is_host (host->root));
  g_assert_no_errno (chdir (host->path));
  relative = gvt_root_new (".", &error);
  g_assert_no_errno (chdir (before));
  g_assert_no_error (error);
  g_assert_false (gvt_root_is_host (relative));
  path = gvt_root_locate (relative, "/etc");
  g_assert_true (g_str_has_prefix (path, host->path));
  g_assert_null (gvt_root_new ("/nowhere/at/all", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/root/read", test_read);
  g_test_add_func ("/root/unreadable", test_unreadable);
  g_test_add_func ("/root/too-large", test_too_large);
  g_test_add_func ("/root/nul-is-no-text", test_nul_is_no_text);
  g_test_add_func ("/root/list", test_list);
  g_test_add_func ("/root/links", test_links);
  g_test_add_func ("/root/which-root", test_which_root);
  return g_test_run ();
}
