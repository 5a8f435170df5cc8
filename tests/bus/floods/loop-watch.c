/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into the service by tests: how long its main loop is away from poll(). Each stay of a
 * millisecond or more adds a line to the file $GVT_LOOP_WATCH: when, how long, and how much of that the
 * thread was ready but waited for a processor, which is no fault of the service; all in microseconds.
 * With $GVT_LOOP_WATCH_STACK the stack after so many microseconds goes to the same file.
 *
 * Main thread only. A poll() inside a callback is a wait of the service's, not the loop's.
 */

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WORTH_A_LINE 1000

typedef int (*Poll) (struct pollfd *, nfds_t, int);
typedef int (*Depth) (void);

static Poll real_poll;
static Depth depth;
static pid_t service;
static int lines = -1;
static int schedule = -1;
static timer_t timer;
static long stack_after;
static long away_since;
static long waited_before;

static long
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* How long this thread has waited for a processor so far: the second number, in nanoseconds. */
static long
waited (void)
{
  char text[128] = "";
  char *rest;

  if (pread (schedule, text, sizeof text - 1, 0) <= 0)
    return 0;
  strtol (text, &rest, 10);
  return strtol (rest, NULL, 10) / 1000;
}

static void
set_timer (long microseconds)
{
  struct itimerspec when = { .it_value = { .tv_nsec = microseconds * 1000 } };

  if (stack_after > 0)
    timer_settime (timer, 0, &when, NULL);
}

static void
write_stack (int number)
{
  void *frames[40];

  backtrace_symbols_fd (frames, backtrace (frames, 40), lines);
}

static void
prepare_stacks (const char *microseconds)
{
  struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF };
  void *frame[1];

  stack_after = microseconds != NULL ? atol (microseconds) : 0;
  if (stack_after == 0)
    return;
  backtrace (frame, 1); /* loads what it needs before a signal does */
  event._sigev_un._tid = service;
  signal (SIGPROF, write_stack);
  timer_create (CLOCK_MONOTONIC, &event, &timer);
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *path = getenv ("GVT_LOOP_WATCH");
  char own[64];

  real_poll = (Poll) dlsym (RTLD_NEXT, "poll");
  depth = (Depth) dlsym (RTLD_DEFAULT, "g_main_depth");
  if (path == NULL || depth == NULL)
    return;
  service = getpid ();
  lines = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  snprintf (own, sizeof own, "/proc/self/task/%d/schedstat", service);
  schedule = open (own, O_RDONLY | O_CLOEXEC);
  prepare_stacks (getenv ("GVT_LOOP_WATCH_STACK"));
  /* Neither is for the service's children. */
  unsetenv ("LD_PRELOAD");
  unsetenv ("GVT_LOOP_WATCH");
}

static void
back (void)
{
  long away = now () - away_since;

  set_timer (0);
  if (away_since > 0 && away >= WORTH_A_LINE)
    dprintf (lines, "away %ld %ld %ld\n", away_since, away, waited () - waited_before);
}

int
poll (struct pollfd *fds, nfds_t count, int timeout)
{
  int found;

  if (lines < 0 || syscall (SYS_gettid) != service || getpid () != service || depth () > 0)
    return real_poll (fds, count, timeout);
  back ();
  found = real_poll (fds, count, timeout);
  waited_before = waited ();
  away_since = now ();
  set_timer (stack_after);
  return found;
}
