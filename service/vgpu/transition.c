/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing a vGPU, with everything that belongs to it, or not at all. Worker threads only; works on
 * copies and never sees the registry.
 */

#include "transition.h"

#include <errno.h>
#include <unistd.h>

#include "device.h"
#include "mdev-error.h"
#include "node.h"
#include "scan.h"

GvtTransition *
gvt_transition_new (const char *uuid, const char *parent, const char *type, const GvtVgpu *vgpu)
{
  GvtTransition *self = g_new0 (GvtTransition, 1);

  self->uuid = g_strdup (uuid);
  self->parent = g_strdup (parent);
  self->type = g_strdup (type);
  if (vgpu == NULL)
    return self;
  if (vgpu->device != NULL)
    self->from_device = gvt_device_info_copy (vgpu->device);
  if (vgpu->definition != NULL) {
    self->from_definition = gvt_definition_copy (vgpu->definition);
    self->definition = gvt_definition_copy (vgpu->definition);
  }
  if (vgpu->record != NULL) {
    self->from_record = gvt_record_copy (vgpu->record);
    self->record = gvt_record_copy (vgpu->record);
  }
  self->active = vgpu->device != NULL;
  return self;
}

void
gvt_transition_free (GvtTransition *self)
{
  g_free (self->uuid);
  g_free (self->parent);
  g_free (self->type);
  g_clear_pointer (&self->from_device, gvt_device_info_free);
  g_clear_pointer (&self->from_definition, gvt_definition_free);
  g_clear_pointer (&self->from_record, gvt_record_free);
  g_clear_pointer (&self->definition, gvt_definition_free);
  g_clear_pointer (&self->record, gvt_record_free);
  g_clear_pointer (&self->parent_before, gvt_parent_info_free);
  g_clear_pointer (&self->device, gvt_device_info_free);
  g_clear_pointer (&self->parent_info, gvt_parent_info_free);
  g_free (self->kept);
  g_free (self);
}

GPtrArray *
gvt_transitions_list_uuids (GPtrArray *transitions)
{
  GPtrArray *uuids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < transitions->len; i++) {
    const GvtTransition *transition = g_ptr_array_index (transitions, i);

    g_ptr_array_add (uuids, g_strdup (transition->uuid));
  }
  return uuids;
}

void
gvt_transition_set_definition (GvtTransition *self, GvtDefinition *definition)
{
  g_clear_pointer (&self->definition, gvt_definition_free);
  self->definition = definition;
}

void
gvt_transition_set_record (GvtTransition *self, GvtRecord *record)
{
  g_clear_pointer (&self->record, gvt_record_free);
  self->record = record;
}

/* Makes the record on disk be @to; of what lasts, or did, one waits for the disk. */
static gboolean
put_record (GvtRoot *root, const GvtTransition *self, const GvtRecord *to, GError **error)
{
  gboolean lasts = self->from_definition != NULL || self->definition != NULL;

  return to != NULL ? gvt_record_save (root, self->uuid, to, lasts, error)
                    : gvt_record_delete (root, self->uuid, lasts, error);
}

static gboolean
is_elsewhere (const GvtDefinition *from, const GvtDefinition *to)
{
  return from != NULL && to != NULL && !g_str_equal (from->parent, to->parent);
}

/* Makes the definition on disk be @to, given that it is @from. */
static gboolean
put_definition (GvtRoot *root, const GvtDefinition *from, const GvtDefinition *to, GError **error)
{
  if (gvt_definition_equal (from, to))
    return TRUE;
  if (to == NULL)
    return gvt_definition_delete (root, from, error);
  return gvt_definition_save (root, to, error) &&
         (!is_elsewhere (from, to) || gvt_definition_delete (root, from, error));
}

static guint32
owner_of (const GvtRecord *record)
{
  return record != NULL ? record->owner : 0;
}

/* Whoever has it open keeps it, so it changes neither its VM nor its owner meanwhile. */
static gboolean
needs_free_device (const GvtTransition *self)
{
  return self->for_a_vm || owner_of (self->record) != owner_of (self->from_record);
}

/* Somebody else's device stays, and its node as it was. */
static void
undo_device (GvtRoot *root, GvtTransition *self)
{
  if (self->made)
    gvt_device_remove_again (root, self->device);
  else
    gvt_node_grant (root, self->uuid, self->device->group, owner_of (self->from_record), NULL);
}

/* Whoever asks for one that may exist has it written down, and may have it late; but a VM does not wait
 * for it, and would leave it behind. */
static GvtDeviceInfo *
make_device (GvtRoot *root, GvtTransition *self, GError **error)
{
  GvtDeviceRequest request = {
    .uuid = self->uuid,
    .parent = self->parent,
    .type = self->type,
    .may_exist = self->may_exist,
    .may_be_late = self->may_exist && !self->for_a_vm,
    .held = gvt_record_hold (root, self->uuid),
  };
  GvtMaking making;
  GvtDeviceInfo *device = gvt_device_create (root, &request, &making, error);

  if (request.held >= 0)
    close (request.held);
  self->made = making == GVT_MAKING_DONE;
  self->pending = making == GVT_MAKING_PENDING && self->from_definition == NULL;
  return device;
}

/* The device is there afterwards, and its owner may open it. */
static gboolean
put_device (GvtRoot *root, GvtTransition *self, GError **error)
{
  guint32 owner = owner_of (self->record);

  if (!gvt_device_check_wanted (self->uuid, self->parent, error))
    return FALSE;
  self->device = self->from_device != NULL ? gvt_device_info_copy (self->from_device)
                                           : make_device (root, self, error);
  if (self->device == NULL)
    return FALSE;
  if (!self->made && needs_free_device (self) && !gvt_device_check_free (root, self->device, error))
    return FALSE;

  if (self->for_a_vm)
    gvt_node_await_udev (root, self->device->group);
  if (gvt_node_grant (root, self->uuid, self->device->group, owner, error))
    return TRUE;
  undo_device (root, self);
  return FALSE;
}

