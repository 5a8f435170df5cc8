/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvt-process-helper: has the powers over other people's processes, and answers four questions of the
 * service's (process-question.h). systemd starts it when it is asked, with the socket it listens on;
 * it ends when nobody has asked for a while. Each question has a process of its own, so that one that
 * hangs in the kernel holds up no other. It must not believe that it is the service that asks, only
 * that it is root.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "configuration.h"
#include "gvt-error.h"
#include "process-helper.h"

#define IDLE_MS 30000
#define QUESTION_SECONDS 15

static gboolean
comes_from_root (int fd)
{
  struct ucred peer;
  socklen_t length = sizeof peer;

  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == 0;
}

static GBytes *
receive (int fd)
{
  g_autofree guint8 *buffer = g_malloc (GVT_PROCESS_MESSAGE_MAX);
  gssize length = recv (fd, buffer, GVT_PROCESS_MESSAGE_MAX, 0);

  return length > 0 ? g_bytes_new (buffer, (gsize) length) : NULL;
}

/* What the administrator's file says holds for the service, too, whatever it asks for. */
static GvtProcessAnswer *
work (GvtRoot *root, GvtProcessQuestion *question, GError **error)
{
  g_autoptr (GvtConfiguration) configuration = NULL;

  if (question->verb == GVT_PROCESS_RAISE) {
    configuration = gvt_configuration_load (root, error);
    if (configuration == NULL)
      return NULL;
    question->maximum = MIN (question->maximum, configuration->memory_lock_maximum);
  }
  return gvt_process_answer (root, question, error);
}

static void
answer_one (GvtRoot *root, int fd)
{
  g_autoptr (GBytes) asked = receive (fd);
  g_autoptr (GvtProcessAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answered = NULL;
  GvtProcessQuestion question = { 0 };

  if (asked == NULL)
    return;
  if (gvt_process_question_unpack (asked, &question))
    answer = work (root, &question, &error);
  else
    error = g_error_new (GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, "that is no question");
  answered = gvt_process_answer_pack (answer, error);
  send (fd, g_bytes_get_data (answered, NULL), g_bytes_get_size (answered), MSG_NOSIGNAL);
  g_free (question.domain);
}

static void
accept_one (GvtRoot *root, int listener)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  pid_t pid = fd >= 0 && comes_from_root (fd) ? fork () : -1;

  if (pid == 0) {
    alarm (QUESTION_SECONDS);
    answer_one (root, fd);
    _exit (0);
  }
  if (fd >= 0)
    close (fd);
}

static void
serve (GvtRoot *root, int listener)
{
  struct pollfd poll_fd = { .fd = listener, .events = POLLIN };

  /* The kernel reaps the children. */
  signal (SIGCHLD, SIG_IGN);
  while (TEMP_FAILURE_RETRY (poll (&poll_fd, 1, IDLE_MS)) > 0)
    accept_one (root, listener);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean elsewhere = argc == 3 && strcmp (argv[1], "--root") == 0;
  g_autoptr (GvtRoot) root = gvt_root_new (elsewhere ? argv[2] : "/", &error);

  if (sd_listen_fds (TRUE) != 1 ||
      sd_is_socket (SD_LISTEN_FDS_START, AF_UNIX, SOCK_SEQPACKET, 1) <= 0) {
    fprintf (stderr, "gvt-process-helper is started by gvt-process-helper.socket\n");
    return EXIT_FAILURE;
  }
  if (root == NULL) {
    fprintf (stderr, "gvt-process-helper: %s\n", error->message);
    return EXIT_FAILURE;
  }
  serve (root, SD_LISTEN_FDS_START);
  return EXIT_SUCCESS;
}
