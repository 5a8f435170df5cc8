/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes a vGPU out of a domain: first everything an edit brought, then back in what it took out
 * (restore.c). Pure; any thread.
 */

#include "edit.h"

#include "controllers.h"
#include "document.h"
#include "gvt-error.h"
#include "layout.h"
#include "legacy-parts.h"
#include "mdev.h"
#include "qemu-elements.h"
#include "record.h"
#include "restore.h"

static void
remove_additions (GvtSplices *splices,
                  const GvtDocument *document,
                  const GvtElement *devices,
                  const GvtRecord *record)
{
  for (guint i = 0; i < record->additions->len; i++) {
    const GvtAddition *addition = record->additions->pdata[i];

    for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
      if (gvt_element_is (device, addition->element) &&
          g_strcmp0 (gvt_recipe_device_type (device), addition->type) == 0) {
        gvt_layout_remove (splices, document, device);
        break;
      }
    }
  }
}

/* The back end that libvirt adds by itself has an id and a type, and suits the display that leaves. */
static void
remove_default_audio (GvtSplices *splices, const GvtDocument *document, const GvtElement *devices)
{
  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (gvt_element_is (device, "audio") && device->first_child == NULL &&
        device->attributes->len == 2 && gvt_element_has (device, "id", "1"))
      gvt_layout_remove (splices, document, device);
  }
}

static gboolean
remove_hostdevs (GvtSplices *splices,
                 const GvtDocument *document,
                 const GvtElement *devices,
                 const char *uuid)
{
  gboolean found = FALSE;

  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    g_autofree char *device_uuid = gvt_mdev_uuid (device);

    if (g_strcmp0 (device_uuid, uuid) == 0) {
      gvt_layout_remove (splices, document, device);
      found = TRUE;
    }
  }

  return found;
}

/* What QEMU is told of a device that was attached by hand: it would not start without the device. */
static gboolean
remove_hand_made (GvtSplices *splices, const GvtDocument *document, const char *uuid)
{
  g_autoptr (GvtLegacyParts) parts = gvt_legacy_parts_find (document, uuid, NULL);

  if (parts != NULL)
    gvt_legacy_parts_remove (parts, splices, document, NULL);
  return parts != NULL;
}

/* With <metadata> around it, if the edit made that and nobody has put anything else there. */
static void
remove_record (GvtSplices *splices, const GvtDocument *document, const GvtRecord *record)
{
  const GvtElement *element = record->element;
  const GvtElement *metadata = element->parent;
  gboolean alone = gvt_layout_is_blank (document->text, metadata->open_end, element->open_start) &&
                   gvt_layout_is_blank (document->text, element->close_end, metadata->close_start);

  gvt_layout_remove (splices,
                     document,
                     gvt_record_has_made (record, "metadata") && alone ? metadata : element);
}

char *
gvt_domain_strip (const char *xml, const char *vgpu_uuid, GError **error)
{
  g_autofree char *uuid = gvt_mdev_normal_uuid (vgpu_uuid, error);
  g_autoptr (GvtDocument) document = NULL;
  g_autoptr (GvtRecord) record = NULL;
  g_autoptr (GvtSplices) splices = gvt_splices_new ();
  g_autofree char *without = NULL;
  const GvtElement *devices = NULL;
  gboolean ours = FALSE;
  gboolean attached = FALSE;

  if (uuid == NULL)
    return NULL;

  document = gvt_document_parse_domain (xml, error);
  if (document == NULL || !gvt_record_read (document, &record, error))
    return NULL;

  devices = gvt_document_devices (document, error);
  if (devices == NULL)
    return NULL;

  ours = record != NULL && g_str_equal (record->vgpu, uuid);
  attached = remove_hostdevs (splices, document, devices, uuid);
  if (!ours)
    attached |= remove_hand_made (splices, document, uuid);
  if (!attached && !ours) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 "vGPU %s is not attached to this domain",
                 uuid);
    return NULL;
  }

  if (ours) {
    remove_additions (splices, document, devices, record);
    if (record->no_audio)
      remove_default_audio (splices, document, devices);
    if (record->highest_bus >= 0)
      gvt_controllers_remove_added (splices, document, devices, uuid, (guint) record->highest_bus);
    remove_record (splices, document, record);
    gvt_qemu_detach (splices, document, record);
  }

  without = gvt_splices_apply (splices, xml, error);
  if (without == NULL)
    return NULL;

  return gvt_restore (without, ours ? record : NULL, error);
}
