/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of an edit: what is taken, what is refused and how it says so.
 */

#include "fixtures.h"
#include "gvt-error.h"

#include <string.h>

static const struct {
  const char *settings;
  const char *part;
} refused[] = {
  { "{'displays': <'none'>}", "there is no setting 'displays'; there are address, display" },
  { "{'display': <true>}", "setting 'display' must be a string, not of type 'b'" },
  { "{'display': <'gtk'>}", "'gtk': it may be none, spice-gl, spice-egl, vnc-egl, vnc or dbus" },
  { "{'display': <''>}", "setting 'display' cannot be ''" },
  { "{'ramfb': <'on'>}", "setting 'ramfb' must be a boolean, not of type 's'" },
  { "{'dma-buf': <1>}", "setting 'dma-buf' must be a boolean" },
  { "{'keep-devices': <'yes'>}", "setting 'keep-devices' must be a boolean" },
  { "{'render-node': <'/dev/dri/card0'>}", "/dev/dri/renderDN" },
  { "{'render-node': <'/dev/dri/renderD'>}", "render-node" },
  { "{'render-node': <'/dev/dri/renderD128x'>}", "render-node" },
  { "{'render-node': <'/dev/dri/by-path/../../sda'>}", "render-node" },
  { "{'render-node': <'/dev/dri/by-path/a/b'>}", "render-node" },
  { "{'render-node': <\"/dev/dri/by-path/x' y='\">}", "render-node" },
  { "{'render-node': <'renderD128'>}", "render-node" },
  { "{'rom': <'/usr/share/vgabios/x.rom'>}", "rom" },
  { "{'rom': <'../x.rom'>}", "rom" },
  { "{'rom': <'.hidden'>}", "rom" },
  { "{'rom': <''>}", "rom" },
  { "{'rom': <'a b'>}", "rom" },
  { "{'resolution': <'1440'>}", "1440x900" },
  { "{'resolution': <'1440x'>}", "resolution" },
  { "{'resolution': <'x900'>}", "resolution" },
  { "{'resolution': <'1440x900x1'>}", "resolution" },
  { "{'resolution': <'-1440x900'>}", "resolution" },
  { "{'resolution': <'1e3x900'>}", "resolution" },
  { "{'resolution': <'99999999999999999999x900'>}", "resolution" },
  { "{'address': <'08:00.0'>}", "DDDD:BB:SS.F" },
  { "{'address': <'0000:08:20.0'>}", "address" },
  { "{'address': <'0000:08:00.8'>}", "address" },
  { "{'address': <'0000:0g:00.0'>}", "address" },
  { "{'address': <'0000:00:00.0'>}", "address" },
  { "{'address': <'0000-00-02.0'>}", "address" },
  { "{'workarounds': <'mesa-i965'>}", "setting 'workarounds' must be a list of strings" },
  { "{'workarounds': <['mesa-i965', 'x']>}", "cannot hold 'x'" },
  { "{'workarounds': <['mesa-i965', 'intel-norbc', 'mesa-i965']>}", "more than there are" },
  { "{'qemu-syntax': <'set'>}", "auto, override or commandline" },
};

static void
test_refused (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GVariant) variant =
      g_variant_parse (G_VARIANT_TYPE_VARDICT, refused[i].settings, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (variant);
  g_assert_null (gvt_domain_settings_from_variant (variant, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, refused[i].part));
}

/* Everything there is, in the order it is written in. */
static const char everything[] =
    "{'display': <'dbus'>, 'render-node': <'/dev/dri/renderD128'>, 'dma-buf': <true>, "
    "'ramfb': <true>, 'keep-devices': <true>, 'rom': <'vbios_gvt_uefi.rom'>, "
    "'resolution': <'1440x900'>, 'address': <'0000:08:1f.7'>, "
    "'workarounds': <['mesa-i965', 'intel-norbc']>, 'qemu-syntax': <'commandline'>}";

static void
test_there_and_back (void)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings (everything);
  g_autoptr (GVariant) variant = g_variant_ref_sink (gvt_domain_settings_to_variant (settings));
  g_autofree char *text = g_variant_print (variant, FALSE);

  g_assert_cmpstr (text, ==, everything);
  g_assert_cmpint (settings->display, ==, GVT_DISPLAY_DBUS);
  g_assert_cmpuint (settings->width, ==, 1440);
  g_assert_cmpuint (settings->height, ==, 900);
  g_assert_cmpuint (settings->address.bus, ==, 8);
  g_assert_cmpuint (settings->address.slot, ==, 0x1f);
  g_assert_cmpuint (settings->address.function, ==, 7);
}

/* Values that are the default say nothing. */
static void
test_defaults (void)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings (
      "{'display': <'none'>, 'ramfb': <false>, 'qemu-syntax': <'auto'>, "
      "'workarounds': <@as []>}");
  g_autoptr (GvtDomainSettings) none = gvt_domain_settings_from_variant (NULL, NULL);
  g_autoptr (GVariant) variant = g_variant_ref_sink (gvt_domain_settings_to_variant (settings));
  g_autoptr (GVariant) of_none = g_variant_ref_sink (gvt_domain_settings_to_variant (none));

  g_assert_cmpuint (g_variant_n_children (variant), ==, 0);
  g_assert_cmpuint (g_variant_n_children (of_none), ==, 0);
}

/* A display that draws nothing has no use for a render node, whoever filled it in. */
static void
test_unused_render_node (void)
{
  g_autoptr (GvtDomainSettings) none = fixture_settings (
      "{'render-node': <'/dev/dri/renderD128'>}");
  g_autoptr (GvtDomainSettings) vnc = fixture_settings (
      "{'display': <'vnc'>, 'render-node': <'/dev/dri/renderD128'>}");
  g_autoptr (GvtDomainSettings) dbus = fixture_settings (
      "{'render-node': <'/dev/dri/renderD128'>, 'display': <'dbus'>}");

  g_assert_null (none->render_node);
  g_assert_null (vnc->render_node);
  g_assert_cmpstr (dbus->render_node, ==, "/dev/dri/renderD128");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *path = g_strdup_printf ("/settings/refused/%" G_GSIZE_FORMAT, i);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused);
  }
  g_test_add_func ("/settings/there-and-back", test_there_and_back);
  g_test_add_func ("/settings/defaults", test_defaults);
  g_test_add_func ("/settings/unused-render-node", test_unused_render_node);

  return g_test_run ();
}
