/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtRecord:
 * @owner: who may use and manage the vGPU
 * @label: a name of the owner's choosing, or empty
 * @domain: the UUID of the VM it is for, or empty
 * @with_domain: whether it exists from its VM's start to the VM's end (start policy `domain`)
 * @lease_pid: the libvirt daemon that had it prepared for the VM, or 0
 * @lease_started: when that process started, in clock ticks since boot
 *
 * What mdevctl's format cannot hold about a vGPU. One without a record belongs to root.
 */
typedef struct {
  guint32 owner;
  char *label;
  char *domain;
  gboolean with_domain;
  guint64 lease_pid;
  guint64 lease_started;
} GvtRecord;

GvtRecord *
gvt_record_new (guint32 owner, const char *label, const char *domain, gboolean with_domain);

GvtRecord *gvt_record_copy (const GvtRecord *self);

void gvt_record_free (GvtRecord *self);

/** gvt_record_equal: Returns: whether both say the same, or both are %NULL */
gboolean gvt_record_equal (const GvtRecord *a, const GvtRecord *b);

/**
 * gvt_record_load_all:
 *
 * Reads every record. One that is damaged, or of a later version than this service knows, is left
 * alone and left out, so that its vGPU belongs to root. Only while nobody saves one: what a crash left
 * half written is deleted. Blocks.
 *
 * Returns: (transfer full) (element-type utf8 GvtRecord): records by UUID
 */
GHashTable *gvt_record_load_all (GvtRoot *root);

/**
 * gvt_record_load:
 *
 * Returns: (transfer full) (nullable): what is noted about vGPU @uuid. Blocks.
 */
GvtRecord *gvt_record_load (GvtRoot *root, const char *uuid);

/**
 * gvt_record_hold:
 *
 * Keeps others from taking the record of @uuid for a leftover (gvt_record_is_held()) as long as the
 * descriptor is open, here or in a child that outlives us. Blocks.
 *
 * Returns: a descriptor; -1 if there is no record
 */
int gvt_record_hold (GvtRoot *root, const char *uuid);

/** gvt_record_is_held: Returns: whether somebody holds the record of @uuid. Blocks. */
gboolean gvt_record_is_held (GvtRoot *root, const char *uuid);

/**
 * gvt_record_may_replace:
 *
 * Whatever a record of a later version says, in whatever words, is for the service that wrote it:
 * after a downgrade it is neither replaced nor deleted. Blocks.
 *
 * Returns: whether a record of @uuid may be saved; else %GVT_ERROR_NOT_SUPPORTED
 */
gboolean gvt_record_may_replace (GvtRoot *root, const char *uuid, GError **error);

/**
 * gvt_record_save:
 * @defined: whether its vGPU outlives a reboot. A record that does not is not worth waiting for the
 *   disk.
 *
 * Notes @self about vGPU @uuid, in the place of whatever is there (gvt_record_may_replace()). Blocks.
 */
gboolean gvt_record_save (GvtRoot *root,
                          const char *uuid,
                          const GvtRecord *self,
                          gboolean defined,
                          GError **error);

/**
 * gvt_record_delete:
 * @defined: whether its vGPU outlived a reboot. If not, a power cut may bring the record back, which
 *   then is one without a vGPU and goes at the next start.
 *
 * Blocks.
 */
gboolean gvt_record_delete (GvtRoot *root, const char *uuid, gboolean defined, GError **error);

/**
 * gvt_label_check:
 * @label: a label as a caller sent it
 *
 * Returns: whether it is empty or at most 64 of [A-Za-z0-9._-] and no UUID
 */
gboolean gvt_label_check (const char *label, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtRecord, gvt_record_free)

G_END_DECLS
