/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Setup killed, as by a power cut, right before each system call that changes something: whatever was
 * begun, a revert leaves the host's disk as it was; also one that is killed itself, and begun again.
 */

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot-ways.h"
#include "fixes.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-revert.h"
#include "setup-steps.h"

/* Fewer would mean that nothing was watched. */
#define POINTS_MIN 10

static gboolean
changes_something (const struct __ptrace_syscall_info *info)
{
  switch (info->entry.nr) {
  case SYS_openat:
    return (info->entry.args[2] & O_CREAT) != 0;
  case SYS_write:
  case SYS_renameat:
  case SYS_renameat2:
  case SYS_unlinkat:
  case SYS_mkdirat:
  case SYS_fchmod:
  case SYS_fchown:
  case SYS_fsync:
  case SYS_clone:
  case SYS_clone3:
  case SYS_vfork:
    return TRUE;
  default:
    return FALSE;
  }
}

/* Applies or reverts in a process of its own. */
static pid_t
start (GvtRoot *root, gboolean revert)
{
  pid_t pid = fork ();
  int nowhere;

  g_assert_cmpint (pid, >=, 0);
  if (pid > 0)
    return pid;
  nowhere = open ("/dev/null", O_WRONLY);
  dup2 (nowhere, STDERR_FILENO);
  ptrace (PTRACE_TRACEME, 0, NULL, NULL);
  raise (SIGSTOP);
  if (revert)
    setup_revert (root);
  else
    setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  /* Not _exit(), before which a build that counts coverage writes what it counted. */
  syscall (SYS_exit_group, 0);
  return 0;
}

/* Returns whether it came to its @point-th change, where it was killed. */
static gboolean
kill_at (GvtRoot *root, gboolean revert, guint point)
{
  pid_t pid = start (root, revert);
  guint count = 0;
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSTOPPED (status));
  ptrace (PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  while (TRUE) {
    struct __ptrace_syscall_info info;

    ptrace (PTRACE_SYSCALL, pid, NULL, NULL);
    g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
    if (WIFEXITED (status)) {
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
      return FALSE;
    }
    g_assert_true (WIFSTOPPED (status));
    if (WSTOPSIG (status) != (SIGTRAP | 0x80))
      continue; /* the end of a program that it ran */
    g_assert_cmpint (ptrace (PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info), >, 0);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_something (&info) || ++count < point)
      continue;
    kill (pid, SIGKILL);
    g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
    g_assert_true (WIFSIGNALED (status));
    return TRUE;
  }
}

static void
test_killed (gconstpointer data)
{
  gboolean revert = GPOINTER_TO_INT (data);
  guint point = 0;
  gboolean killed = TRUE;

  while (killed) {
    g_auto (BootBed) bed = { .tree = NULL };

    boot_bed_begin (&bed, boot_way_find ("recorded-update-grub-first-drop-in"));
    if (revert)
      setup_apply (bed.root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
    killed = kill_at (bed.root, revert, ++point);
    setup_assert_reverted (bed.root, bed.tree, bed.before);
    if (!revert) {
      setup_apply (bed.root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
      setup_assert_text (bed.tree, bed.way->path, bed.way->after);
    }
  }
  g_test_message ("killed at %u points", point - 1);
  g_assert_cmpuint (point, >, POINTS_MIN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/setup/killed/apply", GINT_TO_POINTER (FALSE), test_killed);
  g_test_add_data_func ("/setup/killed/revert", GINT_TO_POINTER (TRUE), test_killed);
  return g_test_run ();
}
