/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text: modernising refuses, or gives a domain that there is nothing to modernise in.
 */

#include "edit.h"
#include "fuzz-domain.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *xml = g_strndup ((const char *) data, size);
  g_autofree char *modernised = gvt_domain_modernise (xml, NULL, GVT_QEMU_SYNTAX_AUTO, NULL);
  g_autofree char *again = NULL;

  if (modernised == NULL)
    return 0;

  again = gvt_domain_modernise (modernised, NULL, GVT_QEMU_SYNTAX_AUTO, NULL);
  g_assert_cmpstr (again, ==, modernised);
  return 0;
}
