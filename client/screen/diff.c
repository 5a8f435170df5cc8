/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A unified diff, by diff itself. The texts, which may hold passwords, are handed over in memory
 * and never in a file. Main thread, blocking. Must not print.
 */

#include "diff.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where diff finds its texts. */
#define BEFORE_FD 3
#define AFTER_FD 4

static gboolean
hand_over (GSubprocessLauncher *launcher, const char *text, int target, GError **error)
{
  int fd = memfd_create ("gvt-client-diff", MFD_CLOEXEC);
  gsize done = 0;

  while (fd >= 0 && done < strlen (text)) {
    gssize count = write (fd, text + done, strlen (text) - done);

    if (count < 0 && errno != EINTR)
      break;
    done += count > 0 ? (gsize) count : 0;
  }
  if (fd < 0 || done < strlen (text)) {
    g_set_error (error,
                 G_IO_ERROR,
                 g_io_error_from_errno (errno),
                 _ ("cannot hand a text to diff: %s"),
                 g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return FALSE;
  }
  lseek (fd, 0, SEEK_SET);
  g_subprocess_launcher_take_fd (launcher, fd, target);
  return TRUE;
}

char *
gvt_diff (const char *before,
          const char *after,
          const char *before_label,
          const char *after_label,
          gboolean colour,
          GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) diff = NULL;
  g_autofree char *text = NULL;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  if (!hand_over (launcher, before, BEFORE_FD, error) ||
      !hand_over (launcher, after, AFTER_FD, error))
    return NULL;
  diff = g_subprocess_launcher_spawn (launcher,
                                      error,
                                      "diff",
                                      "-u",
                                      colour ? "--color=always" : "--color=never",
                                      "--label",
                                      before_label,
                                      "--label",
                                      after_label,
                                      "/dev/fd/3",
                                      "/dev/fd/4",
                                      NULL);
  if (diff == NULL || !g_subprocess_communicate_utf8 (diff, NULL, NULL, &text, NULL, error))
    return NULL;
  /* 0: the same, 1: different, 2: trouble, which diff itself has told on standard error. */
  if (!g_subprocess_get_if_exited (diff) || g_subprocess_get_exit_status (diff) > 1) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("diff failed"));
    return NULL;
  }
  return g_steal_pointer (&text);
}
