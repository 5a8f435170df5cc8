/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what the programs need to know of a domain. Pure; any thread. Must not use libxml2: loading
 * it takes half as long again as all the rest of gvt-client.
 */

#include "inspect.h"

#include "gvt-error.h"
#include "marks.h"
#include "markup-tree.h"
#include "settings.h"

#include <string.h>

/* Whether @node is libvirt's own element @name, that is, one without a namespace. */
static gboolean
is_own (const GvtMarkupNode *node, const char *name)
{
  return node->name != NULL && node->namespace_uri == NULL && g_str_equal (node->name, name);
}

/* Whether @node is the element @name of a record. */
static gboolean
is_ours (const GvtMarkupNode *node, const char *name)
{
  return g_strcmp0 (node->namespace_uri, GVT_DOMAIN_NAMESPACE) == 0 &&
         gvt_markup_node_is (node, name);
}

/* @node may be NULL, which has no children. */
static const GvtMarkupNode *
child_of (const GvtMarkupNode *node, const char *name)
{
  for (guint i = 0; node != NULL && i < node->children->len; i++) {
    if (is_own (node->children->pdata[i], name))
      return node->children->pdata[i];
  }
  return NULL;
}

/* @node may be NULL, which has no attributes. */
static const char *
attribute_of (const GvtMarkupNode *node, const char *name)
{
  return node != NULL ? gvt_markup_node_attribute (node, name) : NULL;
}

static char *
text_of (const GvtMarkupNode *node)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; node != NULL && i < node->children->len; i++) {
    const GvtMarkupNode *child = node->children->pdata[i];

    if (child->text != NULL && !child->verbatim)
      g_string_append (text, child->text);
  }
  return g_strstrip (g_string_free (g_steal_pointer (&text), FALSE));
}

static const GvtMarkupNode *
find_domain (const GvtMarkupNode *top, GError **error)
{
  const GvtMarkupNode *root = NULL;

  for (guint i = 0; i < top->children->len && root == NULL; i++) {
    const GvtMarkupNode *child = top->children->pdata[i];

    root = child->name != NULL ? child : NULL;
  }
  if (root != NULL && is_own (root, "domain"))
    return root;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "this is not a libvirt domain: its outermost element is <%.60s>",
               root != NULL ? root->name : "");
  return NULL;
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
read_memory (const GvtMarkupNode *root, guint64 *kib, GError **error)
{
  const GvtMarkupNode *memory = child_of (root, "memory");
  const char *unit = attribute_of (memory, "unit");
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

/* The UUID, in lower case, of a mediated device; else NULL. */
static char *
vgpu_of (const GvtMarkupNode *device)
{
  const char *uuid = attribute_of (child_of (child_of (device, "source"), "address"), "uuid");

  if (!is_own (device, "hostdev") || g_strcmp0 (attribute_of (device, "type"), "mdev") != 0 ||
      uuid == NULL || !g_uuid_string_is_valid (uuid))
    return NULL;
  return g_ascii_strdown (uuid, -1);
}

/* The record of an attachment, if it is of an edit of ours as far as it says of what. What is wrong
 * with it beyond that is strip's to complain of; a VM must start in spite of it. */
static const GvtMarkupNode *
find_record (const GvtMarkupNode *domain)
{
  const GvtMarkupNode *metadata = child_of (domain, "metadata");

  for (guint i = 0; metadata != NULL && i < metadata->children->len; i++) {
    const GvtMarkupNode *child = metadata->children->pdata[i];
    const char *vgpu = gvt_markup_node_attribute (child, "vgpu");
    const char *alias = gvt_markup_node_attribute (child, "alias");

    if (is_ours (child, "attachment") && vgpu != NULL && g_uuid_string_is_valid (vgpu) &&
        alias != NULL && gvt_mark_is_alias (alias))
      return child;
  }
  return NULL;
}

static void
read_vgpus (GvtDomainInfo *self, const GvtMarkupNode *devices, const GvtMarkupNode *record)
{
  const char *recorded = attribute_of (record, "vgpu");
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) ours = g_strv_builder_new ();

  for (guint i = 0; devices != NULL && i < devices->children->len; i++) {
    const GvtMarkupNode *device = devices->children->pdata[i];
    g_autofree char *uuid = vgpu_of (device);
    const char *alias = attribute_of (child_of (device, "alias"), "name");

    if (uuid == NULL)
      continue;
    g_strv_builder_add (all, uuid);
    if ((alias != NULL && gvt_mark_is_alias (alias)) ||
        (recorded != NULL && g_ascii_strcasecmp (recorded, uuid) == 0))
      g_strv_builder_add (ours, uuid);
  }
  self->vgpus = g_strv_builder_end (all);
  self->our_vgpus = g_strv_builder_end (ours);
}

