/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where in the VM the vGPU is seen. */
#pragma once

#include "document.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * gvt_guest_slot_choose:
 * @wanted: (nullable): the address asked for; NULL for the default
 * @leaving: of GvtElement: devices that the same edit removes
 * @other: (nullable): an address that the same edit gives to another device
 * @address: (out): the choice
 *
 * Chooses an address. The default is 0000:00:02.0, where the host has its own and where drivers
 * look first, else the first free slot of bus 0. A device without one would make libvirt add
 * pcie-root-port controllers to a q35 domain that stay when it is gone.
 *
 * Returns: FALSE with GVT_ERROR_CONFLICT if @wanted is another device's or no slot is free
 */
gboolean gvt_guest_slot_choose (const GvtDocument *document,
                                const GvtPciAddress *wanted,
                                GPtrArray *leaving,
                                const GvtPciAddress *other,
                                GvtPciAddress *address,
                                GError **error);

G_END_DECLS
