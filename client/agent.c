/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A polkit text agent for this process alone, for when nobody else is there to ask. It runs in
 * libpolkit-agent's own thread, since calls to the service block the main one. Must not be started
 * where no person is, nor leave the terminal without echo.
 */

#define POLKIT_AGENT_I_KNOW_API_IS_SUBJECT_TO_CHANGE

#include "agent.h"

#include <polkitagent/polkitagent.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

/* The terminal as it was before the agent turned its echo off. */
static struct termios terminal;

static void
on_signal (int number)
{
  tcsetattr (STDIN_FILENO, TCSANOW, &terminal);
  signal (number, SIG_DFL);
  raise (number);
}

static gpointer
register_listener (PolkitAgentListener *listener, GError **error)
{
  g_autoptr (PolkitSubject) subject = NULL;

  subject = polkit_unix_process_new_for_owner (getpid (), 0, (gint) getuid ());
  return polkit_agent_listener_register (listener,
                                         POLKIT_AGENT_REGISTER_FLAGS_RUN_IN_THREAD,
                                         subject,
                                         NULL,
                                         NULL,
                                         error);
}

gboolean
gvt_agent_start (GvtClient *client)
{
  g_autoptr (PolkitAgentListener) listener = NULL;
  g_autoptr (GError) error = NULL;

  if (client->agent != NULL || client->no_ask_password || geteuid () == 0 ||
      tcgetattr (STDIN_FILENO, &terminal) != 0)
    return FALSE;
  listener = polkit_agent_text_listener_new (NULL, &error);
  if (listener == NULL) {
    g_debug ("no text agent: %s", error->message);
    return FALSE;
  }
  /* The library knows one bus only; on another it has to be told. */
  if (client->bus_address != NULL)
    g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", client->bus_address, TRUE);
  client->agent = register_listener (listener, &error);
  if (client->bus_address != NULL)
    g_unsetenv ("DBUS_SYSTEM_BUS_ADDRESS");
  if (client->agent == NULL) {
    g_debug ("no text agent: %s", error->message);
    return FALSE;
  }
  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
  signal (SIGHUP, on_signal);
  return TRUE;
}

void
gvt_agent_stop (GvtClient *client)
{
  /* Unregistering would wait for a question that nobody answers any more; polkit takes the end of
   * the process for it. */
  if (client->agent != NULL)
    tcsetattr (STDIN_FILENO, TCSANOW, &terminal);
  client->agent = NULL;
}
