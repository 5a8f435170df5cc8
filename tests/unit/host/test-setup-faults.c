/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Setup where its journal cannot be read or written, and where what it wrote has become something that
 * nobody can read: it does nothing, or says what stays.
 */

#include "boot-ways.h"
#include "fixes.h"
#include "gvt-error.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-revert.h"
#include "setup-steps.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARAMETERS GVT_FIX_KERNEL_PARAMETERS
#define DROP_IN "/etc/default/grub.d/gvt-manager.cfg"
#define GRUB "/etc/default/grub"
#define JOURNAL "/var/lib/gvt-manager/setup-journal"
/* More than any file that setup has to do with. */
#define TOO_LARGE (300 * 1024)

static void
write_unreadable (const BootBed *bed, const char *path)
{
  g_autofree char *full = g_build_filename (bed->tree, path, NULL);
  g_autofree char *text = g_strnfill (TOO_LARGE, '#');

  host_tree_write (bed->tree, path, text);
  g_assert_no_errno (g_chmod (full, 0));
}

static void
check_untouched (const BootBed *bed, const char *before)
{
  g_autofree char *after = setup_picture_of (bed->tree);

  g_assert_cmpstr (after, ==, before);
}

static void
check_does_nothing (const BootBed *bed, GPtrArray *changes, GvtError code)
{
  g_autofree char *before = setup_picture_of (bed->tree);
  g_autoptr (GError) error = NULL;

  g_assert_false (gvt_setup_apply (bed->root, changes, &error));
  g_assert_error (error, GVT_ERROR, (int) code);
  check_untouched (bed, before);
}

/* Between plan and deed, where nothing was, something is that cannot be read. */
static void
test_unreadable_meanwhile (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autoptr (GPtrArray) changes = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-update-grub-first-drop-in"));
  changes = setup_plan (bed.root, PARAMETERS, FALSE);
  write_unreadable (&bed, DROP_IN);
  check_does_nothing (&bed, changes, GVT_ERROR_CONFLICT);
}

static void
test_damaged_journal (void)
{
  static const char *const damaged[] = {
    "[0]\nFix=nonsense\n",
    "[0]\nPath=/etc/passwd\n",
    "Fix=kernel-parameters\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (damaged); i++) {
    g_auto (BootBed) bed = { .tree = NULL };
    g_autoptr (GPtrArray) changes = NULL;
    g_autofree char *before = NULL;
    g_autoptr (GError) error = NULL;

    boot_bed_begin (&bed, boot_way_find ("recorded-grub-mkconfig"));
    changes = setup_plan (bed.root, PARAMETERS, FALSE);
    host_tree_write (bed.tree, JOURNAL, damaged[i]);
    before = setup_picture_of (bed.tree);
    g_assert_false (gvt_setup_apply (bed.root, changes, &error));
    g_assert_nonnull (strstr (error->message, JOURNAL));
    g_clear_error (&error);
    g_assert_false (gvt_setup_revert (bed.root, &error));
    g_assert_nonnull (strstr (error->message, JOURNAL));
    g_clear_error (&error);
    g_assert_null (gvt_setup_plan_revert (bed.root, &error));
    g_assert_nonnull (strstr (error->message, JOURNAL));
    g_clear_error (&error);
    g_assert_null (gvt_setup_pending (bed.root, g_ptr_array_ref (changes), &error));
    g_assert_nonnull (strstr (error->message, JOURNAL));
    check_untouched (&bed, before);
  }
}

/* What cannot be noted is not done. */
static void
test_no_place_for_journal (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autoptr (GPtrArray) changes = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-grub-mkconfig"));
  changes = setup_plan (bed.root, PARAMETERS, FALSE);
  host_tree_write (bed.tree, JOURNAL ".new/in-the-way", "");
  check_does_nothing (&bed, changes, GVT_ERROR_FAILED);
}

static void
fail_on_the_way_back (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autoptr (GPtrArray) changes = NULL;
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-update-grub-first-drop-in"));
  setup_add_program (bed.tree,
                     "/usr/sbin/update-grub",
                     "#!/bin/sh\nroot=${0%/usr/*}\nrm \"$root" JOURNAL "\"\n"
                     "mkdir -p \"$root" JOURNAL "/in-the-way\"\nexit 1\n");
  before = setup_picture_of (bed.tree);
  changes = setup_plan (bed.root, PARAMETERS, FALSE);
  g_assert_false (gvt_setup_apply (bed.root, changes, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "update-grub"));
  check_untouched (&bed, before);
}

/* The tool fails, and the way back ends at the journal; the files are as they were by then. */
static void
test_way_back_fails (void)
{
  if (g_test_subprocess ()) {
    fail_on_the_way_back ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*cannot take back what was begun*");
}

static void
check_note (const BootBed *bed, const char *note)
{
  g_autofree char *notes = setup_read_notes (bed->root);

  g_assert_cmpstr (notes, ==, note);
  setup_revert (bed->root);
}

/* Of what is not there any more, and of what cannot be read, nothing is taken away. */
static void
test_lost (void)
{
  g_auto (BootBed) deleted = { .tree = NULL };
  g_auto (BootBed) unreadable = { .tree = NULL };
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  boot_bed_begin (&deleted, boot_way_find ("recorded-grub-mkconfig"));
  setup_apply (deleted.root, PARAMETERS, FALSE);
  path = g_build_filename (deleted.tree, GRUB, NULL);
  g_assert_no_errno (g_unlink (path));
  /* The menu is to be made all the same, of what there is. */
  setup_add_program (deleted.tree, "/usr/bin/grub-mkconfig", "#!/bin/sh\n");
  check_note (&deleted, GRUB " was deleted since setup wrote it; it stays as it is\n");
  setup_assert_text (deleted.tree, GRUB, NULL);

  boot_bed_begin (&unreadable, boot_way_find ("recorded-update-grub-first-drop-in"));
  setup_apply (unreadable.root, PARAMETERS, FALSE);
  write_unreadable (&unreadable, DROP_IN);
  check_note (&unreadable, DROP_IN " was changed since setup wrote it; it stays as it is\n");
  text = setup_read_below (unreadable.tree, DROP_IN);
  g_assert_cmpuint (strlen (text), ==, TOO_LARGE);
}

/* Edited above what setup added, which is still the end of the file. */
static void
test_edited_above (void)
{
  g_auto (BootBed) bed = { .tree = NULL };
  g_autofree char *original = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *expected = NULL;

  boot_bed_begin (&bed, boot_way_find ("recorded-grub-mkconfig-no-final-newline"));
  original = setup_read_below (bed.tree, GRUB);
  setup_apply (bed.root, PARAMETERS, FALSE);
  edited = g_strconcat ("# mine\n", bed.way->after, NULL);
  expected = g_strconcat ("# mine\n", original, NULL);
  host_tree_write (bed.tree, GRUB, edited);
  check_note (&bed, "");
  setup_assert_text (bed.tree, GRUB, expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/setup/faults/unreadable-meanwhile", test_unreadable_meanwhile);
  g_test_add_func ("/setup/faults/damaged-journal", test_damaged_journal);
  g_test_add_func ("/setup/faults/no-place-for-journal", test_no_place_for_journal);
  g_test_add_func ("/setup/faults/way-back-fails", test_way_back_fails);
  g_test_add_func ("/setup/faults/lost", test_lost);
  g_test_add_func ("/setup/faults/edited-above", test_edited_above);
  return g_test_run ();
}
