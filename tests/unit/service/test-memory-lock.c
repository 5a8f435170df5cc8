/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory-lock limits of a real process: what is noted, what is put back, and what is never exceeded.
 * Where the tests may not raise limits, as in a container, the process is real and its limits are not.
 */

#include "memory-lock.h"

#include <sys/resource.h>

#include "fake-daemon.h"
#include "gvt-error.h"
#include "libvirt-daemon.h"
#include "machine.h"
#include "pretended-limits.h"
#include "wait.h"

/* Ours: the limits of others are only CAP_SYS_RESOURCE's to see. */
#define UID 0
#define NOBODYS_UID 3999999999u
#define NOTE "/run/gvt-manager/memory-lock-" G_STRINGIFY (UID)
#define MIB ((guint64) 1024 * 1024)
#define GIB (1024 * MIB)
/* For prlimit(1): what every root may set, and what only one with CAP_SYS_RESOURCE may. */
#define LITTLE "2097152:4194304"
#define MUCH "2097152:3221225472"
#define SOFT (2 * MIB)
#define LITTLE_HARD (4 * MIB)
#define VM_MIB(mib) ((guint64) (mib) *1024)

typedef struct {
  FakeDaemon *fake;
  GvtMemoryLock *lock;
} Fixture;

static FakeDaemon *
make_daemon (const char *memory_lock)
{
  gboolean may = pretended_limits_are_needless ();
  FakeDaemon *fake = fake_daemon_new (UID, "libvirtd", may ? memory_lock : LITTLE);

  if (!may)
    pretended_limits_add (fake->pid, SOFT, g_str_equal (memory_lock, MUCH) ? 3 * GIB : LITTLE_HARD);
  return fake;
}

static void
set_up (Fixture *fixture, gconstpointer memory_lock)
{
  fixture->fake = make_daemon (memory_lock);
  fixture->lock = gvt_memory_lock_new (fixture->fake->host->root);
}

static gboolean
nobody_else_holds (gpointer user_data)
{
  return g_atomic_int_get (&G_OBJECT (user_data)->ref_count) == 1;
}

static void
tear_down (Fixture *fixture, gconstpointer memory_lock)
{
  while (!nobody_else_holds (fixture->lock))
    g_thread_yield ();
  g_object_unref (fixture->lock);
  fake_daemon_free (fixture->fake);
  pretended_limits_end ();
}

static gboolean
raise_as (Fixture *fixture,
          guint32 uid,
          const char *domain,
          guint64 kib,
          guint64 maximum,
          GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  gboolean added = FALSE;

  gvt_memory_lock_raise_async (fixture->lock,
                               maximum,
                               uid,
                               fixture->fake->hook,
                               domain,
                               kib,
                               wait_take_result,
                               &result);
  wait_for_result (&result);
  return gvt_memory_lock_raise_finish (fixture->lock, result, &added, error) && added;
}

static gboolean
raise_for (Fixture *fixture, const char *domain, guint64 kib, guint64 maximum, GError **error)
{
  return raise_as (fixture, UID, domain, kib, maximum, error);
}

static void
release (Fixture *fixture, const char *domain)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  gvt_memory_lock_release_async (fixture->lock, UID, domain, wait_take_result, &result);
  wait_for_result (&result);
  g_assert_true (gvt_memory_lock_finish (fixture->lock, result, &error));
  g_assert_no_error (error);
}

static void
check_limits (Fixture *fixture, guint64 soft, guint64 hard)
{
  struct rlimit limit;

  g_assert_no_errno (prlimit (fixture->fake->pid, RLIMIT_MEMLOCK, NULL, &limit));
  g_assert_cmpuint (limit.rlim_cur, ==, soft);
  g_assert_cmpuint (limit.rlim_max, ==, hard);
}

static gboolean
is_noted (Fixture *fixture)
{
  return scratch_exists (fixture->fake->host, NOTE);
}

static void
test_high_enough (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (raise_for (fixture, UUID, VM_MIB (2048), GIB, &error));
  g_assert_no_error (error);
  g_assert_false (is_noted (fixture));
  check_limits (fixture, SOFT, 3 * GIB);
  release (fixture, UUID);
  check_limits (fixture, SOFT, 3 * GIB);
}

