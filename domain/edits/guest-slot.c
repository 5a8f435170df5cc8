/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Chooses the guest PCI address of a vGPU among what the domain's devices leave. Pure; any thread.
 */

#include "guest-slot.h"

#include "gvt-error.h"
#include "mdev.h"

#include <string.h>

#define SLOTS 32
#define DEFAULT_SLOT 2

/* The bits of the slots that the chipset itself has on bus 0 (QEMU hw/i386/pc_piix.c, pc_q35.c). */
static guint32
chipset_slots (const GvtDocument *document)
{
  const GvtElement *os = gvt_element_child (document->root, "os");
  const char *machine = gvt_element_attribute (gvt_element_child (os, "type"), "machine");
  guint32 host_bridge = 1u << 0;
  guint32 piix = 1u << 1;
  guint32 ich9 = 1u << 0x1f;

  if (machine != NULL && strstr (machine, "q35") != NULL)
    return host_bridge | ich9;
  if (machine != NULL && (g_str_has_prefix (machine, "pc") || strstr (machine, "i440fx") != NULL))
    return host_bridge | piix;
  return host_bridge | piix | ich9;
}

static guint32
used_slots (const GvtDocument *document, GPtrArray *leaving)
{
  const GvtElement *devices = gvt_element_child (document->root, "devices");
  guint32 used = chipset_slots (document);
  GvtPciAddress address;

  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (!g_ptr_array_find (leaving, device, NULL) && gvt_mdev_guest_address (device, &address) &&
        address.domain == 0 && address.bus == 0)
      used |= 1u << address.slot;
  }

  return used;
}

static gboolean
check_wanted (const GvtDocument *document,
              const GvtPciAddress *wanted,
              GPtrArray *leaving,
              GError **error)
{
  const GvtElement *devices = gvt_element_child (document->root, "devices");
  g_autofree char *shown = gvt_pci_address_to_string (wanted);
  GvtPciAddress address;

  if (wanted->domain == 0 && wanted->bus == 0 && chipset_slots (document) & (1u << wanted->slot)) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_CONFLICT,
                 "the guest address %s is the chipset's; give another",
                 shown);
    return FALSE;
  }

  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (g_ptr_array_find (leaving, device, NULL) || !gvt_mdev_guest_address (device, &address) ||
        !gvt_pci_address_equal (&address, wanted))
      continue;

    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_CONFLICT,
                 "the guest address %s is taken by a <%.40s> of this domain; give another, or "
                 "none to have a free one chosen",
                 shown,
                 device->name);
    return FALSE;
  }

  return TRUE;
}

gboolean
gvt_guest_slot_choose (const GvtDocument *document,
                       const GvtPciAddress *wanted,
                       GPtrArray *leaving,
                       const GvtPciAddress *other,
                       GvtPciAddress *address,
                       GError **error)
{
  guint32 used = 0;

  if (wanted != NULL) {
    *address = *wanted;
    return check_wanted (document, wanted, leaving, error);
  }

  used = used_slots (document, leaving);
  if (other != NULL && other->domain == 0 && other->bus == 0)
    used |= 1u << other->slot;
  *address = (GvtPciAddress){ .slot = DEFAULT_SLOT };
  for (guint slot = 0; used & (1u << address->slot) && slot < SLOTS; slot++)
    address->slot = slot;

  if (used & (1u << address->slot)) {
    g_set_error_literal (
        error,
        GVT_ERROR,
        GVT_ERROR_CONFLICT,
        "no slot of the guest's PCI bus 0 is free; give an address on another bus");
    return FALSE;
  }
  return TRUE;
}
