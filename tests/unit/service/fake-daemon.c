/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A process that looks like a user's libvirt daemon: the same file name, the same owner of the file,
 * a user's uid, and a child.
 */

#include "fake-daemon.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

static void
copy_shell (const char *to)
{
  g_autofree char *shell = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents ("/bin/sh", &shell, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, shell, (gssize) length, &error);
  g_assert_no_error (error);
  g_assert_no_errno (chmod (to, 0755));
}

FakeDaemon *
fake_daemon_new (guint32 uid, const char *name, const char *memory_lock)
{
  FakeDaemon *self = g_new0 (FakeDaemon, 1);
  g_autofree char *user = g_strdup_printf ("--reuid=%u", uid);
  g_autofree char *group = g_strdup_printf ("--regid=%u", uid);
  g_autofree char *limit = g_strconcat ("--memlock=", memory_lock, NULL);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  self->host = scratch_new ();
  scratch_link (self->host, "/proc", "/proc");
  self->file = scratch_locate (self->host, name);
  copy_shell (self->file);
  if (memory_lock != NULL) {
    g_ptr_array_add (arguments, (char *) "/usr/bin/prlimit");
    g_ptr_array_add (arguments, limit);
  }
  g_ptr_array_add (arguments, (char *) "/usr/bin/setpriv");
  g_ptr_array_add (arguments, user);
  g_ptr_array_add (arguments, group);
  g_ptr_array_add (arguments, (char *) "--clear-groups");
  g_ptr_array_add (arguments, self->file);
  g_ptr_array_add (arguments, (char *) "-c");
  g_ptr_array_add (arguments, (char *) "sleep 300 & echo $$ $!; wait");
  g_ptr_array_add (arguments, NULL);
  self->process = g_subprocess_newv ((const char *const *) arguments->pdata,
                                     G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                     &error);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sscanf (line, "%d %d", &self->pid, &self->hook), ==, 2);
  return self;
}

void
fake_daemon_end (FakeDaemon *self)
{
  if (self->process == NULL)
    return;
  g_assert_no_errno (kill (self->hook, SIGKILL));
  g_subprocess_force_exit (self->process);
  g_assert_true (g_subprocess_wait (self->process, NULL, NULL));
  g_clear_object (&self->process);
}

void
fake_daemon_free (FakeDaemon *self)
{
  fake_daemon_end (self);
  scratch_free (self->host);
  g_free (self->file);
  g_free (self);
}
