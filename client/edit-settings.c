/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of an edit, from the command line to the bus. Main thread. Must not judge values:
 * the service knows what there is and says so.
 */

#include "edit-settings.h"

#include <string.h>

static struct {
  char *display;
  char *render_node;
  char *rom;
  char *resolution;
  char *address;
  char *qemu_syntax;
  char **workarounds;
  gboolean dma_buf;
  gboolean ramfb;
  gboolean keep_devices;
} options;

#define TEXT(name, variable, help, value)                                                          \
  {                                                                                                \
    name, 0, 0, GVT_OPTION_TEXT, &options.variable, help, value                                    \
  }
#define FLAG(name, variable, help)                                                                 \
  {                                                                                                \
    name, 0, 0, G_OPTION_ARG_NONE, &options.variable, help, NULL                                   \
  }

const GOptionEntry gvt_edit_settings_entries[] = {
  TEXT ("display", display, "none (default), spice-gl, spice-egl, vnc-egl, vnc, dbus", "HOW"),
  TEXT ("render-node", render_node, "What draws it (default: the vGPU's own GPU)", "NODE"),
  FLAG ("dma-buf", dma_buf, "Give the guest what it needs for a dma-buf display (OpRegion)"),
  FLAG ("ramfb", ramfb, "A picture before the guest's driver is up"),
  TEXT ("rom", rom, "An option ROM of the catalogue", "NAME"),
  TEXT ("resolution", resolution, "Preferred, such as 1440x900", "WxH"),
  TEXT ("address", address, "Address in the guest, such as 0000:08:00.0", "ADDRESS"),
  { "workaround",
    0,
    0,
    GVT_OPTION_TEXTS,
    &options.workarounds,
    "mesa-i965, intel-norbc; may be repeated",
    "NAME" },
  FLAG ("keep-devices", keep_devices, "Keep other graphics and video devices"),
  TEXT ("qemu-syntax", qemu_syntax, "auto (default), override, commandline", "HOW"),
  G_OPTION_ENTRY_NULL,
};

static void
insert_text (GVariantDict *dict, const char *key, const char *value)
{
  if (value != NULL)
    g_variant_dict_insert (dict, key, "s", value);
}

static void
insert_flag (GVariantDict *dict, const char *key, gboolean value)
{
  if (value)
    g_variant_dict_insert (dict, key, "b", TRUE);
}

GVariant *
gvt_edit_settings (const char *render_node)
{
  gboolean draws = options.display != NULL && strcmp (options.display, "none") != 0;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_text (&dict, "display", options.display);
  if (options.render_node != NULL)
    insert_text (&dict, "render-node", options.render_node);
  else if (draws && render_node != NULL && *render_node != '\0')
    insert_text (&dict, "render-node", render_node);
  insert_flag (&dict, "dma-buf", options.dma_buf);
  insert_flag (&dict, "ramfb", options.ramfb);
  insert_text (&dict, "rom", options.rom);
  insert_text (&dict, "resolution", options.resolution);
  insert_text (&dict, "address", options.address);
  if (options.workarounds != NULL)
    g_variant_dict_insert (&dict, "workarounds", "^as", options.workarounds);
  insert_flag (&dict, "keep-devices", options.keep_devices);
  insert_text (&dict, "qemu-syntax", options.qemu_syntax);
  return g_variant_dict_end (&dict);
}

gboolean
gvt_edit_settings_given (void)
{
  g_autoptr (GVariant) settings = g_variant_ref_sink (gvt_edit_settings (NULL));

  return g_variant_n_children (settings) > 0;
}
