/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one user may have, by the administrator's configuration. Main loop.
 */

#include "quota.h"

#include "gvt-error.h"

static gboolean
is_listed (char **names, const char *name)
{
  return names == NULL || g_strv_contains ((const char *const *) names, name);
}

gboolean
gvt_quota_check_place (GvtCall *call,
                       guint32 owner,
                       const char *parent,
                       const char *type,
                       GError **error)
{
  const GvtConfiguration *configuration = call->context->configuration;
  gboolean type_permitted = is_listed (configuration->types, type);
  g_autofree char *permitted = NULL;

  if (owner == 0 || (type_permitted && is_listed (configuration->gpus, parent)))
    return TRUE;
  permitted = g_strjoinv (", ", type_permitted ? configuration->gpus : configuration->types);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_LIMIT_EXCEEDED,
               "the administrator of this machine lets users have vGPUs %s %s only: %s",
               type_permitted ? "on" : "of",
               type_permitted ? "these GPUs" : "these types",
               *permitted != '\0' ? permitted : "none");
  return FALSE;
}

static guint
low_memory_of (GvtCall *call, const char *parent, const char *type)
{
  const GvtParentInfo *info = gvt_registry_get_parent (call->context->registry, parent);
  const GvtTypeInfo *found = info == NULL ? NULL : gvt_parent_info_find_type (info, type);

  return found == NULL ? 0 : found->size.low_mib;
}

/* What a user has, and is about to have, without @uuid. */
static void
add_up (GvtCall *call, guint32 owner, const char *uuid, guint *vgpus, guint64 *low_mib)
{
  g_autoptr (GPtrArray) all = gvt_registry_list_vgpus (call->context->registry);

  for (guint i = 0; i < all->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (all, i);
    const GvtClaim *claim = vgpu->claim;

    if (g_str_equal (vgpu->uuid, uuid))
      continue;
    if (claim != NULL && claim->owner == owner) {
      *vgpus += 1;
      *low_mib += claim->active ? low_memory_of (call, claim->parent, claim->type) : 0;
    } else if (gvt_vgpu_exists (vgpu) && gvt_vgpu_owner (vgpu) == owner) {
      *vgpus += 1;
      *low_mib += vgpu->device == NULL
                      ? 0
                      : low_memory_of (call, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu));
    }
  }
}

gboolean
gvt_quota_check_more (GvtCall *call,
                      guint32 owner,
                      const char *uuid,
                      const GvtTypeInfo *type,
                      gboolean active,
                      GError **error)
{
  const GvtConfiguration *configuration = call->context->configuration;
  guint64 low_mib = active ? type->size.low_mib : 0;
  guint vgpus = 1;

  if (owner == 0)
    return TRUE;
  add_up (call, owner, uuid, &vgpus, &low_mib);
  if (vgpus > configuration->vgpus_per_user) {
    g_set_error (
        error,
        GVT_ERROR,
        GVT_ERROR_LIMIT_EXCEEDED,
        "user %u has %u vGPUs, and this machine's limit is %u (VgpusPerUser in %s); remove "
        "one first",
        owner,
        vgpus - 1,
        configuration->vgpus_per_user,
        GVT_CONFIGURATION);
    return FALSE;
  }
  if (low_mib > configuration->low_memory_per_user_mib) {
    g_set_error (
        error,
        GVT_ERROR,
        GVT_ERROR_LIMIT_EXCEEDED,
        "this would bring user %u to %" G_GUINT64_FORMAT " MiB of aperture, and this "
        "machine's limit is %u MiB (LowMemoryPerUser in %s); stop a vGPU or take a smaller "
        "type",
        owner,
        low_mib,
        configuration->low_memory_per_user_mib,
        GVT_CONFIGURATION);
    return FALSE;
  }
  return TRUE;
}