static void
log_failed_undo (const char *uuid, const char *what, const GError *error)
{
  if (error != NULL)
    g_message ("vGPU %s: cannot take back the %s: %s", uuid, what, error->message);
}

/* A record that shall not be is deleted last of all, so it is there still. One that was refused may be
 * in place all the same, if only the disk would not promise to keep it. */
static void
undo_record (GvtRoot *root, GvtTransition *self)
{
  g_autoptr (GError) error = NULL;

  if (self->record != NULL && !gvt_record_equal (self->from_record, self->record))
    put_record (root, self, self->from_record, &error);
  log_failed_undo (self->uuid, "record", error);
}

static void
undo_definition (GvtRoot *root, GvtTransition *self)
{
  g_autoptr (GError) error = NULL;

  if (gvt_definition_equal (self->from_definition, self->definition))
    return;
  if (self->kept == NULL)
    put_definition (root, self->definition, self->from_definition, &error);
  else if (gvt_definition_put_back (root, self->from_definition, self->kept, &error) &&
           is_elsewhere (self->from_definition, self->definition))
    gvt_definition_delete (root, self->definition, &error);
  log_failed_undo (self->uuid, "definition", error);
}

/* A record that was not worth waiting for the disk is, once there is a definition. */
static gboolean
needs_record_step (const GvtTransition *self)
{
  gboolean begins_to_last = self->from_definition == NULL && self->definition != NULL;

  return self->record != NULL &&
         (begins_to_last || !gvt_record_equal (self->from_record, self->record));
}

static gboolean
needs_device_step (const GvtTransition *self)
{
  return self->active &&
         (self->from_device == NULL || owner_of (self->record) != owner_of (self->from_record) ||
          self->may_exist);
}

/* What the kernel is still making would come as nobody's. */
static gboolean
check_may_forget (GvtRoot *root, const GvtTransition *self, GError **error)
{
  if (self->record != NULL || self->from_record == NULL || self->from_device != NULL ||
      !gvt_record_is_held (root, self->uuid))
    return TRUE;
  g_propagate_error (error,
                     gvt_mdev_create_error (ETIMEDOUT, self->uuid, self->parent, self->type));
  return FALSE;
}

static gboolean
run_steps (GvtRoot *root, GvtTransition *self, GError **error)
{
  gboolean device_step = needs_device_step (self);

  if (!check_may_forget (root, self, error))
    return FALSE;
  if (needs_record_step (self) && !gvt_record_may_replace (root, self->uuid, error))
    return FALSE;
  if (needs_record_step (self) && !put_record (root, self, self->record, error)) {
    undo_record (root, self);
    return FALSE;
  }
  if (device_step && !put_device (root, self, error)) {
    if (!self->pending)
      undo_record (root, self);
    return FALSE;
  }
  if (self->from_definition != NULL)
    self->kept = gvt_definition_keep (root, self->from_definition);
  if (!put_definition (root, self->from_definition, self->definition, error)) {
    undo_definition (root, self);
    if (device_step)
      undo_device (root, self);
    undo_record (root, self);
    return FALSE;
  }
  if (!self->active && self->from_device != NULL &&
      !gvt_device_remove (root, self->from_device, error)) {
    undo_definition (root, self);
    undo_record (root, self);
    return FALSE;
  }
  return TRUE;
}

gboolean
gvt_transition_run (GvtRoot *root, GvtTransition *self, GError **error)
{
  gboolean done = run_steps (root, self, error);

  if (done && self->record == NULL && self->from_record != NULL) {
    g_autoptr (GError) late = NULL;

    /* Then it is there still: the registry, told so, sees to a record without a vGPU. */
    if (!put_record (root, self, NULL, &late))
      gvt_transition_set_record (self, gvt_record_copy (self->from_record));
    log_failed_undo (self->uuid, "record", late);
  }
  /* One that was made has just been looked at. */
  if (!done || !self->made) {
    g_clear_pointer (&self->device, gvt_device_info_free);
    self->device = gvt_scan_device (root, self->uuid);
  }
  if (self->device == NULL)
    self->device = gvt_scan_removing (root, self->parent, self->uuid);
  self->parent_info = self->parent_before != NULL
                          ? gvt_scan_room (root, g_steal_pointer (&self->parent_before))
                          : gvt_scan_parent (root, self->parent);
  return done;
}

void
gvt_transition_undo (GvtRoot *root, GvtTransition *self)
{
  g_autoptr (GvtTransition) back = gvt_transition_new (self->uuid, self->parent, self->type, NULL);
  g_autoptr (GError) error = NULL;

  back->from_device = g_steal_pointer (&self->device);
  back->from_definition = g_steal_pointer (&self->definition);
  back->from_record = g_steal_pointer (&self->record);
  back->parent_before = g_steal_pointer (&self->parent_info);
  back->active = self->from_device != NULL;
  back->definition = g_steal_pointer (&self->from_definition);
  back->record = g_steal_pointer (&self->from_record);
  if (!gvt_transition_run (root, back, &error))
    g_message ("vGPU %s: cannot be put back: %s", self->uuid, error->message);
  self->device = g_steal_pointer (&back->device);
  self->definition = g_steal_pointer (&back->definition);
  self->record = g_steal_pointer (&back->record);
  self->parent_info = g_steal_pointer (&back->parent_info);
}
