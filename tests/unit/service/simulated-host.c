/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starts gvt-simhost, found by GVT_SIMHOST, and talks to its control file.
 */

#include "simulated-host.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

SimulatedHost *
simulated_host_new (void)
{
  SimulatedHost *self = g_new0 (SimulatedHost, 1);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  self->scratch = scratch_new ();
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                    &error,
                                    g_getenv ("GVT_SIMHOST"),
                                    "--die-with-parent",
                                    "--pci-device=0000:01:00.0,driver=vfio-pci",
                                    self->scratch->path,
                                    NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");
  return self;
}

void
simulated_host_free (SimulatedHost *self)
{
  g_subprocess_send_signal (self->process, SIGTERM);
  g_assert_true (g_subprocess_wait (self->process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (self->process));
  g_assert_cmpint (g_subprocess_get_exit_status (self->process), ==, 0);
  g_object_unref (self->process);
  scratch_free (self->scratch);
  g_free (self);
}

void
simulated_host_control (SimulatedHost *self, const char *format, ...)
{
  g_autofree char *path = scratch_locate (self->scratch, "/control");
  g_autofree char *command = NULL;
  va_list arguments;
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, command, strlen (command)), ==, (gssize) strlen (command));
  g_assert_no_errno (close (fd));
}

guint
simulated_host_count (SimulatedHost *self, const char *key)
{
  g_autofree char *status = scratch_read (self->scratch, "/control");
  g_auto (GStrv) lines = g_strsplit (status, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], key) && lines[i][strlen (key)] == ' ')
      return (guint) g_ascii_strtoull (lines[i] + strlen (key), NULL, 10);
  }
  g_assert_not_reached ();
}
