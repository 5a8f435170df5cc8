/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which process is a user's libvirt daemon: real processes, with one thing wrong at a time.
 */

#include "libvirt-daemon.h"

#include <sys/stat.h>
#include <unistd.h>

#include "fake-daemon.h"

/* A user of whom this machine has no other process. */
#define NOBODY_ELSE 54321

static void
check_found (FakeDaemon *fake, pid_t caller, guint32 uid, gboolean expected)
{
  g_autoptr (GvtLibvirtDaemon) daemon = gvt_libvirt_daemon_find (fake->host->root, caller, uid);

  g_assert_cmpint (daemon != NULL ? daemon->pid : 0, ==, expected ? fake->pid : 0);
}

static void
test_parent_of_the_hook (void)
{
  static const char *const names[] = { "libvirtd", "virtqemud" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (FakeDaemon) fake = fake_daemon_new (NOBODY_ELSE, names[i], NULL);

    check_found (fake, fake->hook, NOBODY_ELSE, TRUE);
  }
}

static void
test_elsewhere_among_the_users (void)
{
  g_autoptr (FakeDaemon) fake = fake_daemon_new (NOBODY_ELSE, "libvirtd", NULL);

  check_found (fake, getpid (), NOBODY_ELSE, TRUE);
  check_found (fake, G_MAXINT32, NOBODY_ELSE, TRUE);
}

static void
test_of_another_user (void)
{
  g_autoptr (FakeDaemon) fake = fake_daemon_new (NOBODY_ELSE, "libvirtd", NULL);

  check_found (fake, fake->hook, NOBODY_ELSE + 1, FALSE);
}

static void
test_another_name (void)
{
  static const char *const names[] = { "libvirt", "libvirtd2", "sh", "virtqemud (deleted)x" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (FakeDaemon) fake = fake_daemon_new (NOBODY_ELSE, names[i], NULL);

    check_found (fake, fake->hook, NOBODY_ELSE, FALSE);
  }
}

/* Whoever can write the file decides what runs. */
static void
test_of_a_file_that_others_can_write (void)
{
  g_autoptr (FakeDaemon) fake = fake_daemon_new (NOBODY_ELSE, "libvirtd", NULL);

  g_assert_no_errno (chmod (fake->file, 0775));
  check_found (fake, fake->hook, NOBODY_ELSE, FALSE);
  g_assert_no_errno (chmod (fake->file, 0757));
  check_found (fake, fake->hook, NOBODY_ELSE, FALSE);
  g_assert_no_errno (chmod (fake->file, 0755));
  check_found (fake, fake->hook, NOBODY_ELSE, TRUE);
  g_assert_no_errno (chown (fake->file, NOBODY_ELSE, 0));
  check_found (fake, fake->hook, NOBODY_ELSE, FALSE);
}

/* A daemon that was running when libvirt was upgraded is the user's daemon still. */
static void
test_upgraded (void)
{
  g_autoptr (FakeDaemon) fake = fake_daemon_new (NOBODY_ELSE, "libvirtd", NULL);

  g_assert_no_errno (unlink (fake->file));
  check_found (fake, fake->hook, NOBODY_ELSE, TRUE);
}

static void
test_again (void)
{
  g_autoptr (FakeDaemon) fake = fake_daemon_new (NOBODY_ELSE, "libvirtd", NULL);
  GvtRoot *root = fake->host->root;
  g_autoptr (GvtLibvirtDaemon) first = gvt_libvirt_daemon_find (root, fake->hook, NOBODY_ELSE);
  g_autoptr (GvtLibvirtDaemon) same =
      gvt_libvirt_daemon_find_again (root, fake->pid, first->started, NOBODY_ELSE);
  g_autoptr (GvtLibvirtDaemon) older =
      gvt_libvirt_daemon_find_again (root, fake->pid, first->started - 1, NOBODY_ELSE);
  int descriptor = gvt_process_open (root, fake->pid, first->started);

  g_assert_nonnull (same);
  g_assert_null (older);
  g_assert_cmpint (descriptor, >=, 0);
  g_assert_cmpint (gvt_process_open (root, fake->pid, first->started - 1), ==, -1);
  close (descriptor);
  g_assert_true (gvt_libvirt_daemon_is_alive (first));
  fake_daemon_end (fake);
  g_assert_false (gvt_libvirt_daemon_is_alive (first));
  check_found (fake, fake->hook, NOBODY_ELSE, FALSE);
  g_assert_cmpint (gvt_process_open (root, fake->pid, first->started), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libvirt-daemon/parent-of-the-hook", test_parent_of_the_hook);
  g_test_add_func ("/libvirt-daemon/elsewhere-among-the-users", test_elsewhere_among_the_users);
  g_test_add_func ("/libvirt-daemon/of-another-user", test_of_another_user);
  g_test_add_func ("/libvirt-daemon/another-name", test_another_name);
  g_test_add_func ("/libvirt-daemon/of-a-file-that-others-can-write",
                   test_of_a_file_that_others_can_write);
  g_test_add_func ("/libvirt-daemon/upgraded", test_upgraded);
  g_test_add_func ("/libvirt-daemon/again", test_again);
  return g_test_run ();
}
