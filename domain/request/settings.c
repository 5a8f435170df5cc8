/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of an edit, from the bus and back. Everything a caller may write is checked here, so
 * that the rest of the folder can trust it. Needs GLib alone: the service uses it without libxml2.
 * Pure.
 */

#include "settings.h"

#include "gvt-error.h"

#include <string.h>

/* Values by their enumeration's number. */
static const char *const display_names[] = { "none", "spice-gl", "spice-egl", "vnc-egl",
                                             "vnc",  "dbus",     NULL };
static const char *const syntax_names[] = { "auto", "override", "commandline", NULL };

/* Values by their bit's number. */
static const char *const workaround_names[] = { "mesa-i965", "intel-norbc", NULL };

typedef gboolean (*ParseString) (GvtDomainSettings *self, const char *value);

static gboolean
parse_name (const char *value, const char *const *names, guint *number)
{
  for (guint i = 0; names[i] != NULL; i++) {
    if (g_str_equal (value, names[i])) {
      *number = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
parse_display (GvtDomainSettings *self, const char *value)
{
  guint number = 0;
  gboolean known = parse_name (value, display_names, &number);

  self->display = (GvtDisplay) number;
  return known;
}

static gboolean
parse_qemu_syntax (GvtDomainSettings *self, const char *value)
{
  guint number = 0;
  gboolean known = parse_name (value, syntax_names, &number);

  self->qemu_syntax = (GvtQemuSyntax) number;
  return known;
}

/* Only names the kernel and udev give: the value becomes a path that QEMU opens. */
static gboolean
parse_render_node (GvtDomainSettings *self, const char *value)
{
  static const char by_path[] = "/dev/dri/by-path/";
  static const char by_number[] = "/dev/dri/renderD";
  static const char name_characters[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ":.-_";
  const char *rest = NULL;
  const char *permitted = NULL;

  if (g_str_has_prefix (value, by_path)) {
    rest = value + strlen (by_path);
    permitted = name_characters;
  } else if (g_str_has_prefix (value, by_number)) {
    rest = value + strlen (by_number);
    permitted = G_CSET_DIGITS;
  }

  if (rest == NULL || *rest == '\0' || *rest == '.' || strlen (rest) > 64 ||
      strspn (rest, permitted) != strlen (rest))
    return FALSE;

  g_free (self->render_node);
  self->render_node = g_strdup (value);
  return TRUE;
}

static gboolean
parse_rom (GvtDomainSettings *self, const char *value)
{
  static const char permitted[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-";

  if (*value == '\0' || *value == '.' || strlen (value) > 64 ||
      strspn (value, permitted) != strlen (value))
    return FALSE;

  g_free (self->rom);
  self->rom = g_strdup (value);
  return TRUE;
}

/* EDID and GVT-g's types end far below 16384; the type's own limit is not known here. */
static gboolean
parse_resolution (GvtDomainSettings *self, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (value, "x", 3);
  guint64 width = 0;
  guint64 height = 0;

  if (g_strv_length (parts) != 2 ||
      !g_ascii_string_to_unsigned (parts[0], 10, 320, 16384, &width, NULL) ||
      !g_ascii_string_to_unsigned (parts[1], 10, 200, 16384, &height, NULL))
    return FALSE;

  self->width = (guint) width;
  self->height = (guint) height;
  return TRUE;
}

/* Slot 0 of bus 0 is the host bridge on every machine libvirt makes for x86. */
static gboolean
parse_address (GvtDomainSettings *self, const char *value)
{
  self->has_address = gvt_pci_address_parse (value, &self->address);
  return self->has_address && (self->address.bus != 0 || self->address.slot != 0);
}

static const struct {
  const char *key;
  ParseString parse;
  const char *permitted;
} string_settings[] = {
  { "display", parse_display, "none, spice-gl, spice-egl, vnc-egl, vnc or dbus" },
  { "render-node",
    parse_render_node,
    "/dev/dri/by-path/NAME or /dev/dri/renderDN, as in /dev/dri/by-path/pci-0000:00:02.0-render" },
  { "rom", parse_rom, "the name of a ROM in the catalogue: letters, digits, '.', '_', '-'" },
  { "resolution", parse_resolution, "WIDTHxHEIGHT, as in 1440x900" },
  { "address",
    parse_address,
    "a guest PCI address DDDD:BB:SS.F, as in 0000:00:02.0; not 00 for both bus and slot" },
  { "qemu-syntax", parse_qemu_syntax, "auto, override or commandline" },
};

static const struct {
  const char *key;
  gsize offset;
} boolean_settings[] = {
  { "dma-buf", G_STRUCT_OFFSET (GvtDomainSettings, dma_buf) },
  { "ramfb", G_STRUCT_OFFSET (GvtDomainSettings, ramfb) },
  { "keep-devices", G_STRUCT_OFFSET (GvtDomainSettings, keep_devices) },
};

static void
set_wrong_type (GError **error, const char *key, const char *wanted, GVariant *value)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "setting '%s' must be %s, not of type '%s'",
               key,
               wanted,
               g_variant_get_type_string (value));
}

static gboolean
take_string (GvtDomainSettings *self, gsize row, GVariant *value, GError **error)
{
  const char *key = string_settings[row].key;
  g_autofree char *start = NULL;
  g_autofree char *shown = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
    set_wrong_type (error, key, "a string", value);
    return FALSE;
  }

  if (string_settings[row].parse (self, g_variant_get_string (value, NULL)))
    return TRUE;

  start = g_utf8_substring (g_variant_get_string (value, NULL),
                            0,
                            MIN (g_utf8_strlen (g_variant_get_string (value, NULL), -1), 80));
  shown = g_strescape (start, NULL);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "setting '%s' cannot be '%s': it may be %s",
               key,
               shown,
               string_settings[row].permitted);
  return FALSE;
}

static gboolean
take_boolean (GvtDomainSettings *self, gsize row, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)) {
    set_wrong_type (error, boolean_settings[row].key, "a boolean", value);
    return FALSE;
  }

  G_STRUCT_MEMBER (gboolean, self, boolean_settings[row].offset) = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
