/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our own notes about vGPUs, one key file each in the state directory: the one writer there. Worker
 * threads only.
 */

#include "record.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "durable-file.h"
#include "gvt-error.h"
#include "uuid.h"

#define RECORDS "/var/lib/gvt-manager/vgpus"
#define RECORD_MAX 4096
#define RECORD_VERSION 1
#define GROUP "vGPU"
#define LABEL_MAX 64

GvtRecord *
gvt_record_new (guint32 owner, const char *label, const char *domain, gboolean with_domain)
{
  GvtRecord *self = g_new0 (GvtRecord, 1);

  self->owner = owner;
  self->label = g_strdup (label);
  self->domain = g_strdup (domain);
  self->with_domain = with_domain;
  return self;
}

GvtRecord *
gvt_record_copy (const GvtRecord *self)
{
  GvtRecord *copy = gvt_record_new (self->owner, self->label, self->domain, self->with_domain);

  copy->lease_pid = self->lease_pid;
  copy->lease_started = self->lease_started;
  return copy;
}

void
gvt_record_free (GvtRecord *self)
{
  g_free (self->label);
  g_free (self->domain);
  g_free (self);
}

gboolean
gvt_record_equal (const GvtRecord *a, const GvtRecord *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->owner == b->owner && a->with_domain == b->with_domain && a->lease_pid == b->lease_pid &&
         a->lease_started == b->lease_started && g_str_equal (a->label, b->label) &&
         g_str_equal (a->domain, b->domain);
}

gboolean
gvt_label_check (const char *label, GError **error)
{
  g_autofree char *uuid = gvt_uuid_parse (label, NULL);
  g_autofree char *quoted = NULL;
  gsize length = strspn (label,
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

  if (label[length] == '\0' && length <= LABEL_MAX && uuid == NULL)
    return TRUE;
  quoted = gvt_quote (label);
  g_set_error (
      error,
      GVT_ERROR,
      GVT_ERROR_INVALID_ARGUMENT,
      "%s cannot be a label: at most %d letters, digits, dots, underscores and hyphens, and "
      "no UUID",
      quoted,
      LABEL_MAX);
  return FALSE;
}

static GvtRecord *
parse (GKeyFile *file, GError **error)
{
  g_autofree char *owner_text = NULL;
  g_autofree char *label = g_key_file_get_string (file, GROUP, "Label", NULL);
  g_autofree char *domain = g_key_file_get_string (file, GROUP, "Domain", NULL);
  guint64 owner = 0;
  GvtRecord *record;

  if (g_key_file_get_integer (file, GROUP, "Version", error) != RECORD_VERSION) {
    if (error != NULL && *error == NULL)
      g_set_error (error, GVT_ERROR, GVT_ERROR_NOT_SUPPORTED, "of an unknown version");
    return NULL;
  }
  /* Of an escape that is none, GKeyFile gives an error and a text too. */
  owner_text = g_key_file_get_string (file, GROUP, "Owner", NULL);
  if (owner_text == NULL ||
      !g_ascii_string_to_unsigned (owner_text, 10, 0, G_MAXUINT32 - 1, &owner, error))
    return NULL;
  if (label == NULL || domain == NULL || !gvt_label_check (label, error))
    return NULL;
  record = gvt_record_new ((guint32) owner,
                           label,
                           gvt_uuid_is_canonical (domain) ? domain : "",
                           g_key_file_get_boolean (file, GROUP, "WithDomain", NULL));
  record->lease_pid = g_key_file_get_uint64 (file, GROUP, "LeasePid", NULL);
  if (record->lease_pid != 0)
    record->lease_started = g_key_file_get_uint64 (file, GROUP, "LeaseStarted", NULL);
  return record;
}

GvtRecord *
gvt_record_load (GvtRoot *root, const char *uuid)
{
  g_autofree char *path = g_build_filename (RECORDS, uuid, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gvt_root_read_text (root, path, RECORD_MAX, &error);
  GvtRecord *record = NULL;

  /* A power cut while it was written, for a vGPU that the same power cut removed. */
  if (text != NULL && *text == '\0') {
    g_message ("deleting the record of vGPU %s, of which a power cut left nothing", uuid);
    gvt_durable_remove_until_reboot (root, path, NULL);
    return NULL;
  }
  if (text != NULL && g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, &error))
    record = parse (file, &error);
  if (record == NULL)
    g_message ("the record of vGPU %s is left alone (%s); the vGPU belongs to root",
               uuid,
               error != NULL ? error->message : "incomplete");
  return record;
}

static int
open_and_lock (GvtRoot *root, const char *uuid, int operation)
{
  g_autofree char *path = g_build_filename (RECORDS, uuid, NULL);
  int fd = gvt_root_open (root, path, O_RDONLY | O_NOFOLLOW);

  if (fd < 0 || flock (fd, operation) == 0)
    return fd;
  close (fd);
  return -1;
}

int
gvt_record_hold (GvtRoot *root, const char *uuid)
{
  return open_and_lock (root, uuid, LOCK_SH);
}

gboolean
gvt_record_is_held (GvtRoot *root, const char *uuid)
{
  int any = open_and_lock (root, uuid, LOCK_SH | LOCK_NB);
  gboolean held = any >= 0 && flock (any, LOCK_EX | LOCK_NB) != 0;

  if (any >= 0)
    close (any);
  return held;
}

gboolean
gvt_record_may_replace (GvtRoot *root, const char *uuid, GError **error)
{
  g_autofree char *path = g_build_filename (RECORDS, uuid, NULL);
  g_autofree char *text = gvt_root_read_text (root, path, RECORD_MAX, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1, G_KEY_FILE_NONE, NULL) ||
      g_key_file_get_integer (file, GROUP, "Version", NULL) <= RECORD_VERSION)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_SUPPORTED,
               "what is noted about vGPU %s is of a later version of gvt-manager, and is not "
               "changed by this one; update gvt-manager, or delete %s to give it up",
               uuid,
               path);
  return FALSE;
}

