/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Properties of QEMU's vfio-pci device and variables of its environment, from settings. Pure.
 */

#include "qemu-properties.h"

static void
property_free (gpointer data)
{
  GvtQemuProperty *property = data;

  g_free (property->name);
  g_free (property->type);
  g_free (property->value);
  g_free (property->global);
  g_free (property);
}

/* @plain: the value as QEMU's command line has it, where booleans are on and off. */
static void
add (GPtrArray *properties, const char *name, const char *type, char *value, const char *plain)
{
  GvtQemuProperty *property = g_new0 (GvtQemuProperty, 1);

  property->name = g_strdup (name);
  property->type = g_strdup (type);
  property->value = value;
  property->global = g_strdup_printf ("vfio-pci.%s=%s", name, plain != NULL ? plain : value);
  g_ptr_array_add (properties, property);
}

GPtrArray *
gvt_qemu_properties_new (const GvtDomainSettings *settings)
{
  GPtrArray *properties = g_ptr_array_new_with_free_func (property_free);

  /* libvirt takes true and false for a bool, and QEMU dies of a string in its place. */
  if (settings->dma_buf)
    add (properties, "x-igd-opregion", "bool", g_strdup ("true"), "on");
  if (settings->rom != NULL)
    add (properties,
         "romfile",
         "string",
         g_strconcat (GVT_ROM_FOLDER "/", settings->rom, NULL),
         NULL);
  if (settings->width != 0) {
    add (properties, "xres", "unsigned", g_strdup_printf ("%u", settings->width), NULL);
    add (properties, "yres", "unsigned", g_strdup_printf ("%u", settings->height), NULL);
  }
  return properties;
}

GArray *
gvt_qemu_variables_new (const GvtDomainSettings *settings)
{
  static const GvtQemuVariable i965 = { "MESA_LOADER_DRIVER_OVERRIDE", "i965" };
  static const GvtQemuVariable norbc = { "INTEL_DEBUG", "norbc" };
  GArray *variables = g_array_new (FALSE, FALSE, sizeof (GvtQemuVariable));

  if (settings->workarounds & GVT_WORKAROUND_MESA_I965)
    g_array_append_val (variables, i965);
  if (settings->workarounds & GVT_WORKAROUND_INTEL_NORBC)
    g_array_append_val (variables, norbc);
  return variables;
}

gboolean
gvt_qemu_uses_override (const GvtDomainSettings *settings)
{
  return settings->qemu_syntax != GVT_QEMU_SYNTAX_COMMANDLINE;
}
