/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's side of the process helper. Worker threads only. Must never take no answer for an
 * answer: whoever asks whether a vGPU is in use would take it away.
 */

#include "process-helper.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gvt-error.h"

/* A look at all processes takes milliseconds; the rest is for a machine that is busy. */
#define DEADLINE_MS 10000

static gboolean
fail (GError **error, const char *what, int error_number)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "the process helper %s: %s; see systemctl status gvt-process-helper",
               what,
               g_strerror (error_number));
  return FALSE;
}

/* -1 with errno; ENOENT where there is no helper. */
static int
connect_to_helper (GvtRoot *root)
{
  g_autofree char *path = gvt_root_locate (root, GVT_PROCESS_HELPER_SOCKET);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct timeval patience = { .tv_sec = DEADLINE_MS / 1000 };
  int fd;
  int saved;

  if (!gvt_root_exists (root, GVT_PROCESS_HELPER_SOCKET) ||
      g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
    errno = ENOENT;
    return -1;
  }
  fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd >= 0)
    setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  saved = errno;
  close (fd);
  errno = saved;
  return -1;
}

static gboolean
exchange (int fd, GBytes *question, GBytes **answer, GError **error)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  g_autofree guint8 *buffer = g_malloc (GVT_PROCESS_MESSAGE_MAX);
  gssize length;

  if (send (fd, g_bytes_get_data (question, NULL), g_bytes_get_size (question), MSG_NOSIGNAL) < 0)
    return fail (error, "cannot be asked", errno);
  if (TEMP_FAILURE_RETRY (poll (&poll_fd, 1, DEADLINE_MS)) == 0)
    return fail (error, "does not answer", ETIMEDOUT);
  length = recv (fd, buffer, GVT_PROCESS_MESSAGE_MAX, MSG_DONTWAIT);
  if (length <= 0)
    return fail (error, "has no answer", length < 0 ? errno : ECONNRESET);
  *answer = g_bytes_new (buffer, (gsize) length);
  return TRUE;
}

GvtProcessAnswer *
gvt_process_ask (GvtRoot *root, const GvtProcessQuestion *question, GError **error)
{
  g_autoptr (GBytes) asked = gvt_process_question_pack (question);
  g_autoptr (GBytes) answered = NULL;
  int fd = connect_to_helper (root);
  gboolean done;

  if (fd < 0 && errno == ENOENT)
    return gvt_process_answer (root, question, error);
  if (fd < 0) {
    fail (error, "cannot be reached", errno);
    return NULL;
  }
  done = exchange (fd, asked, &answered, error);
  close (fd);
  return done ? gvt_process_answer_unpack (answered, error) : NULL;
}
