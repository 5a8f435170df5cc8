/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A polkit text agent for this process alone, as `pkttyagent --fallback` would be: an agent of the
 * desktop session has precedence. It runs in libpolkit-agent's own thread, since calls to the
 * service block the main one. Must not be started where no person is.
 */

#define POLKIT_AGENT_I_KNOW_API_IS_SUBJECT_TO_CHANGE

#include "agent.h"

#include <polkitagent/polkitagent.h>
#include <unistd.h>

static gpointer
register_listener (PolkitAgentListener *listener, GError **error)
{
  g_autoptr (PolkitSubject) subject = NULL;
  GVariantDict options;

  subject = polkit_unix_process_new_for_owner (getpid (), 0, getuid ());
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "fallback", "b", TRUE);
  return polkit_agent_listener_register_with_options (listener,
                                                      POLKIT_AGENT_REGISTER_FLAGS_RUN_IN_THREAD,
                                                      subject,
                                                      NULL,
                                                      g_variant_dict_end (&options),
                                                      NULL,
                                                      error);
}

gboolean
gvt_agent_start (GvtClient *client)
{
  g_autoptr (PolkitAgentListener) listener = NULL;
  g_autoptr (GError) error = NULL;

  if (client->agent != NULL || client->no_ask_password || geteuid () == 0 || !isatty (STDIN_FILENO))
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
  if (client->agent == NULL)
    g_debug ("no text agent: %s", error->message);
  return client->agent != NULL;
}

void
gvt_agent_stop (GvtClient *client)
{
  g_clear_pointer (&client->agent, polkit_agent_listener_unregister);
}
