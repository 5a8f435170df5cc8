/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text, with any record of an attachment in it: strip refuses, or gives a domain that has the vGPU
 * no more.
 */

#include "edit.h"
#include "fuzz-domain.h"
#include "gvt-error.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *xml = g_strndup ((const char *) data, size);
  g_autofree char *stripped = gvt_domain_strip (xml, FUZZ_VGPU, NULL);
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;

  if (stripped == NULL)
    return 0;

  again = gvt_domain_strip (stripped, FUZZ_VGPU, &error);
  if (again == NULL)
    g_assert_true (g_error_matches (error, GVT_ERROR, GVT_ERROR_NOT_FOUND) ||
                   g_error_matches (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT));
  return 0;
}