static GStrv
list_graphics (const GvtMarkupNode *devices)
{
  g_autoptr (GStrvBuilder) types = g_strv_builder_new ();

  for (guint i = 0; devices != NULL && i < devices->children->len; i++) {
    const GvtMarkupNode *device = devices->children->pdata[i];
    const char *type = gvt_markup_node_attribute (device, "type");

    if (is_own (device, "graphics") && type != NULL)
      g_strv_builder_add (types, type);
  }
  return g_strv_builder_end (types);
}

static GVariant *
setting_value (const char *name, const char *value)
{
  static const char *const booleans[] = { "dma-buf", "ramfb", "keep-devices", NULL };

  if (g_strv_contains (booleans, name))
    return g_variant_new_boolean (g_str_equal (value, "yes"));
  if (g_str_equal (name, "workarounds")) {
    g_auto (GStrv) names = g_strsplit (value, " ", -1);

    return g_variant_new_strv ((const char *const *) names, -1);
  }
  return g_variant_new_string (value);
}

/* NULL for a record that no edit of ours wrote. */
static GVariant *
read_settings (const GvtMarkupNode *record)
{
  const GvtMarkupNode *element = NULL;
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GvtDomainSettings) valid = NULL;
  GVariantDict dict;

  for (guint i = 0; record != NULL && i < record->children->len && element == NULL; i++) {
    if (is_ours (record->children->pdata[i], "settings"))
      element = record->children->pdata[i];
  }
  if (element == NULL)
    return NULL;
  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < element->attributes->len; i++) {
    const char *attribute = element->attributes->pdata[i];
    gsize length = strcspn (attribute, "=");
    g_autofree char *name = g_strndup (attribute, length);

    g_variant_dict_insert_value (&dict, name, setting_value (name, attribute + length + 1));
  }
  settings = g_variant_ref_sink (g_variant_dict_end (&dict));
  valid = gvt_domain_settings_from_variant (settings, NULL);
  return valid != NULL ? g_steal_pointer (&settings) : NULL;
}

GvtDomainInfo *
gvt_domain_inspect (const char *xml, GError **error)
{
  g_autoptr (GvtMarkupNode) top = gvt_markup_tree_parse (xml, error);
  const GvtMarkupNode *domain = top != NULL ? find_domain (top, error) : NULL;
  const GvtMarkupNode *devices = child_of (domain, "devices");
  const GvtMarkupNode *emulator = child_of (devices, "emulator");
  const GvtMarkupNode *os_type = child_of (child_of (domain, "os"), "type");
  const GvtMarkupNode *record = NULL;
  g_autoptr (GvtDomainInfo) self = g_new0 (GvtDomainInfo, 1);
  g_autofree char *uuid = NULL;

  if (domain == NULL || !read_memory (domain, &self->memory_kib, error))
    return NULL;

  record = find_record (domain);
  uuid = text_of (child_of (domain, "uuid"));
  self->name = text_of (child_of (domain, "name"));
  self->uuid = g_ascii_strdown (uuid, -1);
  self->type = g_strdup (attribute_of (domain, "type"));
  self->machine = g_strdup (attribute_of (os_type, "machine"));
  self->emulator = emulator != NULL ? text_of (emulator) : NULL;
  self->graphics = list_graphics (devices);
  read_vgpus (self, devices, record);
  self->settings = read_settings (record);
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
