/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of an edit, from the command line to the bus. Main thread. Must not judge values:
 * the service knows what there is and says so.
 */

#include "edit-settings.h"

#include "presets.h"
#include "terminal.h"

#include <string.h>

static struct {
  char *preset;
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
  gboolean no_dma_buf;
  gboolean no_ramfb;
  gboolean no_rom;
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
  TEXT ("preset",
        preset,
        N_ (N_ (N_ ("windows-uefi, windows-bios, linux, rdp, looking-glass: settings by name"))),
        "NAME"),
  TEXT ("display",
        display,
        N_ (N_ (N_ ("none (default), spice-gl, spice-egl, vnc-egl, vnc, dbus"))),
        "HOW"),
  TEXT ("render-node",
        render_node,
        N_ (N_ (N_ ("What draws it (default: the vGPU's own GPU)"))),
        "NODE"),
  FLAG ("dma-buf",
        dma_buf,
        N_ (N_ (N_ ("Give the guest what it needs for a dma-buf display (OpRegion)")))),
  FLAG ("ramfb", ramfb, N_ (N_ (N_ ("A picture before the guest's driver is up")))),
  TEXT ("rom", rom, N_ (N_ (N_ ("An option ROM of the catalogue"))), "NAME"),
  TEXT ("resolution", resolution, N_ (N_ (N_ ("Preferred, such as 1440x900"))), "WxH"),
  TEXT ("address", address, N_ (N_ (N_ ("Address in the guest, such as 0000:08:00.0"))), "ADDRESS"),
  { "workaround",
    0,
    0,
    GVT_OPTION_TEXTS,
    &options.workarounds,
    N_ ("mesa-i965, intel-norbc; may be repeated"),
    "NAME" },
  FLAG ("keep-devices", keep_devices, N_ (N_ (N_ ("Keep other graphics and video devices")))),
  FLAG ("no-dma-buf", no_dma_buf, N_ (N_ (N_ ("Without the preset's")))),
  FLAG ("no-ramfb", no_ramfb, N_ (N_ (N_ ("Without the preset's")))),
  FLAG ("no-rom", no_rom, N_ (N_ (N_ ("Without the preset's")))),
  TEXT ("qemu-syntax", qemu_syntax, N_ (N_ (N_ ("auto (default), override, commandline"))), "HOW"),
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

/* Sets what the command line says; what it says of a preset's settings comes before those. */
static void
insert_flags (GVariantDict *dict)
{
  insert_text (dict, "display", options.display);
  insert_text (dict, "render-node", options.render_node);
  insert_flag (dict, "dma-buf", options.dma_buf);
  insert_flag (dict, "ramfb", options.ramfb);
  insert_text (dict, "rom", options.rom);
  insert_text (dict, "resolution", options.resolution);
  insert_text (dict, "address", options.address);
  if (options.workarounds != NULL)
    g_variant_dict_insert (dict, "workarounds", "^as", options.workarounds);
  insert_flag (dict, "keep-devices", options.keep_devices);
  insert_text (dict, "qemu-syntax", options.qemu_syntax);
  if (options.no_dma_buf)
    g_variant_dict_remove (dict, "dma-buf");
  if (options.no_ramfb)
    g_variant_dict_remove (dict, "ramfb");
  if (options.no_rom)
    g_variant_dict_remove (dict, "rom");
}

static gboolean
draws (GVariantDict *dict)
{
  const char *display = "none";

  g_variant_dict_lookup (dict, "display", "&s", &display);
  return strcmp (display, "none") != 0 && strcmp (display, "vnc") != 0;
}

GVariant *
gvt_edit_settings (const char *render_node, GError **error)
{
  g_autoptr (GVariant) preset = NULL;
  GVariantDict dict;

  if (options.preset != NULL) {
    preset = gvt_preset_settings (options.preset, error);
    if (preset == NULL)
      return NULL;
  }
  g_variant_dict_init (&dict, preset);
  insert_flags (&dict);
  if (draws (&dict) && !g_variant_dict_contains (&dict, "render-node") && render_node != NULL &&
      *render_node != '\0')
    insert_text (&dict, "render-node", render_node);
  return g_variant_dict_end (&dict);
}

gboolean
gvt_edit_settings_given (void)
{
  g_autoptr (GVariant) flags = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_flags (&dict);
  flags = g_variant_ref_sink (g_variant_dict_end (&dict));
  return options.preset != NULL || options.no_dma_buf || options.no_ramfb || options.no_rom ||
         g_variant_n_children (flags) > 0;
}

static void
append_as_flag (GString *line, const char *key, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    g_string_append_printf (line, " --%s %s", key, g_variant_get_string (value, NULL));
  else
    g_string_append_printf (line, " --%s", key);
}

void
gvt_edit_settings_tell_preset (const GvtClient *client)
{
  g_autoptr (GVariant) preset = options.preset != NULL ? gvt_preset_settings (options.preset, NULL)
                                                       : NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  GVariantIter iter;
  const char *key = NULL;
  GVariant *entry = NULL;

  if (preset == NULL)
    return;
  g_variant_iter_init (&iter, preset);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &entry)) {
    g_autoptr (GVariant) value = entry;

    append_as_flag (line, key, value);
  }
  gvt_terminal_talk (client,
                     _ ("--preset %s stands for%s"),
                     options.preset,
                     line->len > 0 ? line->str : _ (" no settings"));
}
