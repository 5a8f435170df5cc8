/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Limits, Landlock and seccomp for the process that reads untrusted XML. Called once, before the
 * first untrusted byte is looked at, while there is one thread.
 */

#include "worker-sandbox.h"

#include "gvt-error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ADDRESS_SANITIZER 1
#endif

#define MEMORY_MAX (128ul * 1024 * 1024)

static gboolean
fail (GError **error, const char *what, int error_number)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "the domain editor cannot confine itself: %s: %s",
               what,
               g_strerror (error_number));
  return FALSE;
}

/* Of 0 processes root takes no notice; the filter has no fork anyway. */
static gboolean
limit_resources (GError **error)
{
  static const struct {
    const char *name;
    __rlimit_resource_t resource;
    rlim_t limit;
  } limits[] = {
    { "RLIMIT_CPU", RLIMIT_CPU, 1 },
    { "RLIMIT_FSIZE", RLIMIT_FSIZE, 0 },
    { "RLIMIT_CORE", RLIMIT_CORE, 0 },
    { "RLIMIT_NPROC", RLIMIT_NPROC, 0 },
    { "RLIMIT_NOFILE", RLIMIT_NOFILE, 8 },
#ifndef WITH_ADDRESS_SANITIZER
    /* The sanitizer reserves terabytes of addresses for its shadow. */
    { "RLIMIT_AS", RLIMIT_AS, MEMORY_MAX },
#endif
  };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++) {
    struct rlimit limit = { .rlim_cur = limits[i].limit, .rlim_max = limits[i].limit };

    if (setrlimit (limits[i].resource, &limit) < 0)
      return fail (error, limits[i].name, errno);
  }
  return TRUE;
}

/* No rule allows anything, so every right that the kernel knows is denied. */
static gboolean
deny_files (GError **error)
{
  struct landlock_ruleset_attr attr = {
    .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                         LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                         LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                         LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                         LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                         LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                         LANDLOCK_ACCESS_FS_MAKE_SYM,
  };
  int ruleset = (int) syscall (SYS_landlock_create_ruleset, &attr, sizeof attr, 0);

  /* Kernels before 5.13, and those booted without it. */
  if (ruleset < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
    return TRUE;
  if (ruleset < 0)
    return fail (error, "landlock_create_ruleset", errno);
  if (syscall (SYS_landlock_restrict_self, ruleset, 0) < 0)
    return fail (error, "landlock_restrict_self", errno);

  close (ruleset);
  return TRUE;
}

#ifdef WITH_ADDRESS_SANITIZER

/* The sanitizer's run time needs calls of its own, and more with each compiler: deny what would get
 * out of the process instead of listing what is needed. */
static int
fill_filter (scmp_filter_ctx filter)
{
  static const int denied[] = {
    SCMP_SYS (execve), SCMP_SYS (execveat), SCMP_SYS (fork),     SCMP_SYS (vfork),
    SCMP_SYS (socket), SCMP_SYS (connect),  SCMP_SYS (bind),     SCMP_SYS (sendto),
    SCMP_SYS (ptrace), SCMP_SYS (mount),    SCMP_SYS (unlinkat), SCMP_SYS (renameat2),
  };
  int result = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (denied) && result == 0; i++)
    result = seccomp_rule_add (filter, SCMP_ACT_KILL_PROCESS, denied[i], 0);
  if (result == 0)
    result = seccomp_rule_add (filter,
                               SCMP_ACT_KILL_PROCESS,
                               SCMP_SYS (openat),
                               1,
                               SCMP_A2 (SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR));
  return result;
}

#define DEFAULT_ACTION SCMP_ACT_ALLOW

#else

/* Memory may be had and given back, but never made executable. */
static int
fill_filter (scmp_filter_ctx filter)
{
  static const int allowed[] = {
    SCMP_SYS (read),       SCMP_SYS (write),  SCMP_SYS (close),        SCMP_SYS (brk),
    SCMP_SYS (munmap),     SCMP_SYS (mremap), SCMP_SYS (madvise),      SCMP_SYS (exit),
    SCMP_SYS (exit_group), SCMP_SYS (futex),  SCMP_SYS (rt_sigreturn), SCMP_SYS (clock_gettime),
  };
  static const int without_exec[] = { SCMP_SYS (mmap), SCMP_SYS (mprotect) };
  int result = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (allowed) && result == 0; i++)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed[i], 0);
  for (gsize i = 0; i < G_N_ELEMENTS (without_exec) && result == 0; i++)
    result = seccomp_rule_add (filter,
                               SCMP_ACT_ALLOW,
                               without_exec[i],
                               1,
                               SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  return result;
}

#define DEFAULT_ACTION SCMP_ACT_KILL_PROCESS

#endif

static gboolean
filter_calls (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (DEFAULT_ACTION);
  int result = filter != NULL ? fill_filter (filter) : -ENOMEM;

  if (result == 0)
    result = seccomp_load (filter);
  if (filter != NULL)
    seccomp_release (filter);
  return result == 0 || fail (error, "seccomp", -result);
}

gboolean
gvt_worker_sandbox_enter (GError **error)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return fail (error, "PR_SET_NO_NEW_PRIVS", errno);
  if (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return fail (error, "PR_SET_DUMPABLE", errno);

  return limit_resources (error) && deny_files (error) && filter_calls (error);
}
