/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The form of an edit that a libvirt understands, from its version. Pure; any thread.
 */

#include "qemu-syntax.h"

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