GHashTable *
gvt_record_load_all (GvtRoot *root)
{
  GHashTable *records =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gvt_record_free);
  g_autoptr (GPtrArray) names = NULL;

  gvt_durable_sweep (root, RECORDS);
  names = gvt_root_list (root, RECORDS);
  for (guint i = 0; i < names->len; i++) {
    const char *uuid = g_ptr_array_index (names, i);
    GvtRecord *record = gvt_uuid_is_canonical (uuid) ? gvt_record_load (root, uuid) : NULL;

    if (record != NULL)
      g_hash_table_insert (records, g_strdup (uuid), record);
  }
  return records;
}

gboolean
gvt_record_save (GvtRoot *root,
                 const char *uuid,
                 const GvtRecord *self,
                 gboolean defined,
                 GError **error)
{
  g_autofree char *path = g_build_filename (RECORDS, uuid, NULL);
  g_autofree char *temporary = gvt_durable_temporary (RECORDS, uuid);
  const GvtDurableFile place = { .path = path,
                                 .temporary = temporary,
                                 .mode = 0600,
                                 .until_reboot = !defined };
  g_autofree char *owner = g_strdup_printf ("%u", self->owner);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;

  g_key_file_set_integer (file, GROUP, "Version", RECORD_VERSION);
  g_key_file_set_string (file, GROUP, "Owner", owner);
  g_key_file_set_string (file, GROUP, "Label", self->label);
  g_key_file_set_string (file, GROUP, "Domain", self->domain);
  g_key_file_set_boolean (file, GROUP, "WithDomain", self->with_domain);
  if (self->lease_pid != 0) {
    g_key_file_set_uint64 (file, GROUP, "LeasePid", self->lease_pid);
    g_key_file_set_uint64 (file, GROUP, "LeaseStarted", self->lease_started);
  }
  text = g_key_file_to_data (file, NULL, NULL);
  return gvt_durable_write_text (root, &place, text, error);
}

gboolean
gvt_record_delete (GvtRoot *root, const char *uuid, gboolean defined, GError **error)
{
  g_autofree char *path = g_build_filename (RECORDS, uuid, NULL);

  return defined ? gvt_durable_remove (root, path, error)
                 : gvt_durable_remove_until_reboot (root, path, error);
}
