/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker, its cage, and the service's door to it: with the real worker, and with ones that
 * crash, hang, or talk nonsense.
 */

#include "edit.h"
#include "editor.h"
#include "fixtures.h"
#include "gvt-error.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *
worker (void)
{
  return g_getenv ("GVT_TEST_WORKER");
}

typedef struct {
  gboolean done;
  char *text;
  GError *error;
} Answer;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->text = gvt_domain_editor_run_finish (result, &answer->error);
  answer->done = TRUE;
}

static char *
run (const char *program,
     GvtWorkerVerb verb,
     const char *xml,
     const char *settings,
     GCancellable *cancellable,
     GError **error)
{
  Answer answer = { 0 };
  GVariant *variant = settings != NULL
                          ? g_variant_parse (G_VARIANT_TYPE_VARDICT, settings, NULL, NULL, NULL)
                          : NULL;

  gvt_domain_editor_run_async (program, verb, xml, VGPU, variant, cancellable, on_answer, &answer);
  g_clear_pointer (&variant, g_variant_unref);
  while (!answer.done)
    g_main_context_iteration (NULL, TRUE);

  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.text;
}

static void
test_edit_and_strip (void)
{
  g_auto (GStrv) names = fixture_names ("fixtures");
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{'display': <'spice-gl'>}");

  for (gsize i = 0; names[i] != NULL; i++) {
    g_autofree char *xml = fixture_read ("fixtures", names[i]);
    g_autofree char *wanted = gvt_domain_edit (xml, VGPU, settings, NULL);
    g_autoptr (GError) error = NULL;
    g_autofree char *edited = NULL;
    g_autofree char *stripped = NULL;

    edited = run (worker (), GVT_WORKER_EDIT, xml, "{'display': <'spice-gl'>}", NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (edited, ==, wanted);

    stripped = run (worker (), GVT_WORKER_STRIP, edited, NULL, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (stripped, ==, xml);
  }
}

static void
test_modernise (void)
{
  g_autofree char *xml = fixture_read ("legacy", "guide-uefi.xml");
  g_autofree char *wanted = gvt_domain_modernise (xml, NULL, GVT_QEMU_SYNTAX_AUTO, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *modernised = run (worker (), GVT_WORKER_MODERNISE, xml, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (modernised, ==, wanted);
}

static void
assert_fails (const char *program,
              GvtWorkerVerb verb,
              const char *xml,
              const char *settings,
              int code,
              const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = run (program, verb, xml, settings, NULL, &error);

  g_test_message ("%s", error != NULL ? error->message : text);
  g_assert_null (text);
  g_assert_error (error, GVT_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
}

#define DOMAIN "<domain><devices/></domain>"

static void
test_errors_come_through (void)
{
  g_autofree char *large = g_strnfill (1024 * 1024, ' ');
  g_autofree char *nearly = g_strnfill (130 * 1024, ' ');

  assert_fails (worker (), GVT_WORKER_STRIP, DOMAIN, NULL, GVT_ERROR_NOT_FOUND, "not attached");
  assert_fails (worker (), GVT_WORKER_EDIT, "<a", NULL, GVT_ERROR_INVALID_ARGUMENT, "Start Tag");
  assert_fails (worker (),
                GVT_WORKER_EDIT,
                "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><domain>&y;</domain>",
                NULL,
                GVT_ERROR_INVALID_ARGUMENT,
                "DOCTYPE");
  assert_fails (worker (),
                GVT_WORKER_EDIT,
                "<?xml version='1.0' encoding='UTF-7'?>" DOMAIN,
                NULL,
                GVT_ERROR_INVALID_ARGUMENT,
                "UTF-8");
  assert_fails (worker (),
                GVT_WORKER_EDIT,
                DOMAIN,
                "{'display': <'x'>}",
                GVT_ERROR_INVALID_ARGUMENT,
                "spice-gl");
  assert_fails (worker (), GVT_WORKER_EDIT, large, NULL, GVT_ERROR_INVALID_ARGUMENT, "128 KiB");
  assert_fails (worker (), GVT_WORKER_EDIT, nearly, NULL, GVT_ERROR_INVALID_ARGUMENT, "128 KiB");
  assert_fails (worker (),
                GVT_WORKER_EDIT,
                "<domain>\xff</domain>",
                NULL,
                GVT_ERROR_INVALID_ARGUMENT,
                "UTF-8");
}

/* The text that libxml2 before 2.12 is slowest with is answered, or the worker stopped; no more. */
static void
test_slow_text (void)
{
  g_autoptr (GString) xml = g_string_new ("<domain");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; xml->len < 120 * 1024; i++)
    g_string_append_printf (xml, " a%x=''", i);
  g_string_append (xml, "><devices/></domain>");

  text = run (worker (), GVT_WORKER_EDIT, xml->str, NULL, NULL, &error);
  if (text == NULL)
    g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
}

static const struct {
  const char *name;
  const char *script;
  const char *part;
} bad_workers[] = {
  { "exits", "exit 1", "died" },
  { "crashes", "kill -SEGV $$", "died" },
  { "silent", "exit 0", "not a reply" },
  { "garbage", "echo garbage", "not a reply" },
  { "nul", "head -c 4096 /dev/zero", "not a reply" },
  { "endless", "cat /dev/zero", "too much" },
  { "hangs", "exec sleep 60", "3 seconds" },
  { "hangs-closed", "exec >&- sleep 60", "3 seconds" },
  { "ignores-term", "trap '' TERM; while :; do sleep 1; done", "3 seconds" },
};

static char *
write_script (const char *text)
{
  g_autofree char *folder = g_dir_make_tmp ("gvt-worker-XXXXXX", NULL);
  char *path = g_build_filename (folder, "worker", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n", text);

  g_assert_true (g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  return path;
}

static void
remove_script (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (rmdir (folder), ==, 0);
}

static void
test_bad_worker (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *script = write_script (bad_workers[i].script);

  assert_fails (script, GVT_WORKER_EDIT, DOMAIN, NULL, GVT_ERROR_FAILED, bad_workers[i].part);
  remove_script (script);
}

static void
test_no_worker (void)
{
  assert_fails ("/nonexistent/worker",
                GVT_WORKER_EDIT,
                DOMAIN,
                NULL,
                GVT_ERROR_FAILED,
                "cannot run the domain editor");
}

/* The worker gets no environment and no file but its three. */
static void
test_worker_gets_nothing (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gvt-worker-XXXXXX", NULL);
  g_autofree char *list = g_build_filename (folder, "list", NULL);
  g_autofree char *text = g_strdup_printf ("{ env; ls /proc/$$/fd; } >%s", list);
  g_autofree char *script = write_script (text);
  g_autofree char *found = NULL;
  int leak = dup (STDOUT_FILENO);

  g_assert_true (g_setenv ("GVT_SECRET", "hunter2", TRUE));
  assert_fails (script, GVT_WORKER_EDIT, DOMAIN, NULL, GVT_ERROR_FAILED, "not a reply");
  g_assert_true (g_file_get_contents (list, &found, NULL, NULL));
  close (leak);

  g_assert_null (strstr (found, "GVT_SECRET"));
  g_assert_null (strstr (found, "HOME="));
  g_assert_nonnull (strstr (found, "\n0\n1\n"));
  for (int fd = 3; fd < 10; fd++) {
    g_autofree char *line = g_strdup_printf ("\n%d\n", fd);

    g_assert_null (strstr (found, line));
  }

  remove_script (script);
  g_assert_cmpint (unlink (list), ==, 0);
  g_assert_cmpint (rmdir (folder), ==, 0);
}

static gboolean
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
  g_autofree char *script = write_script ("exec sleep 60");
  g_autoptr (GCancellable) later = g_cancellable_new ();
  g_autoptr (GCancellable) before = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_timeout_add (50, cancel, later);
  g_assert_null (run (script, GVT_WORKER_EDIT, DOMAIN, NULL, later, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_cancellable_cancel (before);
  g_assert_null (run (script, GVT_WORKER_EDIT, DOMAIN, NULL, before, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  remove_script (script);
}

static int
probe (const char *attempt)
{
  const char *argv[] = { g_getenv ("GVT_TEST_PROBE"), attempt, NULL };
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_spawn_sync (NULL,
                (char **) argv,
                NULL,
                G_SPAWN_STDOUT_TO_DEV_NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                &status,
                &error);
  g_assert_no_error (error);
  return status;
}

static void
assert_killed (const char *attempt, int signal_number)
{
  int status = probe (attempt);

  g_test_message ("%s: status %#x", attempt, (guint) status);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, signal_number);
}

static void
test_cage (void)
{
  g_assert_cmpint (probe ("nothing"), ==, 0);
  assert_killed ("open", SIGSYS);
  assert_killed ("socket", SIGSYS);
  assert_killed ("exec", SIGSYS);
  assert_killed ("spin", SIGKILL);
#if !defined(__SANITIZE_ADDRESS__)
  assert_killed ("fork", SIGSYS);
  assert_killed ("executable-memory", SIGSYS);
  g_assert_cmpint (WEXITSTATUS (probe ("memory")), ==, 1);
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/worker/edit-and-strip", test_edit_and_strip);
  g_test_add_func ("/worker/modernise", test_modernise);
  g_test_add_func ("/worker/errors-come-through", test_errors_come_through);
  g_test_add_func ("/worker/slow-text", test_slow_text);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_workers); i++) {
    g_autofree char *path = g_strconcat ("/worker/bad/", bad_workers[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_bad_worker);
  }
  g_test_add_func ("/worker/none", test_no_worker);
  g_test_add_func ("/worker/gets-nothing", test_worker_gets_nothing);
  g_test_add_func ("/worker/cancel", test_cancel);
  g_test_add_func ("/worker/cage", test_cage);

  return g_test_run ();
}
