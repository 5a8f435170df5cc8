/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The flags of `attach` and `edit-xml` become the settings of the bus.
 */

#include "edit-settings.h"
#include "gvt-error.h"
#include "presets.h"

#include <string.h>

static char *
settings (const char *line, const char *render_node)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GVariant) built = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, gvt_edit_settings_entries, NULL);
  g_option_context_parse_strv (context, &words, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (words), ==, 1);
  built = gvt_edit_settings (render_node, &error);
  g_assert_no_error (error);
  g_variant_ref_sink (built);
  return g_variant_print (built, TRUE);
}

/* The options stay what they were, so that each step adds to the last. */
static void
test_settings (void)
{
  static const char *const parts[] = {
    "'dma-buf': <true>",
    "'ramfb': <true>",
    "'rom': <'größe'>",
    "'resolution': <'1440x900'>",
    "'address': <'0000:08:00.0'>",
    "'workarounds': <['mesa-i965', 'intel-norbc']>",
    "'keep-devices': <true>",
    "'qemu-syntax': <'override'>",
  };
  g_autofree char *none = settings ("edit-xml", "/dev/dri/x");
  gboolean given_before = gvt_edit_settings_given ();
  g_autofree char *display = settings ("edit-xml --display spice-gl", "/dev/dri/x");
  g_autofree char *own_node = settings ("edit-xml --render-node /dev/dri/y", "/dev/dri/x");
  g_autofree char *all = settings ("edit-xml --dma-buf --ramfb --rom größe --resolution 1440x900 "
                                   "--address 0000:08:00.0 --workaround mesa-i965 "
                                   "--workaround intel-norbc --keep-devices "
                                   "--qemu-syntax override",
                                   NULL);

  g_assert_cmpstr (none, ==, "@a{sv} {}");
  g_assert_false (given_before);
  g_assert_true (gvt_edit_settings_given ());
  g_assert_cmpstr (display, ==, "{'display': <'spice-gl'>, 'render-node': <'/dev/dri/x'>}");
  g_assert_cmpstr (own_node, ==, "{'display': <'spice-gl'>, 'render-node': <'/dev/dri/y'>}");
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    g_assert_nonnull (g_strstr_len (all, -1, parts[i]));
}

static const struct {
  const char *name;
  const char *line;
  const char *settings;
} lines[] = {
  { "windows-uefi",
    "attach --preset windows-uefi",
    "{'display': <'spice-gl'>, 'dma-buf': <true>, 'ramfb': <true>, 'rom': "
    "<'vbios_gvt_uefi.rom'>}" },
  { "windows-bios",
    "attach --preset windows-bios",
    "{'display': <'spice-gl'>, 'dma-buf': <true>, 'ramfb': <true>}" },
  { "linux", "attach --preset linux", "{'display': <'spice-gl'>, 'ramfb': <true>}" },
  { "rdp", "attach --preset rdp", "{'display': <'vnc'>}" },
  { "looking-glass", "attach --preset looking-glass", "@a{sv} {}" },
  { "flags-first",
    "attach --preset windows-uefi --display vnc-egl --rom mine.rom",
    "{'display': <'vnc-egl'>, 'dma-buf': <true>, 'ramfb': <true>, 'rom': <'mine.rom'>}" },
  { "less",
    "attach --preset windows-uefi --no-rom --no-ramfb --no-dma-buf",
    "{'display': <'spice-gl'>}" },
};

/* In a process of its own: the options begin as if nothing had been said. */
static void
test_preset (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *text = NULL;
  g_autoptr (GVariant) built = NULL;
  g_autoptr (GVariant) wanted = NULL;
  GVariantIter iter;
  const char *key = NULL;
  GVariant *entry = NULL;

  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    return;
  }

  text = settings (lines[i].line, NULL);
  built = g_variant_parse (NULL, text, NULL, NULL, NULL);
  wanted = g_variant_parse (NULL, lines[i].settings, NULL, NULL, NULL);
  g_assert_true (gvt_edit_settings_given ());
  g_assert_cmpuint (g_variant_n_children (built), ==, g_variant_n_children (wanted));
  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &entry)) {
    g_autoptr (GVariant) value = entry;
    g_autoptr (GVariant) same = g_variant_lookup_value (built, key, NULL);

    g_assert_true (same != NULL && g_variant_equal (value, same));
  }
}

/* Every preset there is has a line above. */
static void
test_presets (void)
{
  gsize i = 0;

  for (const GvtPreset *preset = gvt_presets (); preset->name != NULL; preset++)
    g_assert_cmpstr (preset->name, ==, lines[i++].name);
}

static void
test_no_such_preset (void)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) words = g_strsplit ("attach --preset windows", " ", -1);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, gvt_edit_settings_entries, NULL);
  g_option_context_parse_strv (context, &words, &error);
  g_assert_no_error (error);
  g_assert_null (gvt_edit_settings (NULL, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "windows-uefi, windows-bios"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/edit-settings/settings", test_settings);
  g_test_add_func ("/client/edit-settings/presets", test_presets);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autofree char *path = g_strconcat ("/client/edit-settings/preset/", lines[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_preset);
  }
  g_test_add_func ("/client/edit-settings/no-such-preset", test_no_such_preset);
  return g_test_run ();
}