static void
test_maximum (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (raise_for (fixture, UUID, VM_MIB (1024), 2 * GIB - 1, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
  g_assert_nonnull (strstr (error->message, "MemoryLockMaximum"));
  g_assert_false (is_noted (fixture));
  check_limits (fixture, SOFT, LITTLE_HARD);
}

static void
test_raise (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (raise_for (fixture, UUID, VM_MIB (1024), 4 * GIB, &error));
  g_assert_no_error (error);
  g_assert_true (is_noted (fixture));
  check_limits (fixture, SOFT, 2 * GIB);
  release (fixture, UUID);
  g_assert_false (is_noted (fixture));
  check_limits (fixture, SOFT, LITTLE_HARD);
}

static void
check_not_raised (Fixture *fixture, const char *because)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (raise_for (fixture, UUID, VM_MIB (1024), 4 * GIB, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, because));
}

/* Nothing is left noted of what was not done. */
static void
test_not_raised (Fixture *fixture, gconstpointer data)
{
  pretended_limits_refuse.set = TRUE;
  check_not_raised (fixture, "cannot set the memory-lock limit");
  pretended_limits_refuse.set = FALSE;
  pretended_limits_refuse.read = TRUE;
  check_not_raised (fixture, "cannot read the memory-lock limit");
  pretended_limits_refuse.read = FALSE;
  g_assert_false (is_noted (fixture));
  check_limits (fixture, SOFT, LITTLE_HARD);
}

/* Who has its number next has nothing of it. */
static void
test_ends_meanwhile (Fixture *fixture, gconstpointer data)
{
  pretended_limits_refuse.end = TRUE;
  check_not_raised (fixture, g_strerror (ESRCH));
  pretended_limits_refuse.end = FALSE;
  g_assert_false (is_noted (fixture));
}

/* What cannot be noted would never be taken back. */
static void
test_not_noted (Fixture *fixture, gconstpointer data)
{
  scratch_write (fixture->fake->host, "/run/gvt-manager", "in the way");
  check_not_raised (fixture, "/run/gvt-manager");
  check_limits (fixture, SOFT, LITTLE_HARD);
}

/* As if the limit had been raised from @soft and @hard for @domains. */
static void
write_note (Fixture *fixture, const char *domains, guint64 soft, guint64 hard, int older)
{
  g_autoptr (GvtLibvirtDaemon) daemon =
      gvt_libvirt_daemon_find (fixture->fake->host->root, fixture->fake->hook, UID);
  g_autofree char *text = g_strdup_printf ("[MemoryLock]\nPid=%d\nStarted=%" G_GUINT64_FORMAT
                                           "\nSoft=%" G_GUINT64_FORMAT "\nHard=%" G_GUINT64_FORMAT
                                           "\nDomains=%s\n",
                                           (int) daemon->pid,
                                           daemon->started - (guint64) older,
                                           soft,
                                           hard,
                                           domains);

  scratch_write (fixture->fake->host, NOTE, text);
}

static void
test_last_one_lowers (Fixture *fixture, gconstpointer data)
{
  write_note (fixture, UUID ";" UUID_2 ";", MIB, 3 * MIB, 0);
  release (fixture, UUID_3);
  release (fixture, UUID);
  check_limits (fixture, SOFT, LITTLE_HARD);
  g_assert_true (is_noted (fixture));
  release (fixture, UUID_2);
  check_limits (fixture, MIB, 3 * MIB);
  g_assert_false (is_noted (fixture));
  release (fixture, UUID_2);
  check_limits (fixture, MIB, 3 * MIB);
}

/* A second request for a VM, or one that fails, takes nothing from the first. */
static void
test_once_per_vm (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  write_note (fixture, UUID ";", MIB, 3 * MIB, 0);
  g_assert_false (raise_for (fixture, UUID, VM_MIB (1024), 4 * GIB, &error));
  g_assert_no_error (error);
  g_assert_true (raise_for (fixture, UUID_2, VM_MIB (1024), 4 * GIB, &error));
  g_assert_no_error (error);
  g_assert_false (raise_for (fixture, UUID, VM_MIB (1024 * 1024), 4 * GIB, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
  release (fixture, UUID_2);
  check_limits (fixture, SOFT, 3 * GIB);
  release (fixture, UUID);
  check_limits (fixture, MIB, 3 * MIB);
}

/* Whether or not it could be raised further: what it was at first is put back in the end. */
static void
test_second_request (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    write_note (fixture, UUID ";", MIB, 3 * MIB, 0);
    pretended_limits_refuse.set = i == 0;
    g_assert_false (raise_for (fixture, UUID, VM_MIB (1024), 4 * GIB, &error));
    g_assert_true ((error != NULL) == pretended_limits_refuse.set);
    pretended_limits_refuse.set = FALSE;
    g_assert_true (is_noted (fixture));
  }
  release (fixture, UUID);
  check_limits (fixture, MIB, 3 * MIB);
}

/* Then it is still noted, and may be tried again. */
static void
test_not_lowered (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  write_note (fixture, UUID ";", MIB, 3 * MIB, 0);
  pretended_limits_refuse.set = TRUE;
  gvt_memory_lock_release_async (fixture->lock, UID, UUID, wait_take_result, &result);
  wait_for_result (&result);
  pretended_limits_refuse.set = FALSE;
  g_assert_false (gvt_memory_lock_finish (fixture->lock, result, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_true (is_noted (fixture));
  release (fixture, UUID);
  check_limits (fixture, MIB, 3 * MIB);
}

/* What was noted of a daemon that is gone is not done to the one that came after. */
static void
test_another_daemon (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  write_note (fixture, UUID ";", MIB, 3 * MIB, 1);
  release (fixture, UUID);
  check_limits (fixture, SOFT, LITTLE_HARD);
  g_assert_false (is_noted (fixture));
  write_note (fixture, UUID ";", MIB, 3 * MIB, 1);
  g_assert_true (raise_for (fixture, UUID_2, VM_MIB (1024), 4 * GIB, &error));
  g_assert_no_error (error);
  check_limits (fixture, SOFT, 2 * GIB);
  release (fixture, UUID_2);
  check_limits (fixture, SOFT, LITTLE_HARD);
}

/* A user who runs a second daemon does not keep the first one's limit for ever, nor is the second one
 * refused what it needs because the first will not have its own back. */
static void
test_second_daemon (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeDaemon) second = make_daemon (MUCH);
  g_autoptr (GError) error = NULL;
  pid_t hook = fixture->fake->hook;

  for (int i = 0; i < 2; i++) {
    write_note (fixture, UUID ";", MIB, 3 * MIB, 0);
    fixture->fake->hook = second->hook;
    pretended_limits_refuse.set = i == 0;
    g_assert_false (raise_for (fixture, UUID, VM_MIB (1024), 4 * GIB, &error));
    pretended_limits_refuse.set = FALSE;
    fixture->fake->hook = hook;
    g_assert_no_error (error);
    check_limits (fixture, i == 0 ? SOFT : MIB, i == 0 ? LITTLE_HARD : 3 * MIB);
  }
}

static void
test_damaged_note (Fixture *fixture, gconstpointer data)
{
  static const char *const damaged[] = {
    "",
    "nonsense",
    "[MemoryLock]\n",
    "[MemoryLock]\nDomains=" UUID ";\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (damaged); i++) {
    scratch_write (fixture->fake->host, NOTE, damaged[i]);
    release (fixture, UUID);
    check_limits (fixture, SOFT, LITTLE_HARD);
  }
}

static void
test_no_daemon (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  /* Of a user who has no process at all: root may be running a libvirt daemon on this machine. */
  g_assert_false (raise_as (fixture, NOBODYS_UID, UUID, VM_MIB (1024), 4 * GIB, &error));
  g_assert_no_error (error);
  g_assert_false (is_noted (fixture));
}

static void
test_default_maximum (void)
{
  g_assert_cmpuint (gvt_memory_lock_default_maximum (), >, 64 * MIB);
}

static void
add (const char *name, const char *memory_lock, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, memory_lock, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/memory-lock/high-enough", MUCH, test_high_enough);
  add ("/memory-lock/maximum", LITTLE, test_maximum);
  add ("/memory-lock/raise", LITTLE, test_raise);
  add ("/memory-lock/not-raised", LITTLE, test_not_raised);
  add ("/memory-lock/ends-meanwhile", LITTLE, test_ends_meanwhile);
  add ("/memory-lock/not-noted", LITTLE, test_not_noted);
  add ("/memory-lock/not-lowered", LITTLE, test_not_lowered);
  add ("/memory-lock/last-one-lowers", LITTLE, test_last_one_lowers);
  add ("/memory-lock/once-per-vm", MUCH, test_once_per_vm);
  add ("/memory-lock/second-request", LITTLE, test_second_request);
  add ("/memory-lock/another-daemon", LITTLE, test_another_daemon);
  add ("/memory-lock/second-daemon", LITTLE, test_second_daemon);
  add ("/memory-lock/damaged-note", LITTLE, test_damaged_note);
  add ("/memory-lock/no-daemon", LITTLE, test_no_daemon);
  g_test_add_func ("/memory-lock/default-maximum", test_default_maximum);
  return g_test_run ();
}
