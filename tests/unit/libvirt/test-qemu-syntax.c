/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which form of an edit which libvirt gets.
 */

#include "qemu-syntax.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/qemu-syntax/versions", test_versions);
  return g_test_run ();
}
