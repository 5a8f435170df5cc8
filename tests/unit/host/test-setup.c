/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's command line on hosts of all kinds: what setup changes, that a second time changes
 * nothing, and that what it takes back is as it was.
 */

#include "boot-ways.h"
#include "check.h"
#include "fixes.h"
#include "hosts.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-revert.h"
#include "setup-steps.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gvt-error.h"

#define PARAMETERS GVT_FIX_KERNEL_PARAMETERS
#define FAILING "#!/bin/sh\necho no disk >&2\nexit 1\n"
#define DROP_IN "/etc/default/grub.d/gvt-manager.cfg"

static void
assert_says (GvtRoot *root, GvtFindingState state, const char *fix, const char *remedy)
{
  g_autoptr (GPtrArray) findings = gvt_host_check (root);
  const GvtFinding *finding = gvt_findings_find (findings, "kernel.enable-gvt");

  g_assert_cmpstr (gvt_finding_state_name (finding->state), ==, gvt_finding_state_name (state));
  g_assert_cmpstr (finding->fix, ==, fix);
  g_assert_nonnull (strstr (finding->remedy, remedy));
}

/* The file that setup wrote holds what it should, and still is whose it was. */
static void
assert_written (const BootBed *bed)
{
  g_autofree char *path = g_build_filename (bed->tree, bed->way->path, NULL);
  gboolean is_ours = g_str_equal (bed->way->path, DROP_IN);
  struct stat status;

  setup_assert_text (bed->tree, bed->way->path, bed->way->after);
  g_assert_no_errno (g_stat (path, &status));
  g_assert_cmpuint (status.st_mode & 07777, ==, is_ours ? 0644 : 0640);
  g_assert_cmpuint (status.st_uid, ==, is_ours ? 0 : 1);
  g_assert_cmpuint (status.st_gid, ==, is_ours ? 0 : 2);
}

/* Check asks for it; it is done; check asks for a reboot; that, and check is content; and back. */
static void
test_way (gconstpointer data)
{
  g_auto (BootBed) bed = { .tree = NULL };

  boot_bed_begin (&bed, data);
  assert_says (bed.root, GVT_FINDING_BLOCKER, PARAMETERS, "command line");
  setup_apply (bed.root, PARAMETERS, FALSE);
  setup_assert_log (bed.tree, bed.way->done);
  if (bed.way->path != NULL)
    assert_written (&bed);
  setup_assert_done (bed.root, PARAMETERS);
  /* Only a staged deployment of ostree does not show before the boot. */
  if (bed.way->boots != NULL)
    assert_says (bed.root, GVT_FINDING_BLOCKER, "", "reboot");
  boot_way_reboot (bed.way, bed.tree);
  assert_says (bed.root, GVT_FINDING_OK, "", "");
  if (bed.way->boots != NULL)
    setup_assert_done (bed.root, PARAMETERS);
  setup_assert_reverted (bed.root, bed.tree, bed.before);
  setup_assert_log (bed.tree, bed.way->undone);
  setup_assert_reverted (bed.root, bed.tree, bed.before); /* of nothing */
  setup_assert_log (bed.tree, "");
}

/* What an editor makes of a text, one line above and one below. */
static char *
write_around (const char *text)
{
  return g_strconcat ("# mine\n",
                      text,
                      g_str_has_suffix (text, "\n") ? "" : "\n",
                      "# and mine\n",
                      NULL);
}

/* A file that somebody edited since loses what setup added, and nothing else; so does one beside it. */
static void
test_edited_since (gconstpointer data)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *original = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *notes = NULL;

  boot_bed_begin (&bed, data);
  original = setup_read_below (bed.tree, bed.way->path);
  setup_apply (bed.root, PARAMETERS, FALSE);
  edited = write_around (bed.way->after);
  expected = write_around (original);
  host_tree_write (bed.tree, bed.way->path, edited);
  host_tree_write (bed.tree, "/etc/default/zz-neighbour", "edited\n");
  notes = setup_read_notes (bed.root);
  setup_revert (bed.root);
  setup_assert_text (bed.tree, bed.way->path, expected);
  setup_assert_text (bed.tree, "/etc/default/zz-neighbour", "edited\n");
  g_assert_cmpstr (notes, ==, "");
}

/* What is nothing of ours any more stays, and is told; so does what shares our directory. */
static void
test_ours_no_more (void)
{
  static const char text[] = "GRUB_CMDLINE_LINUX_DEFAULT=\"mine\"\n";
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *notes = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-update-grub-first-drop-in"));
  setup_apply (bed.root, PARAMETERS, FALSE);
  host_tree_write (bed.tree, DROP_IN, text);
  notes = setup_read_notes (bed.root);
  g_assert_cmpstr (notes, ==, DROP_IN " was changed since setup wrote it; it stays as it is\n");
  setup_revert (bed.root);
  setup_assert_text (bed.tree, DROP_IN, text);
  setup_assert_log (bed.tree, "update-grub \nupdate-grub \n");
}

