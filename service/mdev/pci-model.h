/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * gvt_pci_model:
 * @device: an absolute path of a device's directory below /sys
 *
 * Returns: (transfer full): what the device is called, by systemd's hardware database; without one
 * its PCI ids, as in `8086:3ea0`; empty for a device that is not on the PCI bus. Blocks.
 */
char *gvt_pci_model (GvtRoot *root, const char *device);

G_END_DECLS
