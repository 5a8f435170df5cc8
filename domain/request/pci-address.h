/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PCI address inside the VM. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint domain;
  guint bus;
  guint slot;
  guint function;
} GvtPciAddress;

/**
 * gvt_pci_address_parse:
 * @text: `DDDD:BB:SS.F`, hexadecimal, slot at most 1f, function at most 7
 *
 * Returns: whether @text is such an address
 */
gboolean gvt_pci_address_parse (const char *text, GvtPciAddress *address);

/**
 * gvt_pci_address_to_string:
 *
 * Returns: (transfer full): `DDDD:BB:SS.F`
 */
char *gvt_pci_address_to_string (const GvtPciAddress *self);

gboolean gvt_pci_address_equal (const GvtPciAddress *a, const GvtPciAddress *b);

G_END_DECLS
