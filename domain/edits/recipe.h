/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a display setting means in devices: which leave, which come. */
#pragma once

#include "document.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * GvtAddition:
 * @element: name of the device's element, `graphics`, `video` or `audio`
 * @type: its type, by which it is found again whatever else libvirt changes on it
 * @markup: (nullable): the element, in the notation of gvt_layout_as_child()
 */
typedef struct {
  char *element;
  char *type;
  char *markup;
} GvtAddition;

/**
 * GvtRecipe:
 * @removals: of GvtElement: the devices that leave
 * @additions: of GvtAddition: the devices that come
 */
typedef struct {
  GPtrArray *removals;
  GPtrArray *additions;
} GvtRecipe;

/**
 * gvt_recipe_new:
 * @document: a domain without a vGPU of ours
 *
 * Returns: (transfer full): what @settings ask for in @document, or NULL with GVT_ERROR_CONFLICT or
 *   GVT_ERROR_NOT_SUPPORTED if that would not work
 */
GvtRecipe *
gvt_recipe_new (const GvtDocument *document, const GvtDomainSettings *settings, GError **error);

void gvt_recipe_free (GvtRecipe *self);

GvtAddition *gvt_addition_new (const char *element, const char *type, const char *markup);

void gvt_addition_free (GvtAddition *self);

/**
 * gvt_recipe_device_type:
 *
 * Returns: (nullable): the type of a `<graphics>` or `<video>`, wherever libvirt has it
 */
const char *gvt_recipe_device_type (const GvtElement *device);

/**
 * gvt_recipe_address_video:
 * @vgpu: the vGPU's address
 *
 * Gives the emulated card, if one comes, a guest address beside the vGPU's: on a q35 domain libvirt
 * would otherwise add bridges for it, which nobody would take away again.
 */
gboolean gvt_recipe_address_video (GvtRecipe *self,
                                   const GvtDocument *document,
                                   const GvtPciAddress *vgpu,
                                   GError **error);

/**
 * gvt_display_is_on:
 *
 * Whether QEMU shows the vGPU's own picture, which needs OpenGL, rather than an emulated card's.
 */
gboolean gvt_display_is_on (GvtDisplay display);

/**
 * gvt_recipe_hostdev:
 *
 * Returns: (transfer full): the vGPU's own element, in the notation of gvt_layout_as_child()
 */
char *gvt_recipe_hostdev (const GvtDomainSettings *settings,
                          const char *uuid,
                          const char *alias,
                          const GvtPciAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtRecipe, gvt_recipe_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtAddition, gvt_addition_free)

G_END_DECLS
