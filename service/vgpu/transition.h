/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vgpu.h"

G_BEGIN_DECLS

/**
 * GvtTransition:
 * @uuid: the vGPU
 * @parent: its GPU
 * @type: its type
 * @from_device: the device before, or %NULL
 * @from_definition: the definition before, or %NULL
 * @from_record: the record before, or %NULL
 * @active: whether there shall be a device
 * @definition: the definition that shall be, or %NULL
 * @record: the record that shall be, or %NULL
 * @may_exist: whether a device that somebody else made at the same moment is as good as ours; its
 *   owner is given access to it anew in any case
 * @for_a_vm: whether a VM is about to open it: then one that somebody has open is refused with
 *   %GVT_ERROR_BUSY, and udev gets to finish with its node first
 * @parent_before: the GPU before, where it is known: spares reading what no vGPU changes
 * @device: the device after, or %NULL
 * @parent_info: the GPU after, or %NULL where it was not looked at
 * @made: whether we made @device; for the way back
 * @pending: whether the kernel is still making the device of a new vGPU, whose record stays so that it
 *   is its owner's if it comes without anybody to remove it
 * @kept: what the definition's file held before; likewise
 *
 * One vGPU on its way from what is to what shall be. Every change this service makes to vGPUs is one
 * of these: create, start, stop, define, label, adopt, prepare and so on differ in the two ends only.
 */
typedef struct {
  char *uuid;
  char *parent;
  char *type;
  GvtDeviceInfo *from_device;
  GvtDefinition *from_definition;
  GvtRecord *from_record;
  gboolean active;
  GvtDefinition *definition;
  GvtRecord *record;
  gboolean may_exist;
  gboolean for_a_vm;
  GvtParentInfo *parent_before;
  GvtDeviceInfo *device;
  GvtParentInfo *parent_info;
  gboolean made;
  gboolean pending;
  char *kept;
} GvtTransition;

/**
 * gvt_transition_new:
 * @vgpu: (nullable): what is, or %NULL for a vGPU to be made
 *
 * Returns: (transfer full): a transition from @vgpu to the same
 */
GvtTransition *
gvt_transition_new (const char *uuid, const char *parent, const char *type, const GvtVgpu *vgpu);

void gvt_transition_free (GvtTransition *self);

/**
 * gvt_transitions_list_uuids:
 * @transitions: (element-type GvtTransition)
 *
 * Returns: (transfer full) (element-type utf8): the UUIDs of their vGPUs
 */
GPtrArray *gvt_transitions_list_uuids (GPtrArray *transitions);

/** gvt_transition_set_definition: sets @definition: (transfer full) (nullable) as what shall be. */
void gvt_transition_set_definition (GvtTransition *self, GvtDefinition *definition);

/** gvt_transition_set_record: sets @record: (transfer full) (nullable) as what shall be. */
void gvt_transition_set_record (GvtTransition *self, GvtRecord *record);

/**
 * gvt_transition_run:
 *
 * Goes there, in the order: record, device made and its node granted, definition, device removed,
 * record deleted. What can be taken back comes before what cannot, so a failure leaves everything as
 * it was, and is the error reported, whatever the way back meets. Blocks.
 */
gboolean gvt_transition_run (GvtRoot *root, GvtTransition *self, GError **error);

/**
 * gvt_transition_undo:
 *
 * After a successful run, goes back to where it came from, as far as possible; logs what fails.
 * Blocks.
 */
void gvt_transition_undo (GvtRoot *root, GvtTransition *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtTransition, gvt_transition_free)

G_END_DECLS
