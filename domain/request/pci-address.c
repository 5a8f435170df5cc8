/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI addresses in text. Pure; any thread.
 */

#include "pci-address.h"

#include <string.h>

gboolean
gvt_pci_address_parse (const char *text, GvtPciAddress *address)
{
  static const char shape[] = "xxxx:xx:xx.x";
  guint digits[9];
  guint n = 0;

  if (strlen (text) != strlen (shape))
    return FALSE;

  for (gsize i = 0; shape[i] != '\0'; i++) {
    if (shape[i] != 'x') {
      if (text[i] != shape[i])
        return FALSE;
      continue;
    }
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
    digits[n++] = (guint) g_ascii_xdigit_value (text[i]);
  }

  address->domain = digits[0] << 12 | digits[1] << 8 | digits[2] << 4 | digits[3];
  address->bus = digits[4] << 4 | digits[5];
  address->slot = digits[6] << 4 | digits[7];
  address->function = digits[8];
  return address->slot <= 0x1f && address->function <= 7;
}

char *
gvt_pci_address_to_string (const GvtPciAddress *self)
{
  return g_strdup_printf ("%04x:%02x:%02x.%x", self->domain, self->bus, self->slot, self->function);
}

gboolean
gvt_pci_address_equal (const GvtPciAddress *a, const GvtPciAddress *b)
{
  return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot &&
         a->function == b->function;
}
