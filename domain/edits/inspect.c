/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what the programs need to know of a domain. Pure; any thread.
 */

#include "inspect.h"

#include "document.h"
#include "gvt-error.h"
#include "mdev.h"
#include "record.h"

static char *
text_of (const GvtElement *element)
{
  return g_strstrip (g_strdup (element != NULL ? element->text->str : ""));
}

/* libvirt's virScaleInteger(): without `i` and with `B` a unit is decimal. */
static gboolean
unit_factor (const char *unit, guint64 *factor)
{
  static const struct {
    const char *unit;
    guint64 factor;
  } units[] = {
    { "b", 1 },
    { "bytes", 1 },
    { "KB", 1000 },
    { "k", 1024 },
    { "KiB", 1024 },
    { "MB", 1000 * 1000 },
    { "M", 1024 * 1024 },
    { "MiB", 1024 * 1024 },
    { "GB", 1000 * 1000 * 1000 },
    { "G", G_GUINT64_CONSTANT (1) << 30 },
    { "GiB", G_GUINT64_CONSTANT (1) << 30 },
    { "TB", G_GUINT64_CONSTANT (1000) * 1000 * 1000 * 1000 },
    { "T", G_GUINT64_CONSTANT (1) << 40 },
    { "TiB", G_GUINT64_CONSTANT (1) << 40 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
    if (g_ascii_strcasecmp (unit, units[i].unit) == 0) {
      *factor = units[i].factor;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
read_memory (const GvtElement *root, guint64 *kib, GError **error)
{
  const GvtElement *memory = gvt_element_child (root, "memory");
  const char *unit = gvt_element_attribute (memory, "unit");
  g_autofree char *text = text_of (memory);
  guint64 factor = 0;
  guint64 amount = 0;
  guint64 bytes = 0;

  if (!unit_factor (unit != NULL ? unit : "KiB", &factor)) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "<memory> has the unknown unit '%.20s'",
                 unit);
    return FALSE;
  }
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &amount, NULL) ||
      !g_uint64_checked_mul (&bytes, amount, factor)) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "<memory> has no usable amount: '%.40s'",
                 text);
    return FALSE;
  }

  *kib = bytes / 1024 + (bytes % 1024 != 0 ? 1 : 0);
  return TRUE;
}

static void
read_vgpus (GvtDomainInfo *self, const GvtElement *devices, const GvtRecord *record)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();

  for (GvtElement *device = devices != NULL ? devices->first_child : NULL; device != NULL;
       device = device->next) {
    char *uuid = gvt_mdev_uuid (device);

    if (uuid == NULL)
      continue;

    g_ptr_array_add (all, uuid);
    if (gvt_mdev_has_our_alias (device) || (record != NULL && g_str_equal (record->vgpu, uuid)))
      g_ptr_array_add (ours, g_strdup (uuid));
  }

  g_ptr_array_add (all, NULL);
  g_ptr_array_add (ours, NULL);
  self->vgpus = (GStrv) g_ptr_array_steal (all, NULL);
  self->our_vgpus = (GStrv) g_ptr_array_steal (ours, NULL);
}

static GStrv
list_graphics (const GvtElement *devices)
{
  g_autoptr (GStrvBuilder) types = g_strv_builder_new ();

  for (GvtElement *device = devices != NULL ? devices->first_child : NULL; device != NULL;
       device = device->next) {
    const char *type = gvt_element_attribute (device, "type");

    if (gvt_element_is (device, "graphics") && type != NULL)
      g_strv_builder_add (types, type);
  }
  return g_strv_builder_end (types);
}

static GVariant *
setting_value (const GvtAttribute *attribute)
{
  static const char *const booleans[] = { "dma-buf", "ramfb", "keep-devices", NULL };

  if (g_strv_contains (booleans, attribute->name))
    return g_variant_new_boolean (g_str_equal (attribute->value, "yes"));
  if (g_str_equal (attribute->name, "workarounds")) {
    g_auto (GStrv) names = g_strsplit (attribute->value, " ", -1);

    return g_variant_new_strv ((const char *const *) names, -1);
  }
  return g_variant_new_string (attribute->value);
}

/* NULL for a record that no edit of ours wrote. */
static GVariant *
read_settings (const GvtRecord *record)
{
  const GvtElement *element =
      gvt_element_child_in (record->element, GVT_DOMAIN_NAMESPACE, "settings");
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GvtDomainSettings) valid = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; element != NULL && i < element->attributes->len; i++) {
    const GvtAttribute *attribute = &g_array_index (element->attributes, GvtAttribute, i);

    g_variant_dict_insert_value (&dict, attribute->name, setting_value (attribute));
  }
  settings = g_variant_ref_sink (g_variant_dict_end (&dict));
  valid = gvt_domain_settings_from_variant (settings, NULL);
  return valid != NULL ? g_steal_pointer (&settings) : NULL;
}

GvtDomainInfo *
gvt_domain_inspect (const char *xml, GError **error)
{
  g_autoptr (GvtDocument) document = gvt_document_parse_domain (xml, error);
  g_autoptr (GvtDomainInfo) self = g_new0 (GvtDomainInfo, 1);
  g_autoptr (GvtRecord) record = NULL;
  g_autofree char *uuid = NULL;
  const GvtElement *root = NULL;
  const GvtElement *devices = NULL;
  const GvtElement *emulator = NULL;
  const GvtElement *os = NULL;

  if (document == NULL)
    return NULL;

  /* A damaged record is strip's to complain of; a VM must start in spite of it. */
  gvt_record_read (document, &record, NULL);
  root = document->root;
  os = gvt_element_child (root, "os");
  if (!read_memory (root, &self->memory_kib, error))
    return NULL;

  uuid = text_of (gvt_element_child (root, "uuid"));
  self->name = text_of (gvt_element_child (root, "name"));
  self->uuid = g_ascii_strdown (uuid, -1);
  self->type = g_strdup (gvt_element_attribute (root, "type"));
  self->machine = g_strdup (gvt_element_attribute (gvt_element_child (os, "type"), "machine"));
  self->uefi = gvt_document_is_uefi (document);
  devices = gvt_element_child (root, "devices");
  emulator = gvt_element_child (devices, "emulator");
  self->emulator = emulator != NULL ? text_of (emulator) : NULL;
  self->graphics = list_graphics (devices);
  read_vgpus (self, devices, record);

  self->settings = record != NULL ? read_settings (record) : NULL;
  self->type = self->type != NULL ? self->type : g_strdup ("");
  self->machine = self->machine != NULL ? self->machine : g_strdup ("");
  return g_steal_pointer (&self);
}

void
gvt_domain_info_free (GvtDomainInfo *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->uuid);
  g_free (self->type);
  g_free (self->machine);
  g_free (self->emulator);
  g_strfreev (self->graphics);
  g_strfreev (self->vgpus);
  g_strfreev (self->our_vgpus);
  g_clear_pointer (&self->settings, g_variant_unref);
  g_free (self);
}
