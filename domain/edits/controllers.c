/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI controllers by the number of the bus they make. libvirt adds one for each number up to the one
 * that an address names, and never takes one away. Pure; any thread.
 */

#include "controllers.h"

#include "mdev.h"

/* The number of the bus that @device makes, or -1 if it is no PCI controller. */
static int
bus_made_by (const GvtElement *device)
{
  const char *index = gvt_element_attribute (device, "index");
  guint64 number = 0;

  if (!gvt_element_is (device, "controller") || !gvt_element_has (device, "type", "pci") ||
      index == NULL || !g_ascii_string_to_unsigned (index, 10, 0, 0xff, &number, NULL))
    return -1;
  return (int) number;
}

guint
gvt_controllers_highest (const GvtElement *devices)
{
  int highest = 0;

  for (const GvtElement *device = devices->first_child; device != NULL; device = device->next)
    highest = MAX (highest, bus_made_by (device));
  return (guint) highest;
}

/* Whether a device on @bus stays; of the buses that leave, @leaving has the number. */
static gboolean
is_used (const GvtElement *devices, const char *uuid, int bus, const gboolean *leaving)
{
  for (const GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    g_autofree char *device_uuid = gvt_mdev_uuid (device);
    int made = bus_made_by (device);
    GvtPciAddress address;

    if (g_strcmp0 (device_uuid, uuid) != 0 && (made < 0 || !leaving[made]) &&
        gvt_mdev_guest_address (device, &address) && address.domain == 0 &&
        address.bus == (guint) bus)
      return TRUE;
  }
  return FALSE;
}

void
gvt_controllers_remove_added (GvtSplices *splices,
                              const GvtDocument *document,
                              const GvtElement *devices,
                              const char *uuid,
                              guint highest)
{
  gboolean leaving[0x100] = { FALSE };
  gboolean changed = TRUE;

  for (int bus = (int) highest + 1; bus < (int) G_N_ELEMENTS (leaving); bus++)
    leaving[bus] = TRUE;

  /* A controller that stays keeps the bus it is on. */
  while (changed) {
    changed = FALSE;
    for (const GvtElement *device = devices->first_child; device != NULL; device = device->next) {
      int bus = bus_made_by (device);

      if (bus >= 0 && leaving[bus] && is_used (devices, uuid, bus, leaving)) {
        leaving[bus] = FALSE;
        changed = TRUE;
      }
    }
  }

  for (const GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    int bus = bus_made_by (device);

    if (bus >= 0 && leaving[bus])
      gvt_layout_remove (splices, document, device);
  }
}
