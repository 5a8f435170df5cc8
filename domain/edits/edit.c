/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gives a domain a vGPU: looks whether it has one already, clears what would be in the way, attaches.
 * Pure; any thread.
 */

#include "edit.h"

#include "attach.h"
#include "document.h"
#include "gvt-error.h"
#include "intact.h"
#include "legacy.h"
#include "mdev.h"
#include "record.h"

/* kvmgt refuses a second vGPU for the same VM (kernel kvmgt.c, intel_vgpu_open_device). */
static gboolean
check_no_other (const GvtDocument *document,
                const GvtElement *devices,
                const GvtRecord *record,
                const char *uuid,
                const GvtDomainSettings *settings,
                GError **error)
{
  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    g_autofree char *other = gvt_mdev_uuid (device);
    gboolean ours = other != NULL && (gvt_mdev_has_our_alias (device) ||
                                      (record != NULL && g_str_equal (record->vgpu, other)));

    if (other == NULL || g_str_equal (other, uuid) ||
        !(ours || (settings->other_vgpus != NULL &&
                   g_strv_contains ((const char *const *) settings->other_vgpus, other))))
      continue;

    g_set_error (
        error,
        GVT_ERROR,
        GVT_ERROR_CONFLICT,
        "vGPU %s is attached to this domain, and a VM can have one only; detach it first:  "
        "gvt-client detach VM --vgpu %s",
        other,
        other);
    return FALSE;
  }
  return TRUE;
}

/* What somebody attached by hand becomes ours, at the same guest address, with all that was told QEMU
 * of it: the settings say it now. What no setting says must not be lost without a word. */
static char *
take_over (const GvtDocument *document,
           const char *xml,
           const char *uuid,
           const GvtDomainSettings *settings,
           GError **error)
{
  g_autoptr (GvtLegacy) legacy = NULL;
  g_autofree char *without = NULL;
  const GvtElement *device = gvt_mdev_find (gvt_element_child (document->root, "devices"), uuid);
  GvtPciAddress address;
  gboolean kept = FALSE;

  if (!gvt_legacy_find (document, uuid, &legacy, error))
    return NULL;
  if (device == NULL && legacy == NULL)
    return gvt_attach (xml, uuid, settings, NULL, error);

  without = gvt_domain_strip (xml, uuid, error);
  kept = device != NULL && gvt_mdev_guest_address (device, &address);
  return without != NULL ? gvt_attach (without, uuid, settings, kept ? &address : NULL, error)
                         : NULL;
}

char *
gvt_domain_edit (const char *xml,
                 const char *vgpu_uuid,
                 const GvtDomainSettings *settings,
                 GError **error)
{
  g_autofree char *uuid = gvt_mdev_normal_uuid (vgpu_uuid, error);
  g_autoptr (GvtDocument) document = NULL;
  g_autoptr (GvtRecord) record = NULL;
  g_autofree char *without = NULL;
  const GvtElement *devices = NULL;

  if (uuid == NULL)
    return NULL;

  document = gvt_document_parse_domain (xml, error);
  if (document == NULL || !gvt_record_read (document, &record, error))
    return NULL;

  devices = gvt_document_devices (document, error);
  if (devices == NULL || !check_no_other (document, devices, record, uuid, settings, error))
    return NULL;
  if (record == NULL)
    return take_over (document, xml, uuid, settings, error);
  if (g_str_equal (record->vgpu, uuid) && gvt_attachment_is_intact (document, record, settings))
    return g_strdup (xml);

  /* A record of another vGPU is a leftover: check_no_other() found that vGPU nowhere. */
  without = gvt_domain_strip (xml, record->vgpu, error);
  if (without == NULL)
    return NULL;
  if (!g_str_equal (record->vgpu, uuid))
    return gvt_domain_edit (without, uuid, settings, error);
  return gvt_attach (without, uuid, settings, NULL, error);
}
