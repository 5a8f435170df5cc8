/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one place where setup starts programs. Only gvt-host-setup uses it, in a unit of its own; the
 * service never does. What it runs comes from constants.
 */

#include "setup-command.h"

#include <string.h>

#include "gvt-error.h"

#define LOCALE_MAX 4096

/* The host's language, where systemd looks for it (locale.conf(5)) and where Debian keeps it:
 * grub-mkconfig writes it into the menu. */
static char *
read_language (GvtRoot *root)
{
  static const char *const files[] = { "/etc/locale.conf", "/etc/default/locale" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *text = gvt_root_read_text (root, files[i], LOCALE_MAX, NULL);
    g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
      g_autofree char *value = g_str_has_prefix (g_strstrip (*line), "LANG=")
                                   ? g_shell_unquote (*line + strlen ("LANG="), NULL)
                                   : NULL;

      if (value != NULL)
        return g_strconcat ("LANG=", value, NULL);
    }
  }
  return g_strdup ("LANG=C.UTF-8");
}

gboolean
gvt_setup_run (GvtRoot *root, GStrv command, GError **error)
{
  static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  g_autofree char *language = read_language (root);
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
