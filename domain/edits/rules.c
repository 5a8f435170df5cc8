/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Refuses, before anything is changed, what would define well and then keep the VM from starting
 * (QEMU hw/vfio/pci.c and ui/). Pure; any thread.
 */

#include "rules.h"

#include "gvt-error.h"
#include "qemu-properties.h"
#include "recipe.h"

static gboolean
refuse (GError **error, int code, const char *why)
{
  g_set_error_literal (error, GVT_ERROR, code, why);
  return FALSE;
}

/* A -global property is every vfio-pci device's. */
static gboolean
has_other_vfio_device (const GvtDocument *document)
{
  const GvtElement *devices = gvt_element_child (document->root, "devices");

  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if ((gvt_element_is (device, "hostdev") &&
         (gvt_element_has (device, "type", "mdev") || gvt_element_has (device, "type", "pci"))) ||
        (gvt_element_is (device, "interface") && gvt_element_has (device, "type", "hostdev")))
      return TRUE;
  }
  return FALSE;
}

gboolean
gvt_rules_check (const GvtDocument *document, const GvtDomainSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) properties = gvt_qemu_properties_new (settings);

  if (settings->ramfb && !gvt_display_is_on (settings->display))
    return refuse (error,
                   GVT_ERROR_INVALID_ARGUMENT,
                   "setting 'ramfb' needs a display of the vGPU: set display to spice-gl, "
                   "spice-egl, vnc-egl or dbus");

  if (settings->width != 0 && !gvt_display_is_on (settings->display))
    return refuse (error,
                   GVT_ERROR_INVALID_ARGUMENT,
                   "setting 'resolution' needs a display of the vGPU: set display to spice-gl, "
                   "spice-egl, vnc-egl or dbus");

  if (settings->rom != NULL && !gvt_document_is_uefi (document))
    return refuse (
        error,
        GVT_ERROR_INVALID_ARGUMENT,
        "setting 'rom' is for domains that boot with UEFI, and this one boots with BIOS: "
        "leave it out");

  if (settings->qemu_syntax == GVT_QEMU_SYNTAX_COMMANDLINE && properties->len > 0 &&
      has_other_vfio_device (document))
    return refuse (
        error,
        GVT_ERROR_CONFLICT,
        "on the command line the settings dma-buf, rom and resolution would hold for the "
        "domain's other passed-through devices too: use qemu-syntax override, which "
        "needs libvirt 8.5, or leave them out");

  return TRUE;
}
