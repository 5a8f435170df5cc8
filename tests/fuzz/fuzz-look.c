/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text: what looks at a domain and what edits it are two parsers, and see the same vGPUs of ours.
 */

#include "capabilities.h"
#include "edit.h"
#include "fuzz-domain.h"
#include "gvt-error.h"
#include "inspect.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *xml = g_strndup ((const char *) data, size);
  G_GNUC_UNUSED g_auto (GStrv) graphics = gvt_capabilities_graphics (xml, NULL);
  GvtDomainInfo *info = gvt_domain_inspect (xml, NULL);

  if (info == NULL)
    return 0;
  for (guint i = 0; info->our_vgpus[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *stripped = gvt_domain_strip (xml, info->our_vgpus[i], &error);

    if (stripped == NULL && g_error_matches (error, GVT_ERROR, GVT_ERROR_NOT_FOUND))
      g_error ("ours to look at, but not to take out: %s", error->message);
  }
  gvt_domain_info_free (info);
  return 0;
}
