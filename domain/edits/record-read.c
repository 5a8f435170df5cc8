/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the record of an attachment back. It is part of the domain's text, so it is not trusted:
 * what no edit would have written is refused. Pure; any thread.
 */

#include "marks.h"
#include "gvt-error.h"
#include "record.h"
#include "xml-limits.h"

#include <string.h>

static gboolean
read_removal (GvtRecord *self, const GvtElement *element)
{
  const char *after = gvt_element_attribute (element, "after");
  const char *index = gvt_element_attribute (element, "index");
  const char *gap = gvt_element_attribute (element, "gap");
  guint64 index_value = 0;
  guint64 gap_value = 0;

  if (after == NULL || index == NULL || gap == NULL ||
      !g_ascii_string_to_unsigned (index, 10, 0, GVT_DOMAIN_XML_MAX, &index_value, NULL) ||
      !g_ascii_string_to_unsigned (gap, 10, 0, GVT_DOMAIN_XML_MAX, &gap_value, NULL))
    return FALSE;

  gvt_record_add_removal (self,
                          after,
                          (guint) index_value,
                          (gsize) gap_value,
                          g_strdup (element->text->str));
  return TRUE;
}

static gboolean
read_addition (GvtRecord *self, const GvtElement *element)
{
  const char *name = gvt_element_attribute (element, "element");
  const char *type = gvt_element_attribute (element, "type");

  if (name == NULL || type == NULL)
    return FALSE;

  g_ptr_array_add (self->additions, gvt_addition_new (name, type, NULL));
  return TRUE;
}

/* The tail replaces the end of a tag: nothing but white space and `/>` may come from the record. */
static gboolean
read_opened (GvtRecord *self, const GvtElement *element)
{
  const char *name = gvt_element_attribute (element, "element");
  const char *tail = element->text->str;

  if (name == NULL || !g_str_equal (tail + strspn (tail, " \t\r\n"), "/>"))
    return FALSE;

  gvt_record_add_opened (self, name, g_strdup (tail));
  return TRUE;
}

static gboolean
read_settings (GvtRecord *self, const GvtElement *element)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < element->attributes->len; i++) {
    const GvtAttribute *attribute = &g_array_index (element->attributes, GvtAttribute, i);

    gvt_record_append_attribute (text, attribute->name, attribute->value);
  }

  g_free (self->settings);
  self->settings = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

static gboolean
read_global (GvtRecord *self, const GvtElement *element)
{
  const char *value = gvt_element_attribute (element, "value");

  if (value == NULL)
    return FALSE;

  gvt_record_add_global (self, value);
  return TRUE;
}

static gboolean
read_variable (GvtRecord *self, const GvtElement *element)
{
  const char *name = gvt_element_attribute (element, "name");
  const char *value = gvt_element_attribute (element, "value");

  if (name == NULL || value == NULL)
    return FALSE;

  gvt_record_add_variable (self, name, value);
  return TRUE;
}

static const struct {
  const char *element;
  gboolean (*read) (GvtRecord *self, const GvtElement *element);
} parts[] = {
  { "settings", read_settings }, { "added", read_addition }, { "removed", read_removal },
  { "opened", read_opened },     { "global", read_global },  { "variable", read_variable },
};

static gboolean
read_part (GvtRecord *self, const GvtElement *element)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    if (gvt_element_is_in (element, GVT_DOMAIN_NAMESPACE, parts[i].element))
      return parts[i].read (self, element);
  }
  return FALSE;
}

static gboolean
read_buses (GvtRecord *self, const GvtElement *element)
{
  const char *buses = gvt_element_attribute (element, "buses");
  guint64 highest = 0;

  if (buses == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (buses, 10, 0, 0xff, &highest, NULL))
    return FALSE;

  self->highest_bus = (int) highest;
  return TRUE;
}

static void
read_made (GvtRecord *self, const GvtElement *element)
{
  const char *made = gvt_element_attribute (element, "made");
  g_auto (GStrv) names = g_strsplit (made != NULL ? made : "", " ", -1);

  for (gsize i = 0; names[i] != NULL; i++)
    gvt_record_add_made (self, names[i]);
}

gboolean
gvt_record_read (const GvtDocument *document, GvtRecord **record, GError **error)
{
  const GvtElement *metadata = gvt_element_child (document->root, "metadata");
  const GvtElement *element = gvt_element_child_in (metadata, GVT_DOMAIN_NAMESPACE, "attachment");
  const char *vgpu = gvt_element_attribute (element, "vgpu");
  const char *alias = gvt_element_attribute (element, "alias");
  gboolean understood = vgpu != NULL && g_uuid_string_is_valid (vgpu) && alias != NULL &&
                        gvt_mark_is_alias (alias);
  g_autofree char *uuid = understood ? g_ascii_strdown (vgpu, -1) : NULL;
  g_autoptr (GvtRecord) self = NULL;

  *record = NULL;
  if (element == NULL)
    return TRUE;

  self = gvt_record_new (uuid, alias, NULL);
  self->element = element;
  self->no_audio = gvt_element_has (element, "without", "audio");
  understood = understood && read_buses (self, element);
  read_made (self, element);
  for (const GvtElement *part = element->first_child; part != NULL; part = part->next)
    understood = understood && read_part (self, part);

  if (!understood || self->settings == NULL) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_INVALID_ARGUMENT,
                         "the <gvt:attachment> in the domain's <metadata> is not one this version "
                         "wrote; restore the domain from a backup, or remove that element by hand");
    return FALSE;
  }

  *record = g_steal_pointer (&self);
  return TRUE;
}
