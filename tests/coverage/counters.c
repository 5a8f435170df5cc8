/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Linked into every program of a build that counts coverage, and into no other. gcc's run time writes
 * what it counted when a program ends by exit(). Here are the two ways in which ours end otherwise:
 * _exit(), and behind a sandbox that lets no file be written.
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_SIZE (256 * 1024)
#define PATIENCE_S 60

/* gcc's own */
void __gcov_dump (void);

_Noreturn void __real__exit (int status);
_Noreturn void __wrap__exit (int status);
int __real_prctl (int option, ...);
int __wrap_prctl (int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

_Noreturn void
__wrap__exit (int status)
{
  __gcov_dump ();
  __real__exit (status);
}

/* In the memory of the sandboxed process, but not in its sandbox: waits for its end, which closes the
 * other end of the pipe, and writes what it counted, however it ended; but not if that was in gcc's
 * exec(), which is killed while it has the lock for writing. */
static int
outlive (void *data)
{
  const int *ends = data;
  struct pollfd end = { .fd = ends[0] };

  close (ends[1]);
  for (int fd = 0; fd < 3; fd++)
    close (fd);
  while (poll (&end, 1, -1) != 1)
    continue;
  alarm (PATIENCE_S);
  __gcov_dump ();
  syscall (SYS_exit_group, 0);
  return 0;
}

/* Comes before gcc's run time would open its files, which the sandbox answers with a kill. */
static void
leave (int status, void *data)
{
  fflush (NULL);
  syscall (SYS_exit_group, status);
}

static void
expect_sandbox (void)
{
  static int ends[2];
  char *stack = mmap (NULL,
                      STACK_SIZE,
                      PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK,
                      -1,
                      0);

  if (stack == MAP_FAILED || pipe2 (ends, O_CLOEXEC) < 0 || on_exit (leave, NULL) != 0 ||
      clone (outlive, stack + STACK_SIZE, CLONE_VM, ends) < 0)
    abort ();
}

/* A sandbox begins with this. */
int
__wrap_prctl (int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
  if (option == PR_SET_NO_NEW_PRIVS)
    expect_sandbox ();
  return __real_prctl (option, a, b, c, d);
}
