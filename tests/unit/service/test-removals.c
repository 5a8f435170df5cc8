/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removals noticed as they begin: by opening a file, which here is one on a real file system.
 */

#include "removals.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "machine.h"

#define DEVICE "/sys/bus/mdev/devices/" UUID
#define REMOVE DEVICE "/remove"
#define UEVENT DEVICE "/uevent"

typedef struct {
  Scratch *host;
  GvtRemovals *removals;
  guint changes;
} Fixture;

static void
on_changed (GvtRemovals *removals, Fixture *fixture)
{
  fixture->changes++;
}

/* What process 1 sees at /sys. */
static void
mount_sysfs (const Scratch *host, int other)
{
  g_autofree char *path = scratch_locate (host, "/sys");
  g_autofree char *mounts = NULL;
  struct stat status;

  g_assert_no_errno (stat (path, &status));
  mounts = g_strdup_printf ("21 1 %u:%u / /sys rw - sysfs sysfs rw\n",
                            major (status.st_dev) + other,
                            minor (status.st_dev));
  scratch_write (host, "/proc/1/mountinfo", mounts);
}

static void
fixture_follow (Fixture *fixture, const char *uuid)
{
  g_autoptr (GPtrArray) uuids = g_ptr_array_new ();

  if (uuid != NULL)
    g_ptr_array_add (uuids, (char *) uuid);
  gvt_removals_follow (fixture->removals, uuids);
}

static void
fixture_begin (Fixture *fixture, int other)
{
  fixture->host = scratch_new ();
  fixture->changes = 0;
  scratch_write (fixture->host, REMOVE, "");
  scratch_write (fixture->host, UEVENT, "");
  mount_sysfs (fixture->host, other);
  fixture->removals = gvt_removals_new (fixture->host->root);
  g_signal_connect (fixture->removals, "changed", G_CALLBACK (on_changed), fixture);
  fixture_follow (fixture, UUID);
}

static void
fixture_end (Fixture *fixture)
{
  g_object_unref (fixture->removals);
  scratch_free (fixture->host);
}

static void
open_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = scratch_locate (fixture->host, name);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

/* Events of files are there when the call that made them returns. */
static guint
changes_until_now (Fixture *fixture)
{
  guint before = fixture->changes;

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return fixture->changes - before;
}

static void
test_opened (void)
{
  Fixture fixture;

  fixture_begin (&fixture, 0);
  g_assert_cmpuint (changes_until_now (&fixture), ==, 0);
  open_file (&fixture, UEVENT);
  g_assert_cmpuint (changes_until_now (&fixture), ==, 0);
  g_assert_true (gvt_removals_is_quiet (fixture.removals));
  open_file (&fixture, UEVENT);
  open_file (&fixture, REMOVE);
  g_assert_cmpuint (changes_until_now (&fixture), ==, 1);
  g_assert_false (gvt_removals_is_quiet (fixture.removals));
  fixture_follow (&fixture, UUID);
  g_assert_false (gvt_removals_is_quiet (fixture.removals));
  open_file (&fixture, REMOVE);
  g_assert_cmpuint (changes_until_now (&fixture), ==, 1);
  fixture_end (&fixture);
}

/* Removed and made again, it is another directory of the same name. */
static void
test_another_of_the_name (void)
{
  Fixture fixture;

  fixture_begin (&fixture, 0);
  scratch_remove (fixture.host, REMOVE);
  scratch_remove (fixture.host, UEVENT);
  scratch_remove (fixture.host, DEVICE);
  scratch_write (fixture.host, REMOVE, "");
  fixture_follow (&fixture, UUID);
  changes_until_now (&fixture);
  open_file (&fixture, REMOVE);
  g_assert_cmpuint (changes_until_now (&fixture), ==, 1);
  fixture_follow (&fixture, NULL);
  changes_until_now (&fixture);
  open_file (&fixture, REMOVE);
  g_assert_cmpuint (changes_until_now (&fixture), ==, 0);
  fixture_end (&fixture);
}

/* Nobody is quiet where nothing can be heard. */
static void
test_another_sysfs (void)
{
  Fixture fixture;

  fixture_begin (&fixture, 1);
  g_assert_false (gvt_removals_is_quiet (fixture.removals));
  fixture_end (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/removals/opened", test_opened);
  g_test_add_func ("/removals/another-of-the-name", test_another_of_the_name);
  g_test_add_func ("/removals/another-sysfs", test_another_sysfs);
  return g_test_run ();
}