take_workarounds (GvtDomainSettings *self, GVariant *value, GError **error)
{
  GVariantIter names;
  const char *name;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY)) {
    set_wrong_type (error, "workarounds", "a list of strings", value);
    return FALSE;
  }
  if (g_variant_n_children (value) >= G_N_ELEMENTS (workaround_names)) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_INVALID_ARGUMENT,
                         "setting 'workarounds' names more than there are: mesa-i965 and "
                         "intel-norbc");
    return FALSE;
  }

  self->workarounds = GVT_WORKAROUND_NONE;
  g_variant_iter_init (&names, value);
  while (g_variant_iter_next (&names, "&s", &name)) {
    guint number = 0;

    if (!parse_name (name, workaround_names, &number)) {
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_INVALID_ARGUMENT,
                   "setting 'workarounds' cannot hold '%.80s': it may hold mesa-i965 and "
                   "intel-norbc",
                   name);
      return FALSE;
    }
    self->workarounds |= 1u << number;
  }
  return TRUE;
}

static gboolean
take (GvtDomainSettings *self, const char *key, GVariant *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (string_settings); i++) {
    if (g_str_equal (key, string_settings[i].key))
      return take_string (self, i, value, error);
  }

  for (gsize i = 0; i < G_N_ELEMENTS (boolean_settings); i++) {
    if (g_str_equal (key, boolean_settings[i].key))
      return take_boolean (self, i, value, error);
  }

  if (g_str_equal (key, "workarounds"))
    return take_workarounds (self, value, error);

  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "there is no setting '%.80s'; there are address, display, dma-buf, keep-devices, "
               "qemu-syntax, ramfb, render-node, resolution, rom and workarounds",
               key);
  return FALSE;
}

GvtDomainSettings *
gvt_domain_settings_from_variant (GVariant *settings, GError **error)
{
  g_autoptr (GvtDomainSettings) self = g_new0 (GvtDomainSettings, 1);
  GVariantIter iter;
  const char *key = NULL;
  GVariant *entry = NULL;

  if (settings == NULL)
    return g_steal_pointer (&self);

  g_return_val_if_fail (g_variant_is_of_type (settings, G_VARIANT_TYPE_VARDICT), NULL);

  g_variant_iter_init (&iter, settings);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &entry)) {
    g_autoptr (GVariant) value = entry;

    if (!take (self, key, value, error))
      return NULL;
  }

  /* Nothing draws: whoever fills in the default must not make equal settings differ. */
  if (self->display == GVT_DISPLAY_NONE || self->display == GVT_DISPLAY_VNC)
    g_clear_pointer (&self->render_node, g_free);
  return g_steal_pointer (&self);
}

static GVariant *
workarounds_to_variant (GvtWorkarounds workarounds)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; workaround_names[i] != NULL; i++) {
    if (workarounds & (1u << i))
      g_variant_builder_add (&builder, "s", workaround_names[i]);
  }
  return g_variant_builder_end (&builder);
}

GVariant *
gvt_domain_settings_to_variant (const GvtDomainSettings *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (self->display != GVT_DISPLAY_NONE)
    g_variant_builder_add (&builder,
                           "{sv}",
                           "display",
                           g_variant_new_string (gvt_display_name (self->display)));
  if (self->render_node != NULL)
    g_variant_builder_add (&builder,
                           "{sv}",
                           "render-node",
                           g_variant_new_string (self->render_node));
  for (gsize i = 0; i < G_N_ELEMENTS (boolean_settings); i++) {
    if (G_STRUCT_MEMBER (gboolean, self, boolean_settings[i].offset))
      g_variant_builder_add (&builder,
                             "{sv}",
                             boolean_settings[i].key,
                             g_variant_new_boolean (TRUE));
  }
  if (self->rom != NULL)
    g_variant_builder_add (&builder, "{sv}", "rom", g_variant_new_string (self->rom));
  if (self->width != 0)
    g_variant_builder_add (&builder,
                           "{sv}",
                           "resolution",
                           g_variant_new_printf ("%ux%u", self->width, self->height));
  if (self->has_address)
    g_variant_builder_add (&builder,
                           "{sv}",
                           "address",
                           g_variant_new_take_string (gvt_pci_address_to_string (&self->address)));
  if (self->workarounds != GVT_WORKAROUND_NONE)
    g_variant_builder_add (&builder,
                           "{sv}",
                           "workarounds",
                           workarounds_to_variant (self->workarounds));
  if (self->qemu_syntax != GVT_QEMU_SYNTAX_AUTO)
    g_variant_builder_add (&builder,
                           "{sv}",
                           "qemu-syntax",
                           g_variant_new_string (syntax_names[self->qemu_syntax]));
  return g_variant_builder_end (&builder);
}

const char *
gvt_display_name (GvtDisplay display)
{
  return display_names[display];
}

void
gvt_domain_settings_free (GvtDomainSettings *self)
{
  if (self == NULL)
    return;

  g_free (self->render_node);
  g_free (self->rom);
  g_strfreev (self->other_vgpus);
  g_free (self);
}
