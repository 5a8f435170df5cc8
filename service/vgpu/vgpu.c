/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One vGPU as a value, and what follows from it. Main loop only.
 */

#include "vgpu.h"

GvtClaim *
gvt_claim_new (guint32 owner,
               const char *label,
               const char *parent,
               const char *type,
               gboolean active)
{
  GvtClaim *self = g_new0 (GvtClaim, 1);

  self->owner = owner;
  self->label = g_strdup (label);
  self->parent = g_strdup (parent);
  self->type = g_strdup (type);
  self->active = active;
  return self;
}

void
gvt_claim_free (GvtClaim *self)
{
  g_free (self->label);
  g_free (self->parent);
  g_free (self->type);
  g_free (self);
}

GvtVgpu *
gvt_vgpu_new (const char *uuid)
{
  GvtVgpu *self = g_new0 (GvtVgpu, 1);

  self->uuid = g_strdup (uuid);
  return self;
}

void
gvt_vgpu_free (GvtVgpu *self)
{
  g_free (self->uuid);
  g_clear_pointer (&self->device, gvt_device_info_free);
  g_clear_pointer (&self->definition, gvt_definition_free);
  g_clear_pointer (&self->record, gvt_record_free);
  g_clear_pointer (&self->claim, gvt_claim_free);
  g_free (self->failure);
  g_free (self);
}

const char *
gvt_vgpu_parent (const GvtVgpu *self)
{
  if (self->device != NULL)
    return self->device->parent;
  return self->definition != NULL ? self->definition->parent : "";
}

const char *
gvt_vgpu_type (const GvtVgpu *self)
{
  if (self->device != NULL && *self->device->type != '\0')
    return self->device->type;
  return self->definition != NULL ? self->definition->type : "";
}

guint32
gvt_vgpu_owner (const GvtVgpu *self)
{
  return self->record != NULL ? self->record->owner : 0;
}

const char *
gvt_vgpu_label (const GvtVgpu *self)
{
  return self->record != NULL ? self->record->label : "";
}

const char *
gvt_vgpu_domain (const GvtVgpu *self)
{
  return self->record != NULL ? self->record->domain : "";
}

GvtStartPolicy
gvt_vgpu_policy (const GvtVgpu *self)
{
  if (self->definition == NULL)
    return GVT_START_NONE;
  if (self->definition->automatic)
    return GVT_START_BOOT;
  return self->record != NULL && self->record->with_domain ? GVT_START_DOMAIN : GVT_START_MANUAL;
}

GvtPlace
gvt_vgpu_place (const GvtVgpu *self)
{
  const GvtDeviceInfo *device = self->device;

  if (device == NULL)
    return GVT_PLACE_NOWHERE;
  if (self->definition == NULL || device->removing)
    return GVT_PLACE_AS_DEFINED;
  return g_str_equal (device->parent, self->definition->parent) &&
                 g_str_equal (device->type, self->definition->type)
             ? GVT_PLACE_AS_DEFINED
             : GVT_PLACE_ELSEWHERE;
}

const char *
gvt_vgpu_start (const GvtVgpu *self)
{
  static const char *const names[] = {
    [GVT_START_NONE] = "",
    [GVT_START_MANUAL] = "manual",
    [GVT_START_DOMAIN] = "domain",
    [GVT_START_BOOT] = "boot",
  };

  return names[gvt_vgpu_policy (self)];
}

gboolean
gvt_vgpu_exists (const GvtVgpu *self)
{
  return self->device != NULL || self->definition != NULL;
}

const char *
gvt_vgpu_state (const GvtVgpu *self, gboolean parent_present)
{
  if (self->failure != NULL || (self->device != NULL && self->device->removing))
    return "failed";
  if (self->device != NULL)
    return "active";
  return parent_present ? "inactive" : "waiting";
}

char *
gvt_vgpu_failure (const GvtVgpu *self)
{
  if (self->failure != NULL)
    return g_strdup (self->failure);
  if (self->device != NULL && self->device->removing)
    return g_strdup ("its removal was requested while it is in use; the kernel removes it when its "
                     "user lets go");
  return g_strdup ("");
}
