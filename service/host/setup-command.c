/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one place where setup starts programs. Only gvt-host-setup uses it, in a unit of its own; the
 * service never does. What it runs comes from constants.
 */

#include "setup-command.h"

#include <string.h>

#include "gvt-error.h"

gboolean
gvt_setup_run (GvtRoot *root, GStrv command, GError **error)
{
  static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  /* systemd gives its units the host's; grub-mkconfig writes it into the menu's configuration. */
  const char *host_language = g_getenv ("LANG");
  g_autofree char *language =
      g_strconcat ("LANG=", host_language != NULL ? host_language : "C.UTF-8", NULL);
  char *environment[] = { path, language, NULL };
  g_auto (GStrv) words = g_strdupv (command);
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  g_autofree char *joined = g_strjoinv (" ", command);
  g_autoptr (GError) reason = NULL;
  int status;

  g_free (words[0]);
  words[0] = gvt_root_locate (root, command[0]);
  if (!g_spawn_sync ("/",
                     words,
                     environment,
                     G_SPAWN_DEFAULT,
                     NULL,
                     NULL,
                     &output,
                     &complaint,
                     &status,
                     &reason) ||
      !g_spawn_check_wait_status (status, &reason)) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_FAILED,
                 "“%s” failed: %s: %s",
                 joined,
                 reason->message,
                 complaint != NULL ? g_strstrip (complaint) : "");
    return FALSE;
  }
  g_message ("ran “%s”", joined);
  return TRUE;
}