/* Deleted by somebody, and asked for again: gone for good with one revert, and nothing to tell. */
static void
test_done_twice (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *drop_in = NULL;
  g_autofree char *notes = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-update-grub-first-drop-in"));
  drop_in = g_build_filename (bed.tree, DROP_IN, NULL);
  setup_apply (bed.root, PARAMETERS, FALSE);
  g_assert_no_errno (g_unlink (drop_in));
  setup_apply (bed.root, PARAMETERS, FALSE);
  notes = setup_read_notes (bed.root);
  g_assert_cmpstr (notes, ==, "");
  setup_assert_reverted (bed.root, bed.tree, bed.before);
}

static void
test_shared_directory (void)
{
  g_auto (BootBed) bed = { .tree = NULL };

  boot_bed_begin (&bed, boot_way_find ("recorded-update-grub-first-drop-in"));
  setup_apply (bed.root, PARAMETERS, FALSE);
  host_tree_write (bed.tree, "/etc/default/grub.d/theirs.cfg", "Y=1\n");
  setup_revert (bed.root);
  setup_assert_text (bed.tree, DROP_IN, NULL);
  setup_assert_text (bed.tree, "/etc/default/grub.d/theirs.cfg", "Y=1\n");
}

/* The addition was taken out, or became a part of something else: nothing is guessed. */
static void
test_addition_is_gone (void)
{
  static const struct {
    const char *text;
    const char *note;
  } edits[] = {
    { "root=y\n", "/etc/kernel/cmdline was changed since setup wrote it; it stays as it is\n" },
    { "root=x i915.enable_gvt=12\n",
      "/etc/kernel/cmdline was changed since setup wrote it; it stays as it is\n" },
    { "root=x\n", "" },
    { "root=y i915.enable_gvt=1 quiet\n", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (edits); i++) {
    g_auto (BootBed) bed = { .tree = NULL };
    g_autofree char *notes = NULL;

    boot_bed_begin (&bed, boot_way_find ("recorded-kernel-install"));
    setup_apply (bed.root, PARAMETERS, FALSE);
    host_tree_write (bed.tree, "/etc/kernel/cmdline", edits[i].text);
    notes = setup_read_notes (bed.root);
    g_assert_cmpstr (notes, ==, edits[i].note);
    setup_revert (bed.root);
    setup_assert_text (bed.tree, "/etc/kernel/cmdline", i == 3 ? "root=y quiet\n" : edits[i].text);
  }
}

/* What GRUB's shell makes of the file: what was there, then ours. */
static void
test_shell (gconstpointer data)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *script = NULL;
  g_autofree char *output = NULL;
  char *shell[] = { (char *) "/bin/sh", (char *) "-euc", NULL, NULL };
  int status;

  boot_bed_begin (&bed, data);
  setup_apply (bed.root, PARAMETERS, TRUE);
  script = g_strdup_printf ("cd %s/etc/default; . ./grub; for f in grub.d/*.cfg; do [ ! -e $f ] || "
                            ". ./$f; done; echo \"$GRUB_CMDLINE_LINUX_DEFAULT|$GRUB_TIMEOUT\"",
                            bed.tree);
  shell[2] = script;
  g_assert_true (
      g_spawn_sync (NULL, shell, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (output, ==, "quiet i915.enable_gvt=1 i915.enable_guc=0 i915.enable_fbc=0|5\r\n");
}

/* Asked for more later, and for less after that. */
static void
test_guide (gconstpointer data)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autoptr (GPtrArray) again = NULL;

  boot_bed_begin (&bed, data);
  setup_apply (bed.root, PARAMETERS, FALSE);
  setup_apply (bed.root, PARAMETERS, TRUE);
  again = setup_plan (bed.root, PARAMETERS, TRUE);
  g_assert_cmpuint (again->len, ==, 0);
  setup_assert_done (bed.root, PARAMETERS);
  setup_assert_reverted (bed.root, bed.tree, bed.before);
}

/* What somebody had before stays, though a guide would have it too. */
static void
test_had_one_before (void)
{
  g_auto (BootBed) bed = { .tree = NULL };

  boot_bed_begin (&bed, boot_way_find ("recorded-pbl"));
  host_tree_write (bed.tree,
                   "/etc/default/grub",
                   "GRUB_CMDLINE_LINUX_DEFAULT=\"i915.enable_gvt=1\"\n");
  setup_apply (bed.root, PARAMETERS, TRUE);
  setup_assert_log (bed.tree,
                    "pbl --add-option i915.enable_guc=0 --config\n"
                    "pbl --add-option i915.enable_fbc=0 --config\n");
  setup_revert (bed.root);
  setup_assert_text (bed.tree,
                     "/etc/default/grub",
                     "GRUB_CMDLINE_LINUX_DEFAULT=\"i915.enable_gvt=1\"\n");
}

/* grubby takes a parameter out of all entries; of which some had it. */
static void
test_some_entries_had_it (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *notes = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-grubby"));
  host_tree_write (bed.tree, "/boot/loader/entries/b.conf", "options root=x i915.enable_gvt=1\n");
  setup_apply (bed.root, PARAMETERS, FALSE);
  setup_assert_log (bed.tree, "grubby --update-kernel=ALL --args=i915.enable_gvt=1\n");
  notes = setup_read_notes (bed.root);
  g_assert_nonnull (strstr (notes, "some boot entries had before"));
  setup_revert (bed.root);
  setup_assert_log (bed.tree, "");
}

/* A tool that fails: nothing is left of what was begun, and its words come through. */
static void
test_failure (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-update-grub-first-drop-in"));
  setup_add_program (bed.tree, "/usr/sbin/update-grub", FAILING);
  before = setup_picture_of (bed.tree);
  changes = setup_plan (bed.root, PARAMETERS, FALSE);
  g_assert_false (gvt_setup_apply (bed.root, changes, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "no disk"));
  after = setup_picture_of (bed.tree);
  g_assert_cmpstr (after, ==, before);
}

/* The tool fails while it is taken back: the next try goes on from there. */
static void
test_revert_again (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  const BootWay *way = boot_way_find ("recorded-update-grub");
  g_autofree char *notes = NULL;
  g_autoptr (GError) error = NULL;

  boot_bed_begin (&bed, way);
  setup_apply (bed.root, PARAMETERS, FALSE);
  setup_add_program (bed.tree, "/usr/sbin/update-grub", FAILING);
  g_assert_false (gvt_setup_revert (bed.root, &error));
  g_assert_nonnull (strstr (error->message, "no disk"));
  notes = setup_read_notes (bed.root);
  g_assert_cmpstr (notes, ==, "");
  setup_add_program (bed.tree, "/usr/sbin/update-grub", way->programs[0][1]);
  setup_assert_reverted (bed.root, bed.tree, bed.before);
}

/* Between plan and deed somebody else wrote the file, or only changed who may read it. */
static void
test_conflict (void)
{
  for (guint i = 0; i < 2; i++) {
    g_auto (BootBed) bed = { .tree = NULL };
    g_autofree char *path = NULL;
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    g_autoptr (GPtrArray) changes = NULL;
    g_autoptr (GError) error = NULL;

    boot_bed_begin (&bed, boot_way_find ("recorded-grub-mkconfig"));
    changes = setup_plan (bed.root, PARAMETERS, FALSE);
    path = g_build_filename (bed.tree, "/etc/default/grub", NULL);
    if (i == 0)
      host_tree_write (bed.tree, "/etc/default/grub", "mine\n");
    else
      g_assert_no_errno (g_chmod (path, 0600));
    before = setup_picture_of (bed.tree);
    g_assert_false (gvt_setup_apply (bed.root, changes, &error));
    g_assert_error (error, GVT_ERROR, GVT_ERROR_CONFLICT);
    after = setup_picture_of (bed.tree);
    g_assert_cmpstr (after, ==, before);
  }
}

static void
test_link (void)
{
  const char *fixes[] = { PARAMETERS, NULL };
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-grub-mkconfig"));
  path = g_build_filename (bed.tree, "/etc/default/grub", NULL);
  host_tree_write (bed.tree, "/etc/default/grub.mine", "X=1\n");
  g_assert_no_errno (g_unlink (path));
  g_assert_no_errno (symlink ("grub.mine", path));
  g_assert_null (gvt_setup_plan (bed.root, fixes, FALSE, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "/etc/default/grub is a symbolic link"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const BootWay *way = boot_ways; way->name != NULL; way++) {
    g_autofree char *whole = g_strconcat ("/setup/way/", way->name, NULL);
    g_autofree char *edited = g_strconcat ("/setup/edited-since/", way->name, NULL);
    g_autofree char *guide = g_strconcat ("/setup/guide/", way->name, NULL);
    g_autofree char *shell = g_strconcat ("/setup/shell/", way->name, NULL);

    g_test_add_data_func (whole, way, test_way);
    g_test_add_data_func (guide, way, test_guide);
    if (way->path != NULL && !g_str_equal (way->path, DROP_IN))
      g_test_add_data_func (edited, way, test_edited_since);
    if (way->path != NULL && g_str_has_prefix (way->path, "/etc/default/"))
      g_test_add_data_func (shell, way, test_shell);
  }
  g_test_add_func ("/setup/ours-no-more", test_ours_no_more);
  g_test_add_func ("/setup/done-twice", test_done_twice);
  g_test_add_func ("/setup/shared-directory", test_shared_directory);
  g_test_add_func ("/setup/addition-is-gone", test_addition_is_gone);
  g_test_add_func ("/setup/had-one-before", test_had_one_before);
  g_test_add_func ("/setup/some-entries-had-it", test_some_entries_had_it);
  g_test_add_func ("/setup/failure", test_failure);
  g_test_add_func ("/setup/revert-again", test_revert_again);
  g_test_add_func ("/setup/conflict", test_conflict);
  g_test_add_func ("/setup/link", test_link);
  return g_test_run ();
}
