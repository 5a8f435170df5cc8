/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each of polkit's answers means for a caller, and that nothing else than its yes is one. Every
 * test has a process of its own: the library keeps what it once knows of polkit.
 */

#include "authorise.h"

#include "callers.h"
#include "fake-polkit.h"
#include "gvt-error.h"
#include "wait.h"

#include <string.h>

#define ACTION "org.gvt.manager.create-vgpu"
#define USER 1000

/* Runs @test in a process of its own. */
static void
in_child (gconstpointer test)
{
  if (g_test_subprocess ()) {
    ((void (*) (void)) test) ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static GHashTable *
make_details (void)
{
  GHashTable *details = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (details, (gpointer) "label", (gpointer) "win10");
  return details;
}

static void
begin (guint32 uid, gboolean interactive, GCancellable *cancellable, GAsyncResult **result)
{
  g_autoptr (GHashTable) details = make_details ();

  gvt_authorise_async (":1.42",
                       uid,
                       ACTION,
                       details,
                       interactive,
                       cancellable,
                       wait_take_result,
                       result);
}

static void
check (GAsyncResult *result, GvtError code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_authorise_finish (result, &error));
  g_assert_error (error, GVT_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_answers (void)
{
  static const struct {
    const char *answer;
    gboolean interactive;
    GvtError code;
    const char *part;
  } refusals[] = {
    { "no", FALSE, GVT_ERROR_NOT_AUTHORIZED, ACTION ": this system's polkit policy" },
    { "no", TRUE, GVT_ERROR_NOT_AUTHORIZED, "authentication failed, or" },
    { "challenge", FALSE, GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN, "this call did not allow" },
    { "challenge", TRUE, GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN, "no polkit agent" },
    { "dismissed", TRUE, GVT_ERROR_NOT_AUTHORIZED_DISMISSED, "was dismissed" },
    { "error", FALSE, GVT_ERROR_NOT_AUTHORIZED, "polkit has no answer" },
  };
  g_autoptr (FakePolkit) polkit = fake_polkit_new ("yes");
  g_autoptr (GAsyncResult) allowed = NULL;

  begin (USER, FALSE, NULL, &allowed);
  wait_for_result (&allowed);
  g_assert_true (gvt_authorise_finish (allowed, NULL));
  g_assert_cmpstr (polkit->questions->str,
                   ==,
                   "(('system-bus-name', {'name': <':1.42'>}), '" ACTION
                   "', {'label': 'win10'}, 0, '')\n");
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GAsyncResult) result = NULL;

    polkit->answer = refusals[i].answer;
    g_string_truncate (polkit->questions, 0);
    begin (USER, refusals[i].interactive, NULL, &result);
    wait_for_result (&result);
    check (result, refusals[i].code, refusals[i].part);
    g_assert_nonnull (
        strstr (polkit->questions->str, refusals[i].interactive ? ", 1, ''" : ", 0, ''"));
  }
}

/* Root needs no polkit, and nobody knows whom else to ask about. */
static void
test_not_asked (void)
{
  g_autoptr (FakePolkit) polkit = fake_polkit_new ("yes");
  g_autoptr (GAsyncResult) root = NULL;
  g_autoptr (GAsyncResult) unknown = NULL;

  polkit->answer = "no";
  begin (0, FALSE, NULL, &root);
  wait_for_result (&root);
  g_assert_true (gvt_authorise_finish (root, NULL));
  polkit->answer = "yes";
  begin (GVT_NO_UID, FALSE, NULL, &unknown);
  wait_for_result (&unknown);
  check (unknown, GVT_ERROR_NOT_AUTHORIZED, "who is calling");
  g_assert_cmpstr (polkit->questions->str, ==, "");
}

/* A caller that leaves is told nothing, and a yes that comes after all is none. */
static void
test_left (void)
{
  g_autoptr (FakePolkit) polkit = fake_polkit_new ("later");
  g_autoptr (GCancellable) at_once = g_cancellable_new ();
  g_autoptr (GCancellable) later = g_cancellable_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  /* One while the library gets itself ready, the other while polkit thinks. */
  begin (USER, TRUE, at_once, &first);
  begin (USER, TRUE, later, &second);
  g_cancellable_cancel (at_once);
  wait_for_result (&first);
  g_assert_false (gvt_authorise_finish (first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  wait_until (fake_polkit_is_asked, polkit);
  g_assert_null (second);
  g_cancellable_cancel (later);
  wait_for_result (&second);
  g_assert_false (gvt_authorise_finish (second, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct {
  GAsyncResult *result;
  GCancellable *other;
} First;

static void
cancel_other (GObject *source, GAsyncResult *result, gpointer user_data)
{
  First *first = user_data;

  first->result = g_object_ref (result);
  g_cancellable_cancel (first->other);
}

/* Without a bus there is no polkit: nobody but root may, and whoever left meanwhile is not told so. */
static void
test_no_bus (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) never = g_cancellable_new ();
  g_autoptr (GHashTable) details = make_details ();
  g_autoptr (GAsyncResult) left = NULL;
  g_autoptr (GAsyncResult) last = NULL;
  g_autoptr (GError) error = NULL;
  First first = { .other = cancellable };

  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all", TRUE);
  gvt_authorise_async (":1.1", USER, ACTION, details, FALSE, never, cancel_other, &first);
  begin (USER, FALSE, cancellable, &left);
  begin (USER, FALSE, NULL, &last);
  wait_for_result (&last);
  check (first.result, GVT_ERROR_NOT_AUTHORIZED, "polkit has no answer");
  check (last, GVT_ERROR_NOT_AUTHORIZED, "polkit has no answer");
  wait_for_result (&left);
  g_assert_false (gvt_authorise_finish (left, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_object_unref (first.result);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/authorise/answers", (gconstpointer) test_answers, in_child);
  g_test_add_data_func ("/authorise/not-asked", (gconstpointer) test_not_asked, in_child);
  g_test_add_data_func ("/authorise/left", (gconstpointer) test_left, in_child);
  g_test_add_data_func ("/authorise/no-bus", (gconstpointer) test_no_bus, in_child);
  return g_test_run ();
}
