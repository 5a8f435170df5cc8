/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/**
 * SimPciSpec:
 * @address: `0000:00:02.0`
 * @driver: (nullable): the driver bound, %NULL for none
 * @vendor, @device: PCI ids
 * @class_code: 24 bits, 0x030000 for a VGA controller
 * @boot_vga: whether the firmware used it
 * @aperture: size of BAR 2 in MiB
 * @generation: 4 or 5, for the names of GVT-g types
 * @instances: 0, or a number of vGPUs that replaces the pool arithmetic
 *
 * A device as the command line describes it.
 */
typedef struct {
  char *address;
  char *driver;
  guint vendor;
  guint device;
  guint class_code;
  guint aperture;
  guint generation;
  guint instances;
  gboolean boot_vga;
} SimPciSpec;

/**
 * sim_pci_spec_parse:
 * @text: `ADDRESS[,KEY=VALUE...]`
 * @defaults: values for what @text does not say; its strings are copied
 *
 * Returns: (transfer full) (nullable): the spec, or %NULL with @error set
 */
SimPciSpec *sim_pci_spec_parse (const char *text, const SimPciSpec *defaults, GError **error);

void sim_pci_spec_free (SimPciSpec *spec);

/** Adds the device to sysfs, with DRM nodes if it is a display. Returns: its directory */
SimNode *sim_pci_add (SimHost *host, const SimPciSpec *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimPciSpec, sim_pci_spec_free)

G_END_DECLS
