/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of an edit in the light of what there is: the vGPU's type and GPU, other vGPUs, ROMs.
 * Main loop. What they mean to the domain is the XML worker's to judge.
 */

#include "gvt-error.h"
#include "methods.h"
#include "rom-catalogue.h"
#include "settings.h"
#include "worker-protocol.h"

#include <stdio.h>
#include <string.h>

/* The name kvmgt gives its types: DRIVER-GVTg_V5_4 (kernel kvmgt.c, intel_gvt_init_vgpu_types). */
#define GVT_G "-GVTg_"

static const GvtParentInfo *
get_gpu (GvtCall *call)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (call->context->registry, call->uuid);

  return vgpu == NULL ? NULL
                      : gvt_registry_get_parent (call->context->registry, gvt_vgpu_parent (vgpu));
}

/* QEMU would take the type's own resolution instead, without a word (hw/vfio/display.c). */
static gboolean
check_resolution (GvtCall *call, const GvtDomainSettings *settings, GError **error)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (call->context->registry, call->uuid);
  const GvtParentInfo *gpu = get_gpu (call);
  const GvtTypeInfo *type = gpu != NULL ? gvt_parent_info_find_type (gpu, gvt_vgpu_type (vgpu))
                                        : NULL;
  guint width = 0;
  guint height = 0;

  if (settings->width == 0 || type == NULL ||
      sscanf (type->size.resolution, "%ux%u", &width, &height) != 2 ||
      (settings->width <= width && settings->height <= height))
    return TRUE;

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "setting 'resolution' cannot be %ux%u: a vGPU of type %s shows %s at most; ask for "
               "less, or take a larger type",
               settings->width,
               settings->height,
               type->id,
               type->size.resolution);
  return FALSE;
}

/* QEMU does not start without it (hw/pci/pci.c, pci_add_option_rom). */
static gboolean
check_rom (GvtCall *call, const GvtDomainSettings *settings, GError **error)
{
  g_autofree char *path = NULL;

  if (settings->rom == NULL)
    return TRUE;
  path = g_build_filename (GVT_ROM_DIRECTORY, settings->rom, NULL);
  if (gvt_root_exists (call->context->root, path))
    return TRUE;

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_FOUND,
               "there is no ROM %s in the catalogue; put it there first:  "
               "gvt-client rom install FILE --name %s",
               settings->rom,
               settings->rom);
  return FALSE;
}

gboolean
gvt_check_settings (GvtCall *call, GError **error)
{
  g_autoptr (GVariant) given = gvt_call_get_options (call);
  g_autoptr (GvtDomainSettings) settings = gvt_domain_settings_from_variant (given, error);

  return settings != NULL && check_resolution (call, settings, error) &&
         check_rom (call, settings, error);
}

/* All vGPUs of GVT-g but the call's own. */
static GVariant *
other_vgpus (GvtCall *call)
{
  g_autoptr (GPtrArray) vgpus = gvt_registry_list_vgpus (call->context->registry);
  GVariantBuilder others;

  g_variant_builder_init (&others, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < vgpus->len; i++) {
    const GvtVgpu *vgpu = vgpus->pdata[i];

    if (strstr (gvt_vgpu_type (vgpu), GVT_G) != NULL && !g_str_equal (vgpu->uuid, call->uuid))
      g_variant_builder_add (&others, "s", vgpu->uuid);
  }
  return g_variant_builder_end (&others);
}

GVariant *
gvt_complete_settings (GvtCall *call)
{
  g_autoptr (GVariant) given = gvt_call_get_options (call);
  const GvtParentInfo *gpu = get_gpu (call);
  GVariantDict settings;

  g_variant_dict_init (&settings, given);
  if (gpu != NULL && *gpu->render_node != '\0' &&
      !g_variant_dict_contains (&settings, "render-node"))
    g_variant_dict_insert (&settings, "render-node", "s", gpu->render_node);
  g_variant_dict_insert_value (&settings, GVT_WORKER_OTHER_VGPUS, other_vgpus (call));
  return g_variant_dict_end (&settings);
}
