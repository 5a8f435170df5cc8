/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of the service. Main loop only, and without a lock because of that: a reservation, taken
 * and dropped here, keeps two operations off one vGPU. Does no input or output.
 */

#include "registry.h"

#include "gvt-error.h"
#include "registry-private.h"

G_DEFINE_FINAL_TYPE (GvtRegistry, gvt_registry, G_TYPE_OBJECT)

enum { PARENT_CHANGED, VGPU_CHANGED, RECORD_ORPHANED, RELEASED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
gvt_registry_finalize (GObject *object)
{
  GvtRegistry *self = GVT_REGISTRY (object);

  g_hash_table_unref (self->parents);
  g_hash_table_unref (self->vgpus);
  g_hash_table_unref (self->gone);
  g_hash_table_unref (self->read);
  G_OBJECT_CLASS (gvt_registry_parent_class)->finalize (object);
}

static guint
new_signal (const char *name)
{
  return g_signal_new (name,
                       GVT_TYPE_REGISTRY,
                       G_SIGNAL_RUN_LAST,
                       0,
                       NULL,
                       NULL,
                       NULL,
                       G_TYPE_NONE,
                       1,
                       G_TYPE_STRING);
}

static void
gvt_registry_class_init (GvtRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_registry_finalize;
  signals[PARENT_CHANGED] = new_signal ("parent-changed");
  signals[VGPU_CHANGED] = new_signal ("vgpu-changed");
  signals[RECORD_ORPHANED] = new_signal ("record-orphaned");
  signals[RELEASED] = new_signal ("released");
}

static void
gvt_registry_init (GvtRegistry *self)
{
  self->parents =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) gvt_parent_info_free);
  self->vgpus =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) gvt_vgpu_free);
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

GvtRegistry *
gvt_registry_new (void)
{
  return g_object_new (GVT_TYPE_REGISTRY, NULL);
}

const GvtParentInfo *
gvt_registry_get_parent (GvtRegistry *self, const char *name)
{
  return g_hash_table_lookup (self->parents, name);
}

const GvtVgpu *
gvt_registry_get_vgpu (GvtRegistry *self, const char *uuid)
{
  return g_hash_table_lookup (self->vgpus, uuid);
}

static GPtrArray *
list_values (GHashTable *table)
{
  GPtrArray *values = g_ptr_array_sized_new (g_hash_table_size (table));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (values, value);
  return values;
}

static int
compare_parents (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const GvtParentInfo *const *) a)->name,
                    (*(const GvtParentInfo *const *) b)->name);
}

GPtrArray *
gvt_registry_list_parents (GvtRegistry *self)
{
  GPtrArray *parents = list_values (self->parents);

  g_ptr_array_sort (parents, compare_parents);
  return parents;
}

GPtrArray *
gvt_registry_list_vgpus (GvtRegistry *self)
{
  return list_values (self->vgpus);
}

const GvtVgpu *
gvt_registry_find_label (GvtRegistry *self, guint32 owner, const char *label)
{
  GHashTableIter iter;
  GvtVgpu *vgpu;

  g_hash_table_iter_init (&iter, self->vgpus);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &vgpu)) {
    if (gvt_vgpu_owner (vgpu) == owner && g_str_equal (gvt_vgpu_label (vgpu), label))
      return vgpu;
    if (vgpu->claim != NULL && vgpu->claim->owner == owner &&
        g_str_equal (vgpu->claim->label, label))
      return vgpu;
  }
  return NULL;
}

GvtVgpu *
gvt_registry_get_or_add (GvtRegistry *self, const char *uuid)
{
  GvtVgpu *vgpu = g_hash_table_lookup (self->vgpus, uuid);

  if (vgpu == NULL) {
    vgpu = gvt_vgpu_new (uuid);
    g_hash_table_insert (self->vgpus, vgpu->uuid, vgpu);
  }
  return vgpu;
}

/* Says that a vGPU changed, and forgets it when nothing is left of it. */
void
gvt_registry_announce (GvtRegistry *self, const char *uuid)
{
  g_autofree char *name = g_strdup (uuid);
  GvtVgpu *vgpu = g_hash_table_lookup (self->vgpus, name);
  gboolean orphaned = FALSE;

  if (vgpu != NULL && !gvt_vgpu_exists (vgpu) && !vgpu->reserved && !vgpu->unreadable) {
    orphaned = vgpu->record != NULL;
    g_hash_table_remove (self->vgpus, name);
  }
  g_signal_emit (self, signals[VGPU_CHANGED], 0, name);
  if (orphaned)
    g_signal_emit (self, signals[RECORD_ORPHANED], 0, name);
}

/* What is known of @name is as new as a scan that begins now, and newer than those under way. */
static void
note_epoch (GvtRegistry *self, GHashTable *epochs, const char *name)
{
  guint64 *now = g_new (guint64, 1);

  *now = self->epoch;
  g_hash_table_replace (epochs, g_strdup (name), now);
}

gboolean
gvt_registry_is_noted_since (GHashTable *epochs, const char *name, guint64 epoch)
{
  const guint64 *noted = g_hash_table_lookup (epochs, name);

  return noted != NULL && *noted >= epoch;
}

void
gvt_registry_announce_parent (GvtRegistry *self, const char *name)
{
  g_signal_emit (self, signals[PARENT_CHANGED], 0, name);
}

