/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Definitions in mdevctl's format: what is taken for one, and what of a file survives us.
 */

#include "definition.h"

#include <string.h>
#include <sys/stat.h>

#include "gvt-error.h"
#include "machine.h"

#define FILE_OF(uuid) "/etc/mdevctl.d/" GPU "/" uuid

static void
check_parses (const char *text, gboolean automatic)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtDefinition) definition = gvt_definition_parse (UUID, GPU, text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (definition->uuid, ==, UUID);
  g_assert_cmpstr (definition->parent, ==, GPU);
  g_assert_cmpstr (definition->type, ==, TYPE);
  g_assert_cmpint (definition->automatic, ==, automatic);
}

static void
test_parse (void)
{
  check_parses ("{\"mdev_type\": \"" TYPE "\", \"start\": \"auto\", \"attrs\": []}", TRUE);
  check_parses ("{\"mdev_type\": \"" TYPE "\", \"start\": \"manual\"}", FALSE);
  check_parses ("{\"mdev_type\": \"" TYPE "\"}", FALSE);
  check_parses ("{\"mdev_type\": \"" TYPE "\", \"start\": 1}", FALSE);
  check_parses ("{\"mdev_type\": \"" TYPE "\", \"start\": null, \"future\": {\"a\": [1]}}", FALSE);
  check_parses (" {\"attrs\": [{\"a\": \"b\"}], \"mdev_type\": \"" TYPE "\"}\n", FALSE);
}

static void
test_malformed (void)
{
  static const char *const malformed[] = {
    "",
    " ",
    "null",
    "[]",
    "\"" TYPE "\"",
    "{",
    "{}",
    "{\"mdev_type\": }",
    "{\"mdev_type\": null}",
    "{\"mdev_type\": 4}",
    "{\"mdev_type\": [\"" TYPE "\"]}",
    "{\"mdev_type\": {\"a\": \"b\"}}",
    "{\"mdev_type\": \"\"}",
    "{\"mdev_type\": \".\"}",
    "{\"mdev_type\": \"../../../etc\"}",
    "{\"mdev_type\": \"a/b\"}",
    "{\"mdev_type\": \"a\\nb\"}",
    "{\"mdev_type\": \"" TYPE "\"",
    "{\"mdev_type\": \"" TYPE "\"} trailing",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++) {
    g_autoptr (GError) error = NULL;

    if (gvt_definition_parse (UUID, GPU, malformed[i], &error) != NULL)
      g_error ("taken for a definition: %s", malformed[i]);
    g_assert_nonnull (error);
  }
}

static void
check_too_deep (const char *opening, const char *closing)
{
  g_autoptr (GString) text = g_string_new ("{\"mdev_type\": \"" TYPE "\", \"attrs\": ");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 10000; i++)
    g_string_append (text, opening);
  for (int i = 0; i < 10000; i++)
    g_string_append (text, closing);
  g_string_append_c (text, '}');
  g_assert_null (gvt_definition_parse (UUID, GPU, text->str, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
}

/* A reader that recurses must not be led to the end of its stack, by whatever detour. */
static void
test_deep (void)
{
  g_autoptr (GString) many = g_string_new ("{\"mdev_type\": \"" TYPE "\", \"attrs\": [");

  check_too_deep ("[", "]");
  check_too_deep ("{\"a\":", "}");
  check_too_deep ("[\"]\",", "]");
  check_too_deep ("[/*]*/", "]");
  for (int i = 0; i < 100; i++)
    g_string_append_printf (many, "%s{\"a\": \"[[[\"}", i > 0 ? ", " : "");
  g_string_append (many, "]}");
  check_parses (many->str, FALSE);
}

static void
check_unreadable (const Scratch *host)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_definition_read (host->root, GPU, UUID, TRUE, &error));
  g_assert_nonnull (error);
  scratch_remove (host, FILE_OF (UUID));
}

static void
test_read (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *huge = g_strnfill (1024 * 1024, ' ');
  g_autoptr (GvtDefinition) definition = NULL;

  scratch_write (host, FILE_OF (UUID), huge);
  check_unreadable (host);
  scratch_make_fifo (host, FILE_OF (UUID));
  check_unreadable (host);
  scratch_link (host, FILE_OF (UUID), "/nowhere");
  check_unreadable (host);
  scratch_make_directory (host, FILE_OF (UUID));
  check_unreadable (host);
  scratch_write_bytes (host, FILE_OF (UUID), "{\"mdev_type\": \"a\"}\0", 20);
  check_unreadable (host);
  scratch_write (host, FILE_OF (UUID), "{\"mdev_type\": \"" TYPE "\"}");
  definition = gvt_definition_read (host->root, GPU, UUID, TRUE, NULL);
  g_assert_cmpstr (definition->type, ==, TYPE);
}

