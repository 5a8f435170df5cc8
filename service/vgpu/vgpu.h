/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "definition.h"
#include "mdev-info.h"
#include "reconcile.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * GvtClaim:
 * @owner: who will own it
 * @label: its label then
 * @parent: the GPU it will be on
 * @type: its type
 * @active: whether it will have a device
 *
 * What an operation under way is to make of a vGPU.
 */
typedef struct {
  guint32 owner;
  char *label;
  char *parent;
  char *type;
  gboolean active;
} GvtClaim;

GvtClaim *gvt_claim_new (guint32 owner,
                         const char *label,
                         const char *parent,
                         const char *type,
                         gboolean active);

void gvt_claim_free (GvtClaim *self);

/**
 * GvtVgpu:
 * @uuid: in canonical spelling
 * @device: what the kernel has, or %NULL
 * @definition: what should be startable, or %NULL
 * @record: what we noted about it, or %NULL: then it belongs to root
 * @failure: why it is not as it should be, or %NULL
 * @unreadable: whether its definition's file is there and is none now; the last good one counts then,
 *   and its record stays
 * @reserved: whether an operation on it is under way; nobody else may begin one
 * @repaired: whether that operation is the service's own doing, which calls wait for
 * @awaited: whether that waits for a kernel that is still making it
 * @prepared: how often a VM has had it prepared since the service started
 * @claim: what that operation is to make of it, or %NULL; counts against limits at once
 * @epoch: when we last changed it ourselves, by the registry's count
 *
 * One vGPU, as the sum of what the kernel, the definitions and the records say. Main loop only; only
 * the registry changes it.
 */
typedef struct {
  char *uuid;
  GvtDeviceInfo *device;
  GvtDefinition *definition;
  GvtRecord *record;
  char *failure;
  gboolean unreadable;
  gboolean reserved;
  gboolean repaired;
  gboolean awaited;
  guint prepared;
  GvtClaim *claim;
  guint64 epoch;
} GvtVgpu;

GvtVgpu *gvt_vgpu_new (const char *uuid);

void gvt_vgpu_free (GvtVgpu *self);

/** gvt_vgpu_parent: the GPU it is or will be on; empty while it is neither active nor defined. */
const char *gvt_vgpu_parent (const GvtVgpu *self);

/** gvt_vgpu_type: the type's id; empty while it is neither active nor defined. */
const char *gvt_vgpu_type (const GvtVgpu *self);

/** gvt_vgpu_owner: the owner's uid; 0 without a record. */
guint32 gvt_vgpu_owner (const GvtVgpu *self);

/** gvt_vgpu_label: the label, or empty. */
const char *gvt_vgpu_label (const GvtVgpu *self);

/** gvt_vgpu_domain: the UUID of its VM, or empty. */
const char *gvt_vgpu_domain (const GvtVgpu *self);

/** gvt_vgpu_policy: when it is to exist. */
GvtStartPolicy gvt_vgpu_policy (const GvtVgpu *self);

/** gvt_vgpu_place: whether it exists, and as its definition says. */
GvtPlace gvt_vgpu_place (const GvtVgpu *self);

/** gvt_vgpu_start: `manual`, `domain`, `boot`; empty without a definition. */
const char *gvt_vgpu_start (const GvtVgpu *self);

/** gvt_vgpu_exists: whether there is anything to show: a device or a definition. */
gboolean gvt_vgpu_exists (const GvtVgpu *self);

/** gvt_vgpu_state: `failed`, `active`, `inactive`, or `waiting` when @parent_present is not so. */
const char *gvt_vgpu_state (const GvtVgpu *self, gboolean parent_present);

/** gvt_vgpu_failure: Returns: (transfer full): why it is `failed`, as a sentence; empty if it is not */
char *gvt_vgpu_failure (const GvtVgpu *self);

G_END_DECLS