void
gvt_registry_put_parent (GvtRegistry *self, GvtParentInfo *parent)
{
  const GvtParentInfo *known = g_hash_table_lookup (self->parents, parent->name);

  if (known != NULL && gvt_parent_info_equal (known, parent)) {
    gvt_parent_info_free (parent);
    return;
  }
  g_hash_table_replace (self->parents, parent->name, parent);
  gvt_registry_announce_parent (self, parent->name);
}

void
gvt_registry_commit_parent (GvtRegistry *self, GvtParentInfo *parent)
{
  if (parent == NULL)
    return;
  note_epoch (self, self->read, parent->name);
  gvt_registry_put_parent (self, parent);
}

/* Sysfs no longer says the type of a device whose removal is stuck; we may still know it. */
void
gvt_registry_set_device (GvtVgpu *vgpu, GvtDeviceInfo *device)
{
  if (device != NULL && device->removing && vgpu->device != NULL) {
    g_free (device->type);
    device->type = g_strdup (vgpu->device->type);
  }
  g_clear_pointer (&vgpu->device, gvt_device_info_free);
  vgpu->device = device;
}

guint64
gvt_registry_begin_scan (GvtRegistry *self)
{
  return ++self->epoch;
}

void
gvt_registry_load_records (GvtRegistry *self, GHashTable *records)
{
  GHashTableIter iter;
  const char *uuid;
  const GvtRecord *record;

  g_hash_table_iter_init (&iter, records);
  while (g_hash_table_iter_next (&iter, (gpointer *) &uuid, (gpointer *) &record))
    gvt_registry_get_or_add (self, uuid)->record = gvt_record_copy (record);
}

gboolean
gvt_registry_reserve (GvtRegistry *self, const char *uuid, GvtClaim *claim, GError **error)
{
  GvtVgpu *vgpu = gvt_registry_get_or_add (self, uuid);

  if (vgpu->reserved) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_BUSY,
                 "another operation on vGPU %s is under way; try again when it is done",
                 uuid);
    g_clear_pointer (&claim, gvt_claim_free);
    return FALSE;
  }
  vgpu->reserved = TRUE;
  vgpu->claim = claim;
  return TRUE;
}

gboolean
gvt_registry_reserve_for_repair (GvtRegistry *self,
                                 const char *uuid,
                                 GvtClaim *claim,
                                 GError **error)
{
  if (!gvt_registry_reserve (self, uuid, claim, error))
    return FALSE;
  gvt_registry_get_or_add (self, uuid)->repaired = TRUE;
  return TRUE;
}

void
gvt_registry_release (GvtRegistry *self, const char *uuid)
{
  GvtVgpu *vgpu = g_hash_table_lookup (self->vgpus, uuid);

  if (vgpu == NULL)
    return;
  vgpu->reserved = FALSE;
  vgpu->repaired = FALSE;
  vgpu->awaited = FALSE;
  g_clear_pointer (&vgpu->claim, gvt_claim_free);
  vgpu->epoch = self->epoch;
  if (!gvt_vgpu_exists (vgpu)) {
    note_epoch (self, self->gone, uuid);
    gvt_registry_announce (self, uuid);
  }
  g_signal_emit (self, signals[RELEASED], 0, uuid);
}

void
gvt_registry_commit_device (GvtRegistry *self, const char *uuid, GvtDeviceInfo *device)
{
  GvtVgpu *vgpu = gvt_registry_get_or_add (self, uuid);

  gvt_registry_set_device (vgpu, device);
  g_clear_pointer (&vgpu->failure, g_free);
  gvt_registry_announce (self, uuid);
}

void
gvt_registry_commit_vgpu (GvtRegistry *self,
                          const char *uuid,
                          GvtDeviceInfo *device,
                          GvtDefinition *definition,
                          GvtRecord *record)
{
  GvtVgpu *vgpu = gvt_registry_get_or_add (self, uuid);

  g_clear_pointer (&vgpu->definition, gvt_definition_free);
  g_clear_pointer (&vgpu->record, gvt_record_free);
  vgpu->definition = definition;
  vgpu->unreadable = FALSE;
  vgpu->record = record;
  gvt_registry_commit_device (self, uuid, device);
}

void
gvt_registry_note_prepared (GvtRegistry *self, const char *uuid)
{
  gvt_registry_get_or_add (self, uuid)->prepared++;
}

void
gvt_registry_commit_record (GvtRegistry *self, const char *uuid, GvtRecord *record)
{
  GvtVgpu *vgpu = gvt_registry_get_or_add (self, uuid);

  g_clear_pointer (&vgpu->record, gvt_record_free);
  vgpu->record = record;
  gvt_registry_announce (self, uuid);
}

void
gvt_registry_set_awaited (GvtRegistry *self, const char *uuid, gboolean awaited)
{
  gvt_registry_get_or_add (self, uuid)->awaited = awaited;
}

void
gvt_registry_set_failure (GvtRegistry *self, const char *uuid, const char *failure)
{
  GvtVgpu *vgpu = g_hash_table_lookup (self->vgpus, uuid);

  if (vgpu == NULL || g_strcmp0 (vgpu->failure, failure) == 0)
    return;
  g_free (vgpu->failure);
  vgpu->failure = g_strdup (failure);
  gvt_registry_announce (self, uuid);
}
