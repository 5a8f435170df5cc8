/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the properties that recipes set on QEMU's vfio-pci device, in any of QEMU's notations. What no
 * setting stands for is refused by name: dropping it silently could change what the VM is.
 * Pure; any thread.
 */

#include "legacy-property.h"

#include <string.h>

#include "gvt-error.h"
#include "qemu-properties.h"

static gboolean
refuse (GError **error, const char *name, const char *value, const char *advice)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_NOT_SUPPORTED,
               "the domain's own recipe sets %.60s=%.120s: %s",
               name,
               value,
               advice);
  return FALSE;
}

/* QEMU's booleans. */
static gboolean
read_boolean (const char *value, gboolean *result)
{
  static const char *const yes[] = { "on", "yes", "true", "y", NULL };
  static const char *const no[] = { "off", "no", "false", "n", NULL };

  *result = g_strv_contains (yes, value);
  return *result || g_strv_contains (no, value);
}

static gboolean
read_number (const char *value, guint *result)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (value, 10, 1, 16384, &number, NULL))
    return FALSE;

  *result = (guint) number;
  return TRUE;
}

static gboolean
read_display (GvtLegacyReading *reading, const char *value)
{
  gboolean on = FALSE;

  if (!read_boolean (value, &on))
    return FALSE;

  reading->display = on;
  return TRUE;
}

static gboolean
read_ramfb (GvtLegacyReading *reading, const char *value)
{
  return read_boolean (value, &reading->settings->ramfb);
}

static gboolean
read_opregion (GvtLegacyReading *reading, const char *value)
{
  return read_boolean (value, &reading->settings->dma_buf);
}

/* libvirt picks the driver itself: nohotplug goes with ramfb. */
static gboolean
read_driver (GvtLegacyReading *reading, const char *value)
{
  return g_str_equal (value, "vfio-pci") || g_str_equal (value, "vfio-pci-nohotplug");
}

static gboolean
read_rom (GvtLegacyReading *reading, const char *value)
{
  g_autofree char *folder = g_path_get_dirname (value);
  g_autofree char *name = g_path_get_basename (value);
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GvtDomainSettings) checked = NULL;

  if (!g_str_equal (folder, GVT_ROM_FOLDER))
    return FALSE;

  settings = g_variant_ref_sink (g_variant_new_parsed ("{'rom': <%s>}", name));
  checked = gvt_domain_settings_from_variant (settings, NULL);
  if (checked == NULL)
    return FALSE;

  g_free (reading->settings->rom);
  reading->settings->rom = g_steal_pointer (&checked->rom);
  return TRUE;
}

static gboolean
read_width (GvtLegacyReading *reading, const char *value)
{
  return read_number (value, &reading->settings->width);
}

static gboolean
read_height (GvtLegacyReading *reading, const char *value)
{
  return read_number (value, &reading->settings->height);
}

static gboolean
read_sysfs_device (GvtLegacyReading *reading, const char *value)
{
  g_autofree char *uuid = g_path_get_basename (value);

  if (!g_str_has_prefix (value, "/sys/") || !g_uuid_string_is_valid (uuid))
    return FALSE;

  g_free (reading->uuid);
  reading->uuid = g_ascii_strdown (uuid, -1);
  return TRUE;
}

/* `SLOT` or `SLOT.FUNCTION`, hexadecimal. */
static gboolean
read_address (GvtLegacyReading *reading, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, ".", 2);
  const char *digits = parts[0] == NULL                    ? ""
                       : g_str_has_prefix (parts[0], "0x") ? parts[0] + 2
                                                           : parts[0];
  guint64 slot = 0;
  guint64 function = 0;

  if (!g_ascii_string_to_unsigned (digits, 16, 1, 0x1f, &slot, NULL) ||
      (parts[1] != NULL && !g_ascii_string_to_unsigned (parts[1], 16, 0, 7, &function, NULL)))
    return FALSE;

  reading->settings->has_address = TRUE;
  reading->settings->address.slot = (guint) slot;
  reading->settings->address.function = (guint) function;
  return TRUE;
}

static gboolean
read_bus (GvtLegacyReading *reading, const char *value)
{
  return g_str_equal (value, "pci.0") || g_str_equal (value, "pcie.0");
}

static gboolean
read_nothing (GvtLegacyReading *reading, const char *value)
{
  return TRUE;
}

static const struct {
  const char *name;
  gboolean (*read) (GvtLegacyReading *reading, const char *value);
  const char *advice;
} properties[] = {
  { "display", read_display, "only on and off have a setting; change it or remove it" },
  { "ramfb", read_ramfb, "only on and off are known; change it or remove it" },
  { "x-igd-opregion", read_opregion, "only on and off are known; change it or remove it" },
  { "driver", read_driver, "no setting stands for another driver; remove it" },
  { "romfile",
    read_rom,
    "it is not in the ROM catalogue, " GVT_ROM_FOLDER
    "; install it with 'gvt-client rom install' and give its path there" },
  { "xres", read_width, "a resolution is a number from 1 to 16384" },
  { "yres", read_height, "a resolution is a number from 1 to 16384" },
  { "sysfsdev", read_sysfs_device, "it names no mediated device" },
  { "id", read_nothing, "" },
  { "bus", read_bus, "only an address on the first bus is known; remove it" },
  { "addr", read_address, "it is no slot; remove it" },
};

gboolean
gvt_legacy_read_property (GvtLegacyReading *reading,
                          const char *name,
                          const char *value,
                          GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++) {
    if (g_str_equal (name, properties[i].name))
      return properties[i].read (reading, value) ||
             refuse (error, name, value, properties[i].advice);
  }

  return refuse (error, name, value, "no setting stands for it; remove it by hand first");
}

gboolean
gvt_legacy_read_device (GvtLegacyReading *reading, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (gsize i = 1; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');

    if (equals == NULL)
      return refuse (error, parts[i], "on", "no setting stands for it; remove it by hand first");

    *equals = '\0';
    if (!gvt_legacy_read_property (reading, parts[i], equals + 1, error))
      return FALSE;
  }
  return TRUE;
}
