/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvt-kill-at PID N all|changing|storing [ERRNO]: kills a process, and what it forked meanwhile, right
 * before the N-th system call that any of them begins after the next message from the bus; or, given an
 * errno, has that call fail with it instead. With "changing", only calls that others can see the effect
 * of count; with "storing", only those of the process itself that a full disk can refuse. Says "ready"
 * when it watches, then what it did, or on SIGTERM how many calls there were. One thread; stops every
 * other one at every call.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* linux/ptrace.h and sys/ptrace.h exclude each other. */
#define INFO struct __ptrace_syscall_info

#define CHILDREN_MAX 64
#define OPTIONS                                                                                    \
  (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK)

typedef struct {
  pid_t service;
  pid_t children[CHILDREN_MAX];
  int n_children;
  long wanted;
  long count;
  bool (*counts) (const INFO *info);
  bool service_only;
  int failure;   /* the errno, or 0 to kill */
  pid_t failing; /* the thread whose call is to fail when it ends */
  bool begun;
} Watch;

static volatile sig_atomic_t told_to_end;

static void
on_terminate (int number)
{
  told_to_end = number;
}

static void
die (const char *what)
{
  perror (what);
  exit (1);
}

static bool
opens_for_writing (const INFO *info)
{
  return (info->entry.args[2] & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
}

static bool
changes_something (const INFO *info)
{
  switch (info->entry.nr) {
  case SYS_openat:
    return opens_for_writing (info);
  case SYS_clone:
    return (info->entry.args[0] & CLONE_THREAD) == 0;
  case SYS_write:
    /* Eight bytes are GLib waking a thread of its own. */
    return info->entry.args[2] != 8;
  case SYS_mkdirat:
  case SYS_unlinkat:
  case SYS_renameat:
  case SYS_renameat2:
  case SYS_fsync:
  case SYS_fchmod:
  case SYS_setxattr:
  case SYS_sendmsg:
  case SYS_wait4:
  case SYS_exit_group:
    return true;
  default:
    return false;
  }
}

static bool
stores_something (const INFO *info)
{
  switch (info->entry.nr) {
  case SYS_openat:
    return (info->entry.args[2] & O_CREAT) != 0;
  case SYS_mkdirat:
  case SYS_unlinkat:
  case SYS_renameat:
  case SYS_fsync:
  case SYS_fchmod:
  case SYS_setxattr:
    return true;
  default:
    return info->entry.nr == SYS_write && changes_something (info);
  }
}

static bool
is_any (const INFO *info)
{
  return true;
}

/* The threads of the service that are not watched yet. */
static int
seize_threads (pid_t pid)
{
  char path[64];
  struct dirent *entry;
  int seized = 0;
  DIR *threads;

  snprintf (path, sizeof path, "/proc/%d/task", (int) pid);
  threads = opendir (path);
  if (threads == NULL)
    die (path);
  while ((entry = readdir (threads)) != NULL) {
    pid_t thread = (pid_t) atoi (entry->d_name);

    if (thread == 0 || ptrace (PTRACE_SEIZE, thread, 0, OPTIONS) != 0)
      continue;
    if (ptrace (PTRACE_INTERRUPT, thread, 0, 0) != 0)
      die ("PTRACE_INTERRUPT");
    seized++;
  }
  closedir (threads);
  return seized;
}

static bool
is_of_service (const Watch *watch, pid_t thread)
{
  return syscall (SYS_tgkill, watch->service, thread, 0) == 0;
}

static void
kill_all (const Watch *watch, pid_t thread, const INFO *info)
{
  const char *whose = is_of_service (watch, thread) ? "service" : "child";

  kill (watch->service, SIGKILL);
  for (int i = 0; i < watch->n_children; i++)
    kill (watch->children[i], SIGKILL);
  printf ("killed %ld %d %s\n", watch->count, (int) info->entry.nr, whose);
  exit (0);
}

/* A call without a number is none, and what it says at its end can be chosen. */
static void
set_call (pid_t thread, const unsigned long long *number, const unsigned long long *result)
{
  struct user_regs_struct registers;

  if (ptrace (PTRACE_GETREGS, thread, 0, &registers) != 0)
    die ("PTRACE_GETREGS");
  if (number != NULL)
    registers.orig_rax = *number;
  if (result != NULL)
    registers.rax = *result;
  if (ptrace (PTRACE_SETREGS, thread, 0, &registers) != 0)
    die ("PTRACE_SETREGS");
}

static void
begin_failure (Watch *watch, pid_t thread, const INFO *info)
{
  const unsigned long long none = (unsigned long long) -1;

  set_call (thread, &none, NULL);
  watch->failing = thread;
  printf ("failed %ld %d\n", watch->count, (int) info->entry.nr);
}

static void
end_failure (Watch *watch, pid_t thread)
{
  const unsigned long long result = (unsigned long long) -watch->failure;

  set_call (thread, NULL, &result);
  watch->failing = 0;
}

static void
on_call (Watch *watch, pid_t thread)
{
  INFO info;

  if (ptrace (PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0)
    return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && watch->failing == thread)
    end_failure (watch, thread);
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
    return;
  watch->begun = watch->begun || info.entry.nr == SYS_recvmsg;
  if (!watch->begun || !watch->counts (&info) ||
      (watch->service_only && !is_of_service (watch, thread)))
    return;
  watch->count++;
  if (watch->count == watch->wanted && watch->failure != 0)
    begin_failure (watch, thread, &info);
  else if (watch->count == watch->wanted)
    kill_all (watch, thread, &info);
}

/* A new thread is the service's; a new process is one of its children. */
static void
on_new (Watch *watch, pid_t parent)
{
  unsigned long child = 0;

  ptrace (PTRACE_GETEVENTMSG, parent, 0, &child);
  if (is_of_service (watch, (pid_t) child))
    return;
  if (watch->n_children == CHILDREN_MAX)
    die ("too many children");
  watch->children[watch->n_children++] = (pid_t) child;
}

/* Its number may be another process's from now on. */
static void
on_end (Watch *watch, pid_t process)
{
  for (int i = 0; i < watch->n_children; i++) {
    if (watch->children[i] == process)
      watch->children[i--] = watch->children[--watch->n_children];
  }
}

static void
on_stop (Watch *watch, pid_t thread, int status)
{
  int event = status >> 16;
  int number = WSTOPSIG (status);
  int deliver = 0;

  if (number == (SIGTRAP | 0x80))
    on_call (watch, thread);
  else if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK)
    on_new (watch, thread);
  else if (event == 0)
    deliver = number;
  ptrace (PTRACE_SYSCALL, thread, 0, deliver);
}

