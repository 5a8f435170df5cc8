/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any file as a record: one that is taken has an owner, a label and a VM that could have been given, and
 * is the same after it was saved.
 */

#include "record.h"

#include "fuzz-host.h"
#include "uuid.h"

#define VGPU "cb33ec6d-ad44-4702-b80f-c176f56afea1"
#define PATH "/var/lib/gvt-manager/vgpus/" VGPU

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Scratch *host = fuzz_host ();
  g_autoptr (GHashTable) records = NULL;
  g_autoptr (GHashTable) saved = NULL;
  const GvtRecord *record;

  scratch_write_bytes (host, PATH, data, size);
  records = gvt_record_load_all (host->root);
  record = g_hash_table_lookup (records, VGPU);
  if (record == NULL)
    return 0;
  g_assert_cmpuint (record->owner, !=, G_MAXUINT32);
  g_assert_true (gvt_label_check (record->label, NULL));
  g_assert_true (*record->domain == '\0' || gvt_uuid_is_canonical (record->domain));

  g_assert_true (gvt_record_may_replace (host->root, VGPU, NULL));
  g_assert_true (gvt_record_save (host->root, VGPU, record, FALSE, NULL));
  saved = gvt_record_load_all (host->root);
  g_assert_true (gvt_record_equal (g_hash_table_lookup (saved, VGPU), record));
  return 0;
}
