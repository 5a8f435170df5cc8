/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The form of an edit that a libvirt understands, from its version. Pure; any thread.
 */

#include "qemu-syntax.h"

#include "gvt-error.h"

#define FIRST_WITH_OVERRIDE 8005000

GVariant *
gvt_qemu_syntax_choose (GVariant *settings, gulong libvirt_version)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (settings);
  const char *syntax = "auto";
  GVariantDict chosen;

  g_variant_lookup (given, "qemu-syntax", "&s", &syntax);
  g_variant_dict_init (&chosen, given);
  if (libvirt_version != 0 && libvirt_version < FIRST_WITH_OVERRIDE && g_str_equal (syntax, "auto"))
    g_variant_dict_insert (&chosen, "qemu-syntax", "s", "commandline");
  return g_variant_dict_end (&chosen);
}

/* What came with which libvirt, the later first. */
static const struct {
  const char *key;
  const char *value; /* NULL: true */
  gulong since;
  const char *instead;
} attributes[] = {
  { "display", "dbus", 8004000, "take display spice-gl, spice-egl or vnc-egl" },
  { "ramfb", NULL, 5010000, "leave ramfb out, and the picture comes with the guest's own driver" },
  { "display", "spice-egl", 5000000, "take display spice-gl" },
  { "display", "vnc-egl", 5000000, "take display spice-gl" },
  { "display", "spice-gl", 4006000, "take display vnc, and draw from within the guest" },
};

static gboolean
asks_for (GVariant *settings, const char *key, const char *value)
{
  gboolean wanted = FALSE;
  const char *text = NULL;

  if (value == NULL)
    return g_variant_lookup (settings, key, "b", &wanted) && wanted;
  return g_variant_lookup (settings, key, "&s", &text) && g_str_equal (text, value);
}

static char *
print_version (gulong version)
{
  return g_strdup_printf ("%lu.%lu.%lu", version / 1000000, version / 1000 % 1000, version % 1000);
}

gboolean
gvt_qemu_syntax_check (GVariant *settings, gulong libvirt_version, GError **error)
{
  g_autofree char *here = print_version (libvirt_version);

  for (gsize i = 0; i < G_N_ELEMENTS (attributes) && libvirt_version != 0; i++) {
    g_autofree char *since = print_version (attributes[i].since);

    if (libvirt_version >= attributes[i].since ||
        !asks_for (settings, attributes[i].key, attributes[i].value))
      continue;
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_SUPPORTED,
                 "libvirt %s cannot carry %s%s%s, which came with %s: %s, or update libvirt",
                 here,
                 attributes[i].key,
                 attributes[i].value != NULL ? " " : "",
                 attributes[i].value != NULL ? attributes[i].value : "",
                 since,
                 attributes[i].instead);
    return FALSE;
  }
  return TRUE;
}
