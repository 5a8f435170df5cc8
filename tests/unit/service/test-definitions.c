/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader of all definitions: what it leaves out, what it remembers, and what it only cannot read.
 */

#include "definitions.h"

#include "machine.h"

#define FILE_OF(uuid) "/etc/mdevctl.d/" GPU "/" uuid
#define GOOD "{\"mdev_type\": \"" TYPE "\"}"

static guint
count (GvtDefinitions *definitions)
{
  g_autoptr (GPtrArray) directories = NULL;
  g_autoptr (GPtrArray) unreadable = NULL;
  g_autoptr (GPtrArray) found = gvt_definitions_load (definitions, &directories, &unreadable);

  return found->len;
}

static void
test_load (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);

  g_assert_cmpuint (count (definitions), ==, 0);
  scratch_write (host, FILE_OF (UUID), GOOD);
  scratch_write (host, "/etc/mdevctl.d/mtty/" UUID_2, "{\"mdev_type\": \"mtty-1\"}");
  g_assert_cmpuint (count (definitions), ==, 2);
  scratch_remove (host, FILE_OF (UUID));
  g_assert_cmpuint (count (definitions), ==, 1);
}

/* Everything that can lie in that directory and is no definition is passed over, quickly. */
static void
test_passes_over (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);
  g_autofree char *huge = g_strnfill (1024 * 1024, ' ');

  scratch_write (host, FILE_OF (UUID), GOOD);
  scratch_write (host, FILE_OF ("not-a-uuid"), GOOD);
  scratch_write (host, FILE_OF ("C0FFEE00-0000-4000-8000-000000000009"), GOOD);
  scratch_write (host, FILE_OF ("c0ffee00-0000-4000-8000-000000000010"), huge);
  scratch_make_fifo (host, FILE_OF ("c0ffee00-0000-4000-8000-000000000011"));
  scratch_link (host, FILE_OF ("c0ffee00-0000-4000-8000-000000000012"), "/nowhere");
  scratch_make_directory (host, FILE_OF ("c0ffee00-0000-4000-8000-000000000013"));
  scratch_write_bytes (host, FILE_OF ("c0ffee00-0000-4000-8000-000000000014"), "\xff{}", 3);
  scratch_write (host, FILE_OF (UUID_2), "");
  scratch_write (host, "/etc/mdevctl.d/" UUID_3, GOOD);
  scratch_write (host, "/etc/mdevctl.d/scripts.d/" UUID_3, GOOD);
  scratch_write (host, "/etc/mdevctl.d/a b/" UUID_3, GOOD);
  g_assert_cmpuint (count (definitions), ==, 1);
  g_assert_cmpuint (count (definitions), ==, 1);
}

/* Each of these could be one that mdevctl is writing, but not all of them: patience has an end. */
static void
test_many_bad_ones (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);
  gint64 begin;

  for (int i = 0; i < 1000; i++) {
    g_autofree char *path = g_strdup_printf (FILE_OF ("c0ffee00-0000-4000-8000-%012d"), i);

    scratch_write (host, path, "{\"mdev_type\": ");
  }
  begin = g_get_monotonic_time ();
  g_assert_cmpuint (count (definitions), ==, 0);
  /* Ten milliseconds for each of them would be ten seconds. */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 8 * G_TIME_SPAN_SECOND);
}

static void
check_type (GvtDefinitions *definitions, const char *type)
{
  g_autoptr (GPtrArray) directories = NULL;
  g_autoptr (GPtrArray) unreadable = NULL;
  g_autoptr (GPtrArray) found = gvt_definitions_load (definitions, &directories, &unreadable);

  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (((GvtDefinition *) g_ptr_array_index (found, 0))->type, ==, type);
}

static void
test_sees_changes (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);

  scratch_write (host, FILE_OF (UUID), "{\"mdev_type\": \"a\"}");
  check_type (definitions, "a");
  scratch_write (host, FILE_OF (UUID), "{\"mdev_type\": \"b\"}");
  check_type (definitions, "b");
  scratch_write (host, FILE_OF (UUID), "{\"mdev_type\": ");
  g_assert_cmpuint (count (definitions), ==, 0);
  scratch_write (host, FILE_OF (UUID), "{\"mdev_type\": \"c\"}");
  check_type (definitions, "c");
}

static void
test_directories (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (host->root);
  g_autoptr (GPtrArray) directories = NULL;
  g_autoptr (GPtrArray) unreadable = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *top = scratch_locate (host, "/etc/mdevctl.d");
  g_autofree char *gpu = scratch_locate (host, "/etc/mdevctl.d/" GPU);

  scratch_write (host, FILE_OF (UUID), "");
  scratch_make_directory (host, "/etc/mdevctl.d/scripts.d");
  found = gvt_definitions_load (definitions, &directories, &unreadable);
  g_assert_cmpuint (directories->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (directories, 0), ==, top);
  g_assert_cmpstr (g_ptr_array_index (directories, 1), ==, gpu);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/definitions/load", test_load);
  g_test_add_func ("/definitions/passes-over", test_passes_over);
  g_test_add_func ("/definitions/many-bad-ones", test_many_bad_ones);
  g_test_add_func ("/definitions/sees-changes", test_sees_changes);
  g_test_add_func ("/definitions/directories", test_directories);
  return g_test_run ();
}