static void
save (const Scratch *host, const char *type, gboolean automatic)
{
  g_autoptr (GvtDefinition) definition = gvt_definition_new (UUID, GPU, type, automatic);
  g_autoptr (GError) error = NULL;

  g_assert_true (gvt_definition_save (host->root, definition, &error));
  g_assert_no_error (error);
}

static void
test_save (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *text = NULL;
  g_autofree char *path = scratch_locate (host, FILE_OF (UUID));
  struct stat status;

  scratch_make_directory (host, "/etc/mdevctl.d");
  save (host, TYPE, FALSE);
  text = scratch_read (host, FILE_OF (UUID));
  g_assert_cmpstr (text,
                   ==,
                   "{\n  \"mdev_type\" : \"" TYPE "\",\n  \"start\" : \"manual\",\n"
                   "  \"attrs\" : []\n}\n");
  check_parses (text, FALSE);
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpint (status.st_mode & 07777, ==, 0644);
  g_assert_cmpuint (scratch_count (host, "/etc/mdevctl.d"), ==, 1);
}

/* mdevctl must be able to look into a directory that we made, whatever our umask is. */
static void
test_directory_can_be_read (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *path = scratch_locate (host, "/etc/mdevctl.d/" GPU);
  mode_t before = umask (0077);
  struct stat status;

  save (host, TYPE, FALSE);
  umask (before);
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpint (status.st_mode & 07777, ==, 0755);
}

static void
test_save_keeps_what_is_not_ours (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *text = NULL;

  scratch_write (host,
                 FILE_OF (UUID),
                 "{\"future\": {\"a\": 1}, \"mdev_type\": \"old\", \"start\": \"manual\", "
                 "\"attrs\": [{\"gvt/mode\": \"7\"}]}");
  save (host, TYPE, TRUE);
  text = scratch_read (host, FILE_OF (UUID));
  check_parses (text, TRUE);
  g_assert_nonnull (strstr (text, "\"future\""));
  g_assert_nonnull (strstr (text, "\"gvt/mode\" : \"7\""));
}

static void
test_save_over_nonsense (void)
{
  static const char *const nonsense[] = { "", "[1]", "{", "null", "\xff\xfe{}" };

  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++) {
    g_autoptr (Scratch) host = scratch_new ();
    g_autofree char *text = NULL;

    scratch_write (host, FILE_OF (UUID), nonsense[i]);
    save (host, TYPE, FALSE);
    text = scratch_read (host, FILE_OF (UUID));
    check_parses (text, FALSE);
  }
}

/* json-glib takes the number and writes a word, which mdevctl would stumble over. */
static void
test_save_refuses_what_it_cannot_write (void)
{
  static const char text[] = "{\"mdev_type\": \"old\", \"attrs\": [1e999]}";
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinition) definition = gvt_definition_new (UUID, GPU, TYPE, TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;

  scratch_write (host, FILE_OF (UUID), text);
  g_assert_false (gvt_definition_save (host->root, definition, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  after = scratch_read (host, FILE_OF (UUID));
  g_assert_cmpstr (after, ==, text);
}

static void
test_delete (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtDefinition) definition = gvt_definition_new (UUID, GPU, TYPE, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (gvt_definition_delete (host->root, definition, &error));
  save (host, TYPE, FALSE);
  g_assert_true (gvt_definition_delete (host->root, definition, &error));
  g_assert_no_error (error);
  g_assert_false (scratch_exists (host, FILE_OF (UUID)));
  scratch_make_directory (host, FILE_OF (UUID));
  g_assert_false (gvt_definition_delete (host->root, definition, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/definition/parse", test_parse);
  g_test_add_func ("/definition/malformed", test_malformed);
  g_test_add_func ("/definition/deep", test_deep);
  g_test_add_func ("/definition/read", test_read);
  g_test_add_func ("/definition/save", test_save);
  g_test_add_func ("/definition/directory-can-be-read", test_directory_can_be_read);
  g_test_add_func ("/definition/save-keeps-what-is-not-ours", test_save_keeps_what_is_not_ours);
  g_test_add_func ("/definition/save-over-nonsense", test_save_over_nonsense);
  g_test_add_func ("/definition/save-refuses-what-it-cannot-write",
                   test_save_refuses_what_it_cannot_write);
  g_test_add_func ("/definition/delete", test_delete);
  return g_test_run ();
}
