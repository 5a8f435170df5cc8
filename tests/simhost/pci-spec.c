/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads a PCI device's description from the command line. Pure, one thread.
 */
#include "pci.h"

#include <gio/gio.h>
#include <string.h>

typedef enum {
  VALUE_NUMBER,
  VALUE_BOOLEAN,
  VALUE_STRING,
} ValueKind;

static const struct {
  const char *key;
  ValueKind kind;
  gsize offset;
  guint64 least;
  guint64 most;
} keys[] = {
  { "vendor", VALUE_NUMBER, G_STRUCT_OFFSET (SimPciSpec, vendor), 0, 0xffff },
  { "device", VALUE_NUMBER, G_STRUCT_OFFSET (SimPciSpec, device), 0, 0xffff },
  { "class", VALUE_NUMBER, G_STRUCT_OFFSET (SimPciSpec, class_code), 0, 0xffffff },
  { "aperture", VALUE_NUMBER, G_STRUCT_OFFSET (SimPciSpec, aperture), 128, 2048 },
  { "instances", VALUE_NUMBER, G_STRUCT_OFFSET (SimPciSpec, instances), 1, 100000 },
  { "boot_vga", VALUE_BOOLEAN, G_STRUCT_OFFSET (SimPciSpec, boot_vga), 0, 1 },
  { "driver", VALUE_STRING, G_STRUCT_OFFSET (SimPciSpec, driver), 0, 0 },
};

static gboolean
read_number (const char *text, guint64 least, guint64 most, guint64 *number, GError **error)
{
  gboolean hex = g_str_has_prefix (text, "0x");

  return g_ascii_string_to_unsigned (hex ? text + 2 : text,
                                     hex ? 16 : 10,
                                     least,
                                     most,
                                     number,
                                     error);
}

static gboolean
set_generation (SimPciSpec *spec, const char *value, GError **error)
{
  if (g_str_equal (value, "V4") || g_str_equal (value, "V5")) {
    spec->generation = value[1] - '0';
    return TRUE;
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "gen is V4 or V5, not '%s'", value);
  return FALSE;
}

static gboolean
set_value (SimPciSpec *spec, const char *key, const char *value, GError **error)
{
  guint64 number;
  gsize i;

  if (g_str_equal (key, "gen"))
    return set_generation (spec, value, error);

  for (i = 0; i < G_N_ELEMENTS (keys); i++) {
    gpointer field = (char *) spec + keys[i].offset;

    if (!g_str_equal (key, keys[i].key))
      continue;
    if (keys[i].kind == VALUE_STRING) {
      g_free (spec->driver);
      spec->driver = *value != '\0' ? g_strdup (value) : NULL;
      return TRUE;
    }
    if (!read_number (value, keys[i].least, keys[i].most, &number, error)) {
      g_prefix_error (error, "%s: ", key);
      return FALSE;
    }
    *(guint *) field = number;
    return TRUE;
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no key '%s'", key);
  return FALSE;
}

SimPciSpec *
sim_pci_spec_parse (const char *text, const SimPciSpec *defaults, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  g_autoptr (SimPciSpec) spec = g_memdup2 (defaults, sizeof *defaults);
  char **part;

  spec->driver = g_strdup (defaults->driver);
  spec->address = g_strdup (parts[0] != NULL ? parts[0] : "");
  if (!g_regex_match_simple ("^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]$",
                             spec->address,
                             0,
                             0)) {
    g_set_error (error,
                 G_IO_ERROR,
                 G_IO_ERROR_INVALID_ARGUMENT,
                 "'%s' is not a PCI address like 0000:00:02.0",
                 spec->address);
    return NULL;
  }
  for (part = parts + 1; *part != NULL; part++) {
    char *equals = strchr (*part, '=');

    if (equals != NULL)
      *equals = '\0';
    if (!set_value (spec, *part, equals != NULL ? equals + 1 : "1", error))
      return NULL;
  }
  return g_steal_pointer (&spec);
}

void
sim_pci_spec_free (SimPciSpec *spec)
{
  g_free (spec->address);
  g_free (spec->driver);
  g_free (spec);
}
