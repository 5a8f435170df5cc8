/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-state.h"
#include "vgpu.h"

G_BEGIN_DECLS

/**
 * GvtRegistry:
 *
 * What the service knows: parents and vGPUs. Lives on the main loop, which is its lock. Workers
 * never see it: they get copies and hand back values, which are committed here.
 *
 * Signals: `parent-changed` and `vgpu-changed`, each with the name of what came, changed or went;
 * `record-orphaned` with the UUID of a vGPU that is gone while its record is still on disk;
 * `released` with the UUID of a vGPU that an operation has ended on.
 */
#define GVT_TYPE_REGISTRY (gvt_registry_get_type ())
G_DECLARE_FINAL_TYPE (GvtRegistry, gvt_registry, GVT, REGISTRY, GObject)

GvtRegistry *gvt_registry_new (void);

/** gvt_registry_get_parent: Returns: (transfer none) (nullable): the parent of that name */
const GvtParentInfo *gvt_registry_get_parent (GvtRegistry *self, const char *name);

/** gvt_registry_get_vgpu: Returns: (transfer none) (nullable): an existing or reserved vGPU */
const GvtVgpu *gvt_registry_get_vgpu (GvtRegistry *self, const char *uuid);

/** gvt_registry_list_parents: Returns: (transfer container): parents by name */
GPtrArray *gvt_registry_list_parents (GvtRegistry *self);

/** gvt_registry_list_vgpus: Returns: (transfer container): vGPUs in no order */
GPtrArray *gvt_registry_list_vgpus (GvtRegistry *self);

/**
 * gvt_registry_find_label:
 *
 * Returns: (transfer none) (nullable): the vGPU of @owner that has that label, or is about to
 */
const GvtVgpu *gvt_registry_find_label (GvtRegistry *self, guint32 owner, const char *label);

/**
 * gvt_registry_begin_scan:
 *
 * Returns: the moment, by the registry's count, at which a scan begins; to be given back with what
 * it found
 */
guint64 gvt_registry_begin_scan (GvtRegistry *self);

/**
 * gvt_registry_apply_scan:
 * @state: what the scan found; its contents are taken over
 * @epoch: what gvt_registry_begin_scan() said
 *
 * Takes what a scan found for the truth, but for vGPUs that are reserved or that we changed since it
 * began.
 *
 * Returns: whether there was none of those, so that nothing is left to look at
 */
gboolean gvt_registry_apply_scan (GvtRegistry *self, GvtHostState *state, guint64 epoch);

/** gvt_registry_load_records: @records: (element-type utf8 GvtRecord): copied; before the first scan */
void gvt_registry_load_records (GvtRegistry *self, GHashTable *records);

/**
 * gvt_registry_reserve:
 * @claim: (transfer full) (nullable): what the operation is to make of it
 *
 * Begins an operation on a vGPU that may not exist yet. It ends with gvt_registry_release().
 *
 * Returns: %FALSE with %GVT_ERROR_BUSY while another one is under way
 */
gboolean
gvt_registry_reserve (GvtRegistry *self, const char *uuid, GvtClaim *claim, GError **error);

/**
 * gvt_registry_reserve_for_repair:
 *
 * As gvt_registry_reserve(), for what nobody asked for: the service puts something right, and calls
 * wait until it has (gvt_repairs_await_async()).
 */
gboolean gvt_registry_reserve_for_repair (GvtRegistry *self,
                                          const char *uuid,
                                          GvtClaim *claim,
                                          GError **error);

/** gvt_registry_release: ends an operation; a vGPU that does not exist then is forgotten. */
void gvt_registry_release (GvtRegistry *self, const char *uuid);

/** gvt_registry_commit_parent: @parent: (transfer full) (nullable): how it is now */
void gvt_registry_commit_parent (GvtRegistry *self, GvtParentInfo *parent);

/**
 * gvt_registry_commit_vgpu:
 * @device: (transfer full) (nullable): what the kernel has now
 * @definition: (transfer full) (nullable): the definition on disk now
 * @record: (transfer full) (nullable): the record on disk now
 */
void gvt_registry_commit_vgpu (GvtRegistry *self,
                               const char *uuid,
                               GvtDeviceInfo *device,
                               GvtDefinition *definition,
                               GvtRecord *record);

/** gvt_registry_note_prepared: a VM has it from now on; before what it is now is committed. */
void gvt_registry_note_prepared (GvtRegistry *self, const char *uuid);

/** gvt_registry_commit_device: @device: (transfer full) (nullable): what the kernel has now */
void gvt_registry_commit_device (GvtRegistry *self, const char *uuid, GvtDeviceInfo *device);

/** gvt_registry_commit_record: @record: (transfer full) (nullable): the record on disk now */
void gvt_registry_commit_record (GvtRegistry *self, const char *uuid, GvtRecord *record);

/**
 * gvt_registry_set_awaited:
 *
 * Says of a vGPU under repair whether it is the kernel that is waited for: that may take long, and no
 * look at the host is worth repeating for it.
 */
void gvt_registry_set_awaited (GvtRegistry *self, const char *uuid, gboolean awaited);

/** gvt_registry_set_failure: @failure: (nullable): why the vGPU is not as it should be */
void gvt_registry_set_failure (GvtRegistry *self, const char *uuid, const char *failure);

G_END_DECLS
