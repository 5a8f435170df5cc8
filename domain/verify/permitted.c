/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The whole vocabulary of edits, as a table of what may stand where with which value. It does not say
 * what makes sense, but that nothing in it does more than show and place a vGPU: no program, no disk,
 * no path but a render node's and the ROM catalogue's, no address but the machine's own. Pure.
 */

#include "permitted.h"

#include "marks.h"
#include "qemu-properties.h"

#include <string.h>

/*
 * @path: elements, local names, from the outermost
 * @attribute: an attribute it may have; %NULL for none
 * @values: what may be in it, separated by "|": a word, or one of
 *   %n digits, %x a hexadecimal number, %d a render node, %a an alias of a user's, %r a ROM of the
 *   catalogue, %u the vGPU
 */
typedef struct {
  const char *path;
  const char *attribute;
  const char *values;
} Row;

static const Row rows[] = {
  { "graphics", "type", "spice|vnc|dbus|egl-headless" },
  { "graphics", "autoport", "yes" },
  { "graphics/listen", "type", "none|address" },
  { "graphics/listen", "address", "127.0.0.1" },
  { "graphics/gl", "enable", "yes" },
  { "graphics/gl", "rendernode", "%d" },
  { "video", NULL, NULL },
  { "video/model", "type", "none|vga" },
  { "video/address", "type", "pci" },
  { "video/address", "domain", "%x" },
  { "video/address", "bus", "%x" },
  { "video/address", "slot", "%x" },
  { "video/address", "function", "%x" },
  { "audio", "id", "%n" },
  { "audio", "type", "none" },
  { "hostdev", "mode", "subsystem" },
  { "hostdev", "type", "mdev" },
  { "hostdev", "managed", "no" },
  { "hostdev", "model", "vfio-pci" },
  { "hostdev", "display", "on|off" },
  { "hostdev", "ramfb", "on|off" },
  { "hostdev/source", NULL, NULL },
  { "hostdev/source/address", "uuid", "%u" },
  { "hostdev/alias", "name", "%a" },
  { "hostdev/address", "type", "pci" },
  { "hostdev/address", "domain", "%x" },
  { "hostdev/address", "bus", "%x" },
  { "hostdev/address", "slot", "%x" },
  { "hostdev/address", "function", "%x" },
  { "device", "alias", "%a" },
  { "device/frontend", NULL, NULL },
  { "device/frontend/property", "name", "x-igd-opregion|romfile|xres|yres" },
  { "device/frontend/property", "type", "bool|string|unsigned" },
  { "device/frontend/property", "value", "true|%n|%r" },
};

static const struct {
  const char *name;
  const char *value;
} variables[] = {
  { "MESA_LOADER_DRIVER_OVERRIDE", "i965" },
  { "INTEL_DEBUG", "norbc" },
};

static gboolean
consists_of (const char *text, const char *characters)
{
  return *text != '\0' && text[strspn (text, characters)] == '\0';
}

/* A file right there: no way out of the folder. */
static gboolean
is_in_folder (const char *path, const char *folder, const char *characters)
{
  return g_str_has_prefix (path, folder) && path[strlen (folder)] == '/' &&
         path[strlen (folder) + 1] != '.' && consists_of (path + strlen (folder) + 1, characters);
}

