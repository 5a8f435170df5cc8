/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which form of an edit which libvirt gets.
 */

#include "qemu-syntax.h"

#include "gvt-error.h"

static const struct {
  gulong version;
  const char *settings;
  const char *chosen; /* NULL: as it was */
} cases[] = {
  { 4006000, "{'dma-buf': <true>}", "commandline" },
  { 6000000, "{'dma-buf': <true>}", "commandline" },
  { 8000000, "{'dma-buf': <true>}", "commandline" },
  { 8004000, "{'dma-buf': <true>}", "commandline" },
  { 8004999, "{'qemu-syntax': <'auto'>}", "commandline" },
  { 8004000, "{'qemu-syntax': <'override'>}", "override" },
  { 8004000, "{}", "commandline" },
  { 8005000, "{'dma-buf': <true>}", NULL },
  { 8005000, "{'qemu-syntax': <'auto'>}", "auto" },
  { 9000000, "{'qemu-syntax': <'commandline'>}", "commandline" },
  { 11003000, "{}", NULL },
  { 0, "{}", NULL },
};

static void
test_versions (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GVariant) before = NULL;
    g_autoptr (GVariant) after = NULL;
    const char *chosen = NULL;

    before = g_variant_ref_sink (
        g_variant_parse (G_VARIANT_TYPE_VARDICT, cases[i].settings, NULL, NULL, NULL));
    after = g_variant_ref_sink (gvt_qemu_syntax_choose (g_variant_ref (before), cases[i].version));
    g_variant_lookup (after, "qemu-syntax", "&s", &chosen);
    g_assert_cmpstr (chosen, ==, cases[i].chosen);
    g_assert_true (g_variant_lookup (after, "dma-buf", "b", NULL) ==
                   g_variant_lookup (before, "dma-buf", "b", NULL));
  }
}

static const struct {
  gulong version;
  const char *settings;
  const char *refusal; /* NULL: none */
} attributes[] = {
  { 4006000, "{'display': <'spice-gl'>}", NULL },
  { 4005000, "{'display': <'spice-gl'>}", "libvirt 4.5.0 cannot carry display spice-gl*4.6.0*" },
  { 4005000, "{'display': <'vnc'>, 'dma-buf': <true>}", NULL },
  { 4006000, "{'display': <'vnc-egl'>}", "*display vnc-egl, which came with 5.0.0: take*" },
  { 4010000, "{'display': <'spice-egl'>}", "*display spice-egl, which came with 5.0.0: take*" },
  { 5000000, "{'display': <'vnc-egl'>}", NULL },
  { 5009000, "{'display': <'spice-gl'>, 'ramfb': <true>}", "*ramfb*5.10.0: leave ramfb out*" },
  { 5009000, "{'display': <'spice-gl'>, 'ramfb': <false>}", NULL },
  { 5010000, "{'display': <'spice-gl'>, 'ramfb': <true>}", NULL },
  { 6000000, "{'display': <'dbus'>, 'ramfb': <true>}", "*display dbus, which came with 8.4.0*" },
  { 8003000, "{'display': <'dbus'>}", "libvirt 8.3.0 cannot carry display dbus*" },
  { 8004000, "{'display': <'dbus'>, 'ramfb': <true>}", NULL },
  { 0, "{'display': <'dbus'>, 'ramfb': <true>}", NULL },
};

static void
test_attributes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (attributes); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) settings = NULL;
    gboolean good;

    settings = g_variant_ref_sink (
        g_variant_parse (G_VARIANT_TYPE_VARDICT, attributes[i].settings, NULL, NULL, NULL));
    good = gvt_qemu_syntax_check (settings, attributes[i].version, &error);
    g_assert_true (good == (attributes[i].refusal == NULL));
    if (good) {
      g_assert_no_error (error);
      continue;
    }
    g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_SUPPORTED);
    g_assert_true (g_pattern_match_simple (attributes[i].refusal, error->message));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/qemu-syntax/versions", test_versions);
  g_test_add_func ("/qemu-syntax/attributes", test_attributes);
  return g_test_run ();
}
