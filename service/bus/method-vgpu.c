/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods of a vGPU's object. Each only says what shall be; the transition does the rest. Main
 * loop.
 */

#include "gvt-error.h"
#include "gvt-names.h"
#include "quota.h"
#include "methods.h"
#include "options.h"
#include "scan.h"

static void
tell_about (GvtCall *call, const GvtVgpu *vgpu)
{
  gvt_call_tell (call, "uuid", vgpu->uuid);
  gvt_call_tell (call, "gpu", gvt_vgpu_parent (vgpu));
  gvt_call_tell (call, "type", gvt_vgpu_type (vgpu));
  gvt_call_tell (call, "label", gvt_vgpu_label (vgpu));
  gvt_call_tell (call, "domain", gvt_vgpu_domain (vgpu));
}

static gboolean
is_not_being_removed (const GvtVgpu *vgpu, GError **error)
{
  if (vgpu->device == NULL || !vgpu->device->removing)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_BUSY,
               "vGPU %s is being removed: the kernel waits for its user to let go",
               vgpu->uuid);
  return FALSE;
}

/*
 * What the methods here have in common: no options, a vGPU that is there, and a transition that
 * begins and ends with what is.
 */
static GvtTransition *
begin (GvtCall *call, const GvtVgpu **vgpu, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);
  GvtTransition *transition;

  if (!gvt_options_check (options, NULL, error))
    return NULL;
  *vgpu = gvt_call_get_vgpu (call, error);
  if (*vgpu == NULL || !is_not_being_removed (*vgpu, error))
    return NULL;
  tell_about (call, *vgpu);
  transition =
      gvt_transition_new (call->uuid, gvt_vgpu_parent (*vgpu), gvt_vgpu_type (*vgpu), *vgpu);
  g_ptr_array_add (call->transitions, transition);
  return transition;
}

/* A record to change: the vGPU's own, or a first one that keeps it root's. */
static GvtRecord *
copy_record (const GvtVgpu *vgpu)
{
  return vgpu->record != NULL ? gvt_record_copy (vgpu->record) : gvt_record_new (0, "", "", FALSE);
}

gboolean
gvt_check_can_become_active (GvtCall *call, const GvtVgpu *vgpu, GError **error)
{
  const char *parent = gvt_vgpu_parent (vgpu);
  const GvtTypeInfo *type = gvt_check_type (call, parent, gvt_vgpu_type (vgpu), error);

  return type != NULL &&
         gvt_quota_check_more (call, gvt_vgpu_owner (vgpu), vgpu->uuid, type, TRUE, error);
}

gboolean
gvt_check_start (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);

  if (transition == NULL)
    return FALSE;
  if (vgpu->device != NULL) {
    g_ptr_array_set_size (call->transitions, 0);
    return TRUE;
  }
  if (!gvt_check_can_become_active (call, vgpu, error))
    return FALSE;
  transition->active = TRUE;
  transition->may_exist = TRUE;
  return TRUE;
}

gboolean
gvt_check_stop (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);

  if (transition == NULL)
    return FALSE;
  transition->active = FALSE;
  if (vgpu->definition == NULL)
    gvt_transition_set_record (transition, NULL);
  return TRUE;
}

static gboolean
check_definable (const GvtVgpu *vgpu, GError **error)
{
  if (vgpu->definition != NULL || gvt_parent_name_is_safe (gvt_vgpu_parent (vgpu)))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_SUPPORTED,
               "vGPU %s is on %s, which cannot name a directory of definitions",
               vgpu->uuid,
               gvt_vgpu_parent (vgpu));
  return FALSE;
}

static void
define (GvtTransition *transition, const GvtVgpu *vgpu, gboolean automatic)
{
  gvt_transition_set_definition (
      transition,
      gvt_definition_new (vgpu->uuid, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu), automatic));
}

gboolean
gvt_check_define (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);

  if (transition == NULL || !check_definable (vgpu, error))
    return FALSE;
  if (vgpu->definition == NULL)
    define (transition, vgpu, FALSE);
  return TRUE;
}

gboolean
gvt_check_undefine (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);

  if (transition == NULL)
    return FALSE;
  gvt_transition_set_definition (transition, NULL);
  if (vgpu->device == NULL)
    gvt_transition_set_record (transition, NULL);
  else if (transition->record != NULL)
    transition->record->with_domain = FALSE;
  return TRUE;
}

gboolean
gvt_check_remove (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);

  if (transition == NULL)
    return FALSE;
  transition->active = FALSE;
  gvt_transition_set_definition (transition, NULL);
  gvt_transition_set_record (transition, NULL);
  return TRUE;
}

gboolean
gvt_check_set_start (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);
  GvtRecord *record;
  const char *start;

  g_variant_get_child (call->parameters, 0, "&s", &start);
  if (transition == NULL || !gvt_check_start_policy (start, error) ||
      !check_definable (vgpu, error))
    return FALSE;
  if (g_str_equal (start, "boot"))
    gvt_call_require (call, GVT_ACTION_AUTOSTART);
  record = copy_record (vgpu);
  record->with_domain = g_str_equal (start, "domain");
  gvt_transition_set_record (transition, record);
  define (transition, vgpu, g_str_equal (start, "boot"));
  return TRUE;
}

gboolean
gvt_check_set_label (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);
  GvtRecord *record;
  const char *label;

  g_variant_get_child (call->parameters, 0, "&s", &label);
  if (transition == NULL ||
      !gvt_check_new_label (call, gvt_vgpu_owner (vgpu), label, vgpu->uuid, error))
    return FALSE;
  record = copy_record (vgpu);
  g_free (record->label);
  record->label = g_strdup (label);
  gvt_transition_set_record (transition, record);
  return TRUE;
}

gboolean
gvt_check_adopt (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;
  GvtTransition *transition = begin (call, &vgpu, error);
  GvtRecord *record;
  guint32 uid;

  g_variant_get_child (call->parameters, 0, "u", &uid);
  if (transition == NULL)
    return FALSE;
  if (uid == G_MAXUINT32) {
    g_set_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, "%u is no user's uid", uid);
    return FALSE;
  }
  if (!gvt_check_new_label (call, uid, gvt_vgpu_label (vgpu), vgpu->uuid, error))
    return FALSE;
  record = copy_record (vgpu);
  record->owner = uid;
  gvt_transition_set_record (transition, record);
  return TRUE;
}
