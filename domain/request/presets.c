/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The recipes that people ask for by name, as settings. Needs GLib alone. Pure; any thread.
 */

#include "presets.h"

#include "gvt-error.h"

static const GvtPreset presets[] = {
  { "windows-uefi",
    "a picture from the firmware's first line on: ROM, RAMFB, then the guest's driver by DMA-BUF",
    "{'display': <'spice-gl'>, 'dma-buf': <true>, 'ramfb': <true>, "
    "'rom': <'vbios_gvt_uefi.rom'>}" },
  { "windows-bios",
    "RAMFB until the guest's driver takes over by DMA-BUF",
    "{'display': <'spice-gl'>, 'dma-buf': <true>, 'ramfb': <true>}" },
  { "linux",
    "RAMFB until the guest's driver takes over",
    "{'display': <'spice-gl'>, 'ramfb': <true>}" },
  { "rdp",
    "an emulated card in VNC for setting up, the vGPU for the guest's own remote desktop",
    "{'display': <'vnc'>}" },
  { "looking-glass",
    "the displays stay as they are, the vGPU is for a program in the guest that copies its picture",
    "{}" },
  { NULL, NULL, NULL },
};

const GvtPreset *
gvt_presets (void)
{
  return presets;
}

GVariant *
gvt_preset_settings (const char *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (gsize i = 0; presets[i].name != NULL; i++) {
    if (g_str_equal (name, presets[i].name))
      return g_variant_parse (G_VARIANT_TYPE_VARDICT, presets[i].settings, NULL, NULL, error);
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", presets[i].name);
  }

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "there is no preset '%.60s'; there are %s",
               name,
               names->str);
  return NULL;
}
