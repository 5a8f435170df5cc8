/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * polkit's own text agent, pkttyagent, for this process alone, for when nobody else is there to ask.
 * Main thread. Must not be started where no person is, nor outlive this process. A process of its own
 * and not polkit's library, because that would cost every start of gvt-client, and hardly one asks.
 */

#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where pkttyagent finds the pipe on which it says that it is registered. */
#define NOTIFY_FD 3

/* Between fork and exec: async-signal-safe calls only. */
static void
end_with_parent (gpointer parent)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != GPOINTER_TO_INT (parent))
    _exit (1);
}

static gboolean
spawn (const GvtClient *client, int notify, GPid *agent, GError **error)
{
  g_autofree char *process = g_strdup_printf ("%d", getpid ());
  /* Nobody else answers for this process, or there would be no agent; and a fallback (--fallback) is
   * asked only where there is a session (polkitbackendinteractiveauthority.c). */
  const char *argv[] = {
    "pkttyagent", "--process", process, "--notify-fd", G_STRINGIFY (NOTIFY_FD), NULL,
  };
  const int target = NOTIFY_FD;
  g_auto (GStrv) environment = g_get_environ ();

  if (client->bus_address != NULL)
    environment =
        g_environ_setenv (environment, "DBUS_SYSTEM_BUS_ADDRESS", client->bus_address, TRUE);
  return g_spawn_async_with_pipes_and_fds (
      NULL,
      argv,
      (const char *const *) environment,
      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN |
          G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
      end_with_parent,
      GINT_TO_POINTER (getpid ()),
      -1,
      -1,
      -1,
      &notify,
      &target,
      1,
      agent,
      NULL,
      NULL,
      NULL,
      error);
}

gboolean
gvt_agent_start (GvtClient *client)
{
  g_autoptr (GError) error = NULL;
  char nothing;
  int notify[2];

  if (client->agent != 0 || client->no_ask_password || geteuid () == 0 || !isatty (STDIN_FILENO) ||
      !g_unix_open_pipe (notify, FD_CLOEXEC, NULL))
    return FALSE;
  if (!spawn (client, notify[1], &client->agent, &error)) {
    g_debug ("no text agent: %s", error->message);
    client->agent = 0;
  }
  close (notify[1]);
  /* It closes its end once it is registered, or ends. */
  while (client->agent != 0 && read (notify[0], &nothing, 1) < 0 && errno == EINTR)
    continue;
  close (notify[0]);
  return client->agent != 0;
}

void
gvt_agent_stop (GvtClient *client)
{
  if (client->agent == 0)
    return;
  /* It gives the terminal its echo back; a stopped one has to go on for that. */
  kill (client->agent, SIGTERM);
  kill (client->agent, SIGCONT);
  while (waitpid (client->agent, NULL, 0) < 0 && errno == EINTR)
    continue;
  client->agent = 0;
}
