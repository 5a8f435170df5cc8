/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Setup's steps on a tree, and pictures of the tree before and after.
 */

#include "setup-steps.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host-tree.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-revert.h"

char *
setup_read_below (const char *tree, const char *path)
{
  g_autofree char *full = g_build_filename (tree, path, NULL);
  char *text = NULL;

  return g_file_get_contents (full, &text, NULL, NULL) ? text : NULL;
}

void
setup_add_program (const char *tree, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (tree, path, NULL);

  host_tree_write (tree, path, text);
  g_assert_cmpint (g_chmod (full, 0755), ==, 0);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Not a part of what somebody finds on a disk, or ours alone. */
static gboolean
is_left_out (const char *path)
{
  static const char *const left_out[] = { "/log", "/sys", "/proc", "/dev", "/var/lib/gvt-manager",
                                          NULL };

  return g_strv_contains (left_out, path);
}

static void
take_picture (const char *tree, const char *below, GString *picture)
{
  g_autofree char *full = g_build_filename (tree, below, NULL);
  g_autoptr (GDir) directory = g_dir_open (full, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (below, g_ptr_array_index (names, i), NULL);
    g_autofree char *file = g_build_filename (tree, path, NULL);
    g_autofree char *text = NULL;
    struct stat status;

    if (is_left_out (path))
      continue;
    g_assert_cmpint (g_lstat (file, &status), ==, 0);
    g_string_append_printf (picture,
                            "%s %o %u:%u\n",
                            path,
                            status.st_mode,
                            status.st_uid,
                            status.st_gid);
    if (S_ISDIR (status.st_mode)) {
      take_picture (tree, path, picture);
    } else {
      text = setup_read_below (tree, path);
      g_string_append_printf (picture, "%s\n", text);
    }
  }
}

char *
setup_picture_of (const char *tree)
{
  GString *picture = g_string_new (NULL);

  take_picture (tree, "/", picture);
  return g_string_free (picture, FALSE);
}

GPtrArray *
setup_plan (GvtRoot *root, const char *fix, gboolean guide)
{
  const char *fixes[] = { fix, NULL };
  g_autoptr (GError) error = NULL;
  GPtrArray *changes = gvt_setup_plan (root, fixes, guide, &error);

  g_assert_no_error (error);
  changes = gvt_setup_pending (root, changes, &error);
  g_assert_no_error (error);
  return changes;
}

void
setup_apply (GvtRoot *root, const char *fix, gboolean guide)
{
  g_autoptr (GPtrArray) changes = setup_plan (root, fix, guide);
  g_autoptr (GError) error = NULL;

  gvt_setup_apply (root, changes, &error);
  g_assert_no_error (error);
}

void
setup_revert (GvtRoot *root)
{
  g_autoptr (GError) error = NULL;

  gvt_setup_revert (root, &error);
  g_assert_no_error (error);
}

void
setup_assert_reverted (GvtRoot *root, const char *tree, const char *before)
{
  g_autofree char *after = NULL;

  setup_revert (root);
  after = setup_picture_of (tree);
  g_assert_cmpstr (after, ==, before);
}

void
setup_assert_done (GvtRoot *root, const char *fix)
{
  g_autoptr (GPtrArray) again = setup_plan (root, fix, FALSE);

  g_assert_cmpuint (again->len, ==, 0);
}

char *
setup_read_notes (GvtRoot *root)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changes = gvt_setup_plan_revert (root, &error);
  g_autoptr (GString) notes = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < changes->len; i++) {
    const GvtSetupChange *change = g_ptr_array_index (changes, i);

    if (change->note != NULL)
      g_string_append_printf (notes, "%s\n", change->note);
  }
  return g_string_free (g_steal_pointer (&notes), FALSE);
}

void
setup_assert_text (const char *tree, const char *path, const char *expected)
{
  g_autofree char *text = setup_read_below (tree, path);

  g_assert_cmpstr (text, ==, expected);
}

/* Starts the log anew, and checks what was in it. */
void
setup_assert_log (const char *tree, const char *expected)
{
  g_autofree char *log = g_build_filename (tree, "log", NULL);
  g_autofree char *text = setup_read_below (tree, "log");

  g_assert_cmpstr (text != NULL ? text : "", ==, expected);
  g_remove (log);
}
