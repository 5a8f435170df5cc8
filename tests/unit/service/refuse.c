/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System calls that fail, by a filter of the kernel's.
 */

#include "refuse.h"

#include <fcntl.h>
#include <seccomp.h>
#include <unistd.h>

static void
load (int call, int error_number, unsigned int count, struct scmp_arg_cmp argument)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);

  g_assert_nonnull (filter);
  g_assert_cmpint (
      seccomp_rule_add (filter, SCMP_ACT_ERRNO ((guint) error_number), call, count, argument),
      ==,
      0);
  g_assert_cmpint (seccomp_load (filter), ==, 0);
  seccomp_release (filter);
}

void
refuse_call (int call, int error_number)
{
  load (call, error_number, 0, SCMP_A0 (SCMP_CMP_EQ, 0, 0));
}

void
refuse_call_on (int call, int fd, int error_number)
{
  load (call, error_number, 1, SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) fd, 0));
}

int
refuse_next_fd (void)
{
  int fd = open ("/", O_PATH | O_CLOEXEC);

  g_assert_no_errno (fd);
  close (fd);
  return fd;
}

gboolean
refuse_in_child (const char *stderr_pattern)
{
  if (g_test_subprocess ())
    return TRUE;
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (stderr_pattern);
  return FALSE;
}
