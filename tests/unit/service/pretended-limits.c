/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In the place of prlimit(2), by the linker: limits that nobody here may raise, and refusals.
 */

#include "pretended-limits.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* capability.h */
#define CAP_SYS_RESOURCE 24

/* prlimit's name where files may be large. */
int __real_prlimit64 (pid_t pid, int resource, const struct rlimit *to, struct rlimit *from);
int __wrap_prlimit64 (pid_t pid, int resource, const struct rlimit *to, struct rlimit *from);

struct PretendedLimitsRefuse pretended_limits_refuse;
static GHashTable *pretended; /* pid -> struct rlimit */

int
__wrap_prlimit64 (pid_t pid, int resource, const struct rlimit *to, struct rlimit *from)
{
  struct rlimit *limit = pretended != NULL ? g_hash_table_lookup (pretended, GINT_TO_POINTER (pid))
                                           : NULL;

  if (to != NULL ? pretended_limits_refuse.set : pretended_limits_refuse.read) {
    errno = EPERM;
    return -1;
  }
  if (to != NULL && pretended_limits_refuse.end) {
    kill (pid, SIGKILL);
    waitid (P_PID, (id_t) pid, NULL, WEXITED | WNOWAIT);
  }
  if (limit == NULL)
    return __real_prlimit64 (pid, resource, to, from);
  if (from != NULL)
    *from = *limit;
  if (to != NULL)
    *limit = *to;
  return 0;
}

gboolean
pretended_limits_are_needless (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "\nCapEff:\t");
  g_assert_nonnull (line);
  return (g_ascii_strtoull (line + strlen ("\nCapEff:\t"), NULL, 16) >> CAP_SYS_RESOURCE & 1) != 0;
}

void
pretended_limits_add (pid_t pid, guint64 soft, guint64 hard)
{
  const struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

  if (pretended == NULL)
    pretended = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_hash_table_insert (pretended, GINT_TO_POINTER (pid), g_memdup2 (&limit, sizeof limit));
}

void
pretended_limits_end (void)
{
  g_clear_pointer (&pretended, g_hash_table_unref);
}
