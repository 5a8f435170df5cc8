/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record of an attachment in <metadata>. What was taken out is kept as text, not as elements,
 * so that libvirt's own formatting of metadata cannot change a byte of it. Pure; any thread.
 */

#include "record.h"

#include "gvt-error.h"
#include "xml-limits.h"
#include "mdev.h"

#include <string.h>

static void
removal_free (gpointer data)
{
  GvtRemoval *removal = data;

  g_free (removal->after);
  g_free (removal->text);
  g_free (removal);
}

static void
opened_free (gpointer data)
{
  GvtOpened *opened = data;

  g_free (opened->element);
  g_free (opened->tail);
  g_free (opened);
}

static GvtRecord *
record_alloc (void)
{
  GvtRecord *self = g_new0 (GvtRecord, 1);

  self->additions = g_ptr_array_new_with_free_func ((GDestroyNotify)gvt_addition_free);
  self->removals = g_ptr_array_new_with_free_func (removal_free);
  self->opened = g_ptr_array_new_with_free_func (opened_free);
  return self;
}

GvtRecord *
gvt_record_new (const char *vgpu, const GvtDomainSettings *settings)
{
  GvtRecord *self = record_alloc ();

  self->vgpu = g_strdup (vgpu);
  self->settings = gvt_record_settings_text (settings);
  return self;
}

void
gvt_record_free (GvtRecord *self)
{
  if (self == NULL)
    return;

  g_free (self->vgpu);
  g_free (self->settings);
  g_ptr_array_unref (self->additions);
  g_ptr_array_unref (self->removals);
  g_ptr_array_unref (self->opened);
  g_free (self);
}

void
gvt_record_add_removal (GvtRecord *self, const char *after, guint index, gsize gap, char *text)
{
  GvtRemoval *removal = g_new0 (GvtRemoval, 1);

  removal->after = g_strdup (after);
  removal->index = index;
  removal->gap = gap;
  removal->text = text;
  g_ptr_array_add (self->removals, removal);
}

void
gvt_record_add_opened (GvtRecord *self, const char *element, char *tail)
{
  GvtOpened *opened = g_new0 (GvtOpened, 1);

  opened->element = g_strdup (element);
  opened->tail = tail;
  g_ptr_array_add (self->opened, opened);
}

/* White space as references: layout must not touch it, and XML must not turn CR LF into LF. */
static char *
escape (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_autoptr (GString) result = g_string_new (escaped);

  g_string_replace (result, "\n", "&#10;", 0);
  g_string_replace (result, "\r", "&#13;", 0);
  g_string_replace (result, "\t", "&#9;", 0);
  g_string_replace (result, "&apos;", "'", 0);
  g_string_replace (result, "&quot;", "\"", 0);
  return g_string_free (g_steal_pointer (&result), FALSE);
}

static void
append_attribute (GString *text, const char *name, const char *value)
{
  g_autofree char *escaped = g_markup_escape_text (value, -1);

  g_string_append_printf (text, " %s='%s'", name, escaped);
}

char *
gvt_record_settings_text (const GvtDomainSettings *settings)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (gvt_domain_settings_to_variant (settings));
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantIter iter;
  const char *key = NULL;
  GVariant *entry = NULL;

  g_variant_iter_init (&iter, variant);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &entry)) {
    g_autoptr (GVariant) value = entry;

    if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
      append_attribute (text, key, g_variant_get_string (value, NULL));
    } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)) {
      append_attribute (text, key, g_variant_get_boolean (value) ? "yes" : "no");
    } else {
      g_autofree const char **names = g_variant_get_strv (value, NULL);
      g_autofree char *joined = g_strjoinv (" ", (char **)names);

      append_attribute (text, key, joined);
    }
  }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
gvt_record_to_markup (const GvtRecord *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text,
                          "<gvt:attachment xmlns:gvt='%s' vgpu='%s'%s>\n"
                          "  <gvt:settings%s/>\n",
                          GVT_DOMAIN_NAMESPACE,
                          self->vgpu,
                          self->made_metadata ? " made='metadata'" : "",
                          self->settings);

  for (guint i = 0; i < self->additions->len; i++) {
    const GvtAddition *addition = self->additions->pdata[i];

    g_string_append_printf (text,
                            "  <gvt:added element='%s' type='%s'/>\n",
                            addition->element,
                            addition->type);
  }

  for (guint i = 0; i < self->removals->len; i++) {
    const GvtRemoval *removal = self->removals->pdata[i];
    g_autofree char *escaped = escape (removal->text);

    g_string_append_printf (text,
                            "  <gvt:removed after='%s' index='%u' gap='%" G_GSIZE_FORMAT
                            "'>%s</gvt:removed>\n",
                            removal->after,
                            removal->index,
                            removal->gap,
                            escaped);
  }

  for (guint i = 0; i < self->opened->len; i++) {
    const GvtOpened *opened = self->opened->pdata[i];
    g_autofree char *escaped = escape (opened->tail);

    g_string_append_printf (text,
                            "  <gvt:opened element='%s'>%s</gvt:opened>\n",
                            opened->element,
                            escaped);
  }

  g_string_append (text, "</gvt:attachment>");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
read_removal (GvtRecord *self, const GvtElement *element)
{
  const char *after = gvt_element_attribute (element, "after");
  const char *index = gvt_element_attribute (element, "index");
  const char *gap = gvt_element_attribute (element, "gap");
  guint64 index_value = 0;
  guint64 gap_value = 0;

  if (after == NULL || index == NULL || gap == NULL
      || !g_ascii_string_to_unsigned (index, 10, 0, GVT_DOMAIN_XML_MAX, &index_value, NULL)
      || !g_ascii_string_to_unsigned (gap, 10, 0, GVT_DOMAIN_XML_MAX, &gap_value, NULL))
    return FALSE;

  gvt_record_add_removal (
      self, after, (guint)index_value, (gsize)gap_value, g_strdup (element->text->str));
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

static char *
read_settings (const GvtElement *element)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < element->attributes->len; i++) {
    const GvtAttribute *attribute = &g_array_index (element->attributes, GvtAttribute, i);

    append_attribute (text, attribute->name, attribute->value);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
read_part (GvtRecord *self, const GvtElement *element)
{
  if (gvt_element_is_in (element, GVT_DOMAIN_NAMESPACE, "removed"))
    return read_removal (self, element);
  if (gvt_element_is_in (element, GVT_DOMAIN_NAMESPACE, "added"))
    return read_addition (self, element);
  if (gvt_element_is_in (element, GVT_DOMAIN_NAMESPACE, "opened"))
    return read_opened (self, element);
  if (gvt_element_is_in (element, GVT_DOMAIN_NAMESPACE, "settings") && self->settings == NULL) {
    self->settings = read_settings (element);
    return TRUE;
  }
  return FALSE;
}

gboolean
gvt_record_read (const GvtDocument *document, GvtRecord **record, GError **error)
{
  const GvtElement *metadata = gvt_element_child (document->root, "metadata");
  const GvtElement *element = gvt_element_child_in (metadata, GVT_DOMAIN_NAMESPACE, "attachment");
  const char *vgpu = gvt_element_attribute (element, "vgpu");
  g_autoptr (GvtRecord) self = NULL;
  gboolean understood = vgpu != NULL && g_uuid_string_is_valid (vgpu);

  *record = NULL;
  if (element == NULL)
    return TRUE;

  self = record_alloc ();
  self->element = element;
  self->made_metadata = gvt_element_has (element, "made", "metadata");
  self->vgpu = understood ? g_ascii_strdown (vgpu, -1) : NULL;
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