int
main (int argc, char **argv)
{
  struct sigaction terminate = { .sa_handler = on_terminate };
  Watch watch = { 0 };
  int stopped = 0;
  int status;

  if (argc < 4)
    return 2;
  watch.service = (pid_t) atoi (argv[1]);
  watch.wanted = atol (argv[2]);
  watch.service_only = strcmp (argv[3], "storing") == 0;
  watch.counts = watch.service_only                  ? stores_something
                 : strcmp (argv[3], "changing") == 0 ? changes_something
                                                     : is_any;
  watch.failure = argc > 4 ? atoi (argv[4]) : 0;
  sigaction (SIGTERM, &terminate, NULL);
  setvbuf (stdout, NULL, _IOLBF, 0);

  for (int seized; (seized = seize_threads (watch.service)) > 0;)
    stopped += seized;
  if (stopped == 0)
    die ("PTRACE_SEIZE");
  for (bool ready = false; !told_to_end;) {
    pid_t thread = waitpid (-1, &status, __WALL);

    if (thread < 0 && errno == EINTR)
      continue;
    if (thread < 0)
      die ("waitpid");
    if (!WIFSTOPPED (status)) {
      on_end (&watch, thread);
      continue;
    }
    on_stop (&watch, thread, status);
    if (!ready && --stopped <= 0) {
      ready = true;
      puts ("ready");
    }
  }
  printf ("counted %ld\n", watch.count);
  return 0;
}
