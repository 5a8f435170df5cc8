/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The flags of `attach` and `edit-xml` become the settings of the bus.
 */

#include "edit-settings.h"

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
  built = g_variant_ref_sink (gvt_edit_settings (render_node));
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/edit-settings/settings", test_settings);
  return g_test_run ();
}
