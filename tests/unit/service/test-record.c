/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records: what is damaged, or of a later version, belongs to root and stays as it is.
 */

#include "record.h"

#include <string.h>
#include <sys/stat.h>

#include "gvt-error.h"
#include "machine.h"

#define RECORDS "/var/lib/gvt-manager/vgpus/"

static GvtRecord *
load (const Scratch *host, const char *uuid)
{
  g_autoptr (GHashTable) records = gvt_record_load_all (host->root);
  const GvtRecord *record = g_hash_table_lookup (records, uuid);

  return record != NULL ? gvt_record_copy (record) : NULL;
}

static void
test_round_trip (void)
{
  static const guint32 owners[] = { 0, 1000, 2147483648, G_MAXUINT32 - 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (owners); i++) {
    g_autoptr (Scratch) host = scratch_new ();
    g_autoptr (GvtRecord) saved = gvt_record_new (owners[i], "win10", UUID_2, i % 2 == 0);
    g_autoptr (GvtRecord) loaded = NULL;
    g_autofree char *path = scratch_locate (host, RECORDS UUID);
    g_autoptr (GError) error = NULL;
    struct stat status;

    g_assert_true (gvt_record_save (host->root, UUID, saved, TRUE, &error));
    g_assert_no_error (error);
    loaded = load (host, UUID);
    g_assert_true (gvt_record_equal (saved, loaded));
    g_assert_no_errno (stat (path, &status));
    g_assert_cmpint (status.st_mode & 07777, ==, 0600);
    g_assert_cmpuint (scratch_count (host, RECORDS), ==, 1);
    g_assert_true (gvt_record_delete (host->root, UUID, TRUE, &error));
    g_assert_true (gvt_record_delete (host->root, UUID, TRUE, &error));
    g_assert_false (scratch_exists (host, RECORDS UUID));
  }
}

static void
test_minimal (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtRecord) record = NULL;

  scratch_write (host, RECORDS UUID, "[vGPU]\nVersion=1\nOwner=1000\nLabel=\nDomain=\n");
  record = load (host, UUID);
  g_assert_cmpuint (record->owner, ==, 1000);
  g_assert_false (record->with_domain);
}

/* A power cut can empty what nobody waited for the disk to have. */
static void
test_empty (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtRecord) record = NULL;

  scratch_write (host, RECORDS UUID, "");
  record = load (host, UUID);
  g_assert_null (record);
  g_assert_false (scratch_exists (host, RECORDS UUID));
}

static const char *const damaged[] = {
  "nonsense",
  "[vGPU]\n",
  "[vGPU]\nOwner=1000\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=0\nOwner=1000\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=2\nOwner=1000\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=1x\nOwner=1000\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=1\nOwner=-1\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=1\nOwner=4294967295\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=1\nOwner=root\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=1\nOwner=\nLabel=\nDomain=\n",
  "[vGPU]\nVersion=1\nOwner=1000\nDomain=\n",
  "[vGPU]\nVersion=1\nOwner=1000\nLabel=\n",
  "[vGPU]\nVersion=1\nOwner=1000\nLabel=a\\nb\nDomain=\n",
  "[vGPU]\nVersion=1\nOwner=1000\nLabel=" UUID "\nDomain=\n",
  "[other]\nVersion=1\nOwner=1000\nLabel=\nDomain=\n",
};

static void
test_damaged (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (damaged); i++) {
    g_autoptr (Scratch) host = scratch_new ();
    g_autofree char *after = NULL;

    scratch_write (host, RECORDS UUID, damaged[i]);
    if (load (host, UUID) != NULL)
      g_error ("taken for a record: %s", damaged[i]);
    after = scratch_read (host, RECORDS UUID);
    g_assert_cmpstr (after, ==, damaged[i]);
  }
}

/* After a downgrade: what this service does not understand is not for it to overwrite. */
static void
test_later_version (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GError) error = NULL;

  scratch_write (host, RECORDS UUID, "[vGPU]\nVersion=2\nOwners=1000;1001\n");
  g_assert_false (gvt_record_may_replace (host->root, UUID, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, RECORDS UUID));
  scratch_write (host, RECORDS UUID, damaged[1]);
  g_assert_true (gvt_record_may_replace (host->root, UUID, NULL));
  g_assert_true (gvt_record_may_replace (host->root, UUID_2, NULL));
}

static void
test_strange_files (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GHashTable) records = NULL;
  g_autofree char *large = g_strnfill (8192, '#');

  scratch_write (host, RECORDS UUID, large);
  scratch_make_fifo (host, RECORDS UUID_2);
  scratch_make_directory (host, RECORDS UUID_3);
  scratch_write (host, RECORDS "README", "[vGPU]\nVersion=1\nOwner=0\nLabel=\nDomain=\n");
  scratch_write (host, RECORDS "." UUID ".new", "half");
  records = gvt_record_load_all (host->root);
  g_assert_cmpuint (g_hash_table_size (records), ==, 0);
}

/* A domain that is none is dropped; the owner is worth more. */
static void
test_domain (void)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autoptr (GvtRecord) record = NULL;

  scratch_write (host, RECORDS UUID, "[vGPU]\nVersion=1\nOwner=1000\nLabel=\nDomain=../x\n");
  record = load (host, UUID);
  g_assert_cmpstr (record->domain, ==, "");
  g_assert_cmpuint (record->owner, ==, 1000);
}

static void
test_label (void)
{
  static const char *const good[] = { "", "win10", "a.b_c-D.9", "-", "..." };
  static const char *const bad[] = {
    "a b",          "a\nb", "a/b", "é",    "a\"b", "<b>",
    "\xe2\x80\xae", "\xff", "a;b", "$(x)", UUID,   "C0FFEE00-0000-4000-8000-000000000001",
  };
  g_autofree char *longest = g_strnfill (64, 'x');
  g_autofree char *endless = g_strnfill (65, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (gvt_label_check (good[i], NULL));
  g_assert_true (gvt_label_check (longest, NULL));
  g_assert_false (gvt_label_check (endless, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (gvt_label_check (bad[i], &error));
    g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
    g_assert_null (strchr (error->message, '\n'));
  }
}

static void
test_equal (void)
{
  g_autoptr (GvtRecord) a = gvt_record_new (1, "l", UUID, TRUE);
  g_autoptr (GvtRecord) copy = gvt_record_copy (a);
  g_autoptr (GvtRecord) owner = gvt_record_new (2, "l", UUID, TRUE);
  g_autoptr (GvtRecord) label = gvt_record_new (1, "m", UUID, TRUE);
  g_autoptr (GvtRecord) domain = gvt_record_new (1, "l", "", TRUE);
  g_autoptr (GvtRecord) with = gvt_record_new (1, "l", UUID, FALSE);

  g_assert_true (gvt_record_equal (a, copy));
  g_assert_false (gvt_record_equal (a, owner));
  g_assert_false (gvt_record_equal (a, label));
  g_assert_false (gvt_record_equal (a, domain));
  g_assert_false (gvt_record_equal (a, with));
  g_assert_false (gvt_record_equal (a, NULL));
  g_assert_true (gvt_record_equal (NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/round-trip", test_round_trip);
  g_test_add_func ("/record/minimal", test_minimal);
  g_test_add_func ("/record/empty", test_empty);
  g_test_add_func ("/record/damaged", test_damaged);
  g_test_add_func ("/record/later-version", test_later_version);
  g_test_add_func ("/record/strange-files", test_strange_files);
  g_test_add_func ("/record/domain", test_domain);
  g_test_add_func ("/record/label", test_label);
  g_test_add_func ("/record/equal", test_equal);
  return g_test_run ();
}