static gboolean
fits (const char *rule, const char *value, const char *vgpu_uuid)
{
  static const char name[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-";

  if (*rule != '%')
    return g_str_equal (rule, value);
  switch (rule[1]) {
  case 'n':
    return consists_of (value, G_CSET_DIGITS);
  case 'x':
    return g_str_has_prefix (value, "0x") && consists_of (value + 2, G_CSET_DIGITS "abcdef");
  case 'd':
    return is_in_folder (value, "/dev/dri", G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._:-") ||
           is_in_folder (value, "/dev/dri/by-path", G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._:-");
  case 'a':
    return g_str_has_prefix (value, "ua-") && consists_of (value, name);
  case 'r':
    return is_in_folder (value, GVT_ROM_FOLDER, name);
  case 'u':
    return g_ascii_strcasecmp (value, vgpu_uuid) == 0;
  default:
    return FALSE;
  }
}

static gboolean
fits_any (const char *rules, const char *value, const char *vgpu_uuid)
{
  g_auto (GStrv) each = g_strsplit (rules, "|", -1);

  for (char **rule = each; *rule != NULL; rule++) {
    if (fits (*rule, value, vgpu_uuid))
      return TRUE;
  }
  return FALSE;
}

static gboolean
attribute_is_permitted (const char *path, const char *attribute, const char *vgpu_uuid)
{
  gsize length = strcspn (attribute, "=");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];

    if (row->attribute != NULL && g_str_equal (row->path, path) &&
        strlen (row->attribute) == length && strncmp (row->attribute, attribute, length) == 0)
      return fits_any (row->values, attribute + length + 1, vgpu_uuid);
  }
  return FALSE;
}

static gboolean
path_is_permitted (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (g_str_equal (rows[i].path, path))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_permitted (const GvtMarkupNode *node, const char *above, const char *vgpu_uuid)
{
  const char *colon = node->name != NULL ? strchr (node->name, ':') : NULL;
  const char *local = colon != NULL ? colon + 1 : node->name;
  g_autofree char *path = g_strconcat (above, *above != '\0' ? "/" : "", local, NULL);

  if (node->name == NULL || !path_is_permitted (path))
    return FALSE;
  for (guint i = 0; i < node->attributes->len; i++) {
    if (!attribute_is_permitted (path, node->attributes->pdata[i], vgpu_uuid))
      return FALSE;
  }
  for (guint i = 0; i < node->children->len; i++) {
    if (!is_permitted (node->children->pdata[i], path, vgpu_uuid))
      return FALSE;
  }
  return TRUE;
}

gboolean
gvt_permitted_device (const GvtMarkupNode *node, const char *vgpu_uuid)
{
  return node->name != NULL && strchr (node->name, ':') == NULL &&
         !g_str_equal (node->name, "device") && is_permitted (node, "", vgpu_uuid);
}

gboolean
gvt_permitted_override (const GvtMarkupNode *node)
{
  return gvt_markup_node_is (node, "device") && is_permitted (node, "", "");
}

gboolean
gvt_permitted_variable (const GvtMarkupNode *node)
{
  const char *name = node->name != NULL ? gvt_markup_node_attribute (node, "name") : NULL;

  if (name == NULL || !gvt_markup_node_is (node, "env") || node->attributes->len != 2 ||
      node->children->len != 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++) {
    if (g_str_equal (variables[i].name, name))
      return g_strcmp0 (gvt_markup_node_attribute (node, "value"), variables[i].value) == 0;
  }
  return FALSE;
}

static const char *
argument (const GvtMarkupNode *node)
{
  if (!gvt_markup_node_is (node, "arg") || node->attributes->len != 1 || node->children->len != 0)
    return NULL;
  return gvt_markup_node_attribute (node, "value");
}

gboolean
gvt_permitted_global (const GvtMarkupNode *first, const GvtMarkupNode *second)
{
  static const struct {
    const char *property;
    const char *values;
  } globals[] = {
    { "vfio-pci.x-igd-opregion=", "on" },
    { "vfio-pci.romfile=", "%r" },
    { "vfio-pci.xres=", "%n" },
    { "vfio-pci.yres=", "%n" },
  };
  const char *value = argument (second);

  if (value == NULL || g_strcmp0 (argument (first), "-global") != 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (globals); i++) {
    if (g_str_has_prefix (value, globals[i].property))
      return fits (globals[i].values, value + strlen (globals[i].property), "");
  }
  return FALSE;
}

gboolean
gvt_permitted_to_go (const GvtMarkupNode *option,
                     const GvtMarkupNode *value,
                     const char *const *ids,
                     const char *vgpu_uuid)
{
  const char *text = argument (value);
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  for (gsize i = 0; text != NULL && ids[i] != NULL; i++) {
    g_autofree char *prefix = g_strdup_printf ("device.%s.", ids[i]);

    if (g_strcmp0 (argument (option), "-set") == 0 && g_str_has_prefix (text, prefix))
      return TRUE;
  }
  return text != NULL && g_strcmp0 (argument (option), "-device") == 0 &&
         g_str_has_prefix (text, "vfio-pci") && strstr (text, "sysfsdev=/sys/bus/mdev/") != NULL &&
         strstr (lower, vgpu_uuid) != NULL;
}

gboolean
gvt_permitted_override_to_go (const GvtMarkupNode *node, const char *const *ids)
{
  const char *id = node->name != NULL ? gvt_markup_node_attribute (node, "alias") : NULL;

  return id != NULL && gvt_markup_node_is (node, "device") && g_strv_contains (ids, id);
}

gboolean
gvt_permitted_record (const GvtMarkupNode *node)
{
  const char *colon = node->name != NULL ? strchr (node->name, ':') : NULL;
  g_autofree char *declaration = NULL;

  if (colon == NULL || !g_str_equal (colon + 1, "attachment"))
    return FALSE;
  declaration = g_strdup_printf ("xmlns:%.*s", (int) (colon - node->name), node->name);
  return g_strcmp0 (gvt_markup_node_attribute (node, declaration), GVT_DOMAIN_NAMESPACE) == 0;
}
