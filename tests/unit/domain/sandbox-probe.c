/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Locks itself into the worker's cage and then tries what its argument says. Exits with 0 only if
 * that worked.
 */

#include "gvt-error.h"
#include "worker-sandbox.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "detect_leaks=0:allocator_may_return_null=1";
}
#endif

static gboolean
try_nothing (void)
{
  return write (STDOUT_FILENO, ".", 1) == 1;
}

static gboolean
try_open (void)
{
  return open ("/etc/passwd", O_RDWR) >= 0;
}

static gboolean
try_socket (void)
{
  return socket (AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static gboolean
try_exec (void)
{
  return execl ("/bin/true", "true", NULL) == 0;
}

static gboolean
try_fork (void)
{
  return fork () >= 0;
}

static gboolean
try_spin (void)
{
  for (volatile guint64 i = 0;; i++)
    ;
  return TRUE;
}

#if !defined(__SANITIZE_ADDRESS__)
static gboolean
try_memory (void)
{
  return malloc (256ul * 1024 * 1024) != NULL;
}

static gboolean
try_executable_memory (void)
{
  return mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}
#endif

static const struct {
  const char *name;
  gboolean (*attempt) (void);
} attempts[] = {
  { "nothing", try_nothing }, { "open", try_open },
  { "socket", try_socket },   { "exec", try_exec },
  { "fork", try_fork },       { "spin", try_spin },
#if !defined(__SANITIZE_ADDRESS__)
  { "memory", try_memory },   { "executable-memory", try_executable_memory },
#endif
};

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; argc == 2 && i < G_N_ELEMENTS (attempts); i++) {
    if (!g_str_equal (argv[1], attempts[i].name))
      continue;
    if (!gvt_worker_sandbox_enter (&error)) {
      g_printerr ("%s\n", error->message);
      return 3;
    }
    return attempts[i].attempt () ? 0 : 1;
  }

  return 2;
}
