/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text and any settings: an edit refuses, or gives a domain that strip brings back byte for byte
 * and that a second edit leaves alone.
 */

#include "edit.h"
#include "fuzz-domain.h"

#include <string.h>

/* Three bytes after the text and its NUL choose the settings; the defaults if they are not there. */
static GvtDomainSettings *
choose_settings (const uint8_t *data, size_t size)
{
  GvtDomainSettings *settings = gvt_domain_settings_from_variant (NULL, NULL);
  const uint8_t *end = memchr (data, '\0', size);
  const uint8_t *choice = end != NULL && size - (size_t) (end - data) > 3 ? end + 1 : NULL;

  if (choice == NULL)
    return settings;

  settings->display = choice[0] % (GVT_DISPLAY_DBUS + 1);
  settings->dma_buf = choice[1] & 1;
  settings->ramfb = (choice[1] >> 1) & 1;
  settings->keep_devices = (choice[1] >> 2) & 1;
  settings->has_address = (choice[1] >> 3) & 1;
  settings->address.slot = 3;
  settings->workarounds = (choice[1] >> 4) & 3;
  settings->qemu_syntax = (choice[1] >> 6) & 1 ? GVT_QEMU_SYNTAX_COMMANDLINE : GVT_QEMU_SYNTAX_AUTO;
  settings->rom = (choice[1] >> 7) & 1 ? g_strdup ("x.rom") : NULL;
  settings->width = choice[2] & 1 ? 1440 : 0;
  settings->height = choice[2] & 1 ? 900 : 0;
  return settings;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GvtDomainSettings) settings = NULL;
  g_autofree char *xml = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *again = NULL;
  g_autofree char *stripped = NULL;

  settings = choose_settings (data, size);
  xml = g_strndup ((const char *) data, size);
  edited = gvt_domain_edit (xml, FUZZ_VGPU, settings, NULL);
  if (edited == NULL)
    return 0;

  again = gvt_domain_edit (edited, FUZZ_VGPU, settings, NULL);
  g_assert_cmpstr (again, ==, edited);

  /* Of what had a vGPU already, strip does not give back the vGPU. */
  stripped = gvt_domain_strip (edited, FUZZ_VGPU, NULL);
  g_assert_nonnull (stripped);
  if (strcasestr (xml, FUZZ_VGPU) == NULL && strstr (xml, "gvt-manager.org") == NULL)
    g_assert_cmpstr (stripped, ==, xml);
  return 0;
}
