/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record of an attachment, and how it is written into <metadata>. What was taken out is kept as
 * text, not as elements, so that libvirt's own formatting of metadata cannot change a byte of it.
 * Pure; any thread.
 */

#include "record.h"

#include "marks.h"

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

static void
variable_free (gpointer data)
{
  GvtVariable *variable = data;

  g_free (variable->name);
  g_free (variable->value);
  g_free (variable);
}

GvtRecord *
gvt_record_new (const char *vgpu, const char *alias, const GvtDomainSettings *settings)
{
  GvtRecord *self = g_new0 (GvtRecord, 1);

  self->vgpu = g_strdup (vgpu);
  self->alias = g_strdup (alias);
  self->settings = settings != NULL ? gvt_record_settings_text (settings) : NULL;
  self->made = g_ptr_array_new_with_free_func (g_free);
  self->additions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_addition_free);
  self->removals = g_ptr_array_new_with_free_func (removal_free);
  self->opened = g_ptr_array_new_with_free_func (opened_free);
  self->globals = g_ptr_array_new_with_free_func (g_free);
  self->variables = g_ptr_array_new_with_free_func (variable_free);
  self->highest_bus = -1;
  return self;
}

void
gvt_record_free (GvtRecord *self)
{
  if (self == NULL)
    return;

  g_free (self->vgpu);
  g_free (self->alias);
  g_free (self->settings);
  g_ptr_array_unref (self->made);
  g_ptr_array_unref (self->additions);
  g_ptr_array_unref (self->removals);
  g_ptr_array_unref (self->opened);
  g_ptr_array_unref (self->globals);
  g_ptr_array_unref (self->variables);
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

void
gvt_record_add_made (GvtRecord *self, const char *part)
{
  g_ptr_array_add (self->made, g_strdup (part));
}

gboolean
gvt_record_has_made (const GvtRecord *self, const char *part)
{
  return g_ptr_array_find_with_equal_func (self->made, part, g_str_equal, NULL);
}

void
gvt_record_add_global (GvtRecord *self, const char *global)
{
  g_ptr_array_add (self->globals, g_strdup (global));
}

void
gvt_record_add_variable (GvtRecord *self, const char *name, const char *value)
{
  GvtVariable *variable = g_new0 (GvtVariable, 1);

  variable->name = g_strdup (name);
  variable->value = g_strdup (value);
  g_ptr_array_add (self->variables, variable);
}

/* White space as references: layout must not touch it, and XML must not turn CR LF into LF. */
static char *
escape_text (const char *text)
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

void
gvt_record_append_attribute (GString *text, const char *name, const char *value)
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
      gvt_record_append_attribute (text, key, g_variant_get_string (value, NULL));
    } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)) {
      gvt_record_append_attribute (text, key, g_variant_get_boolean (value) ? "yes" : "no");
    } else {
      g_autofree const char **names = g_variant_get_strv (value, NULL);
      g_autofree char *joined = g_strjoinv (" ", (char **) names);

      gvt_record_append_attribute (text, key, joined);
    }
  }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
append_devices (GString *text, const GvtRecord *self)
{
  for (guint i = 0; i < self->additions->len; i++) {
    const GvtAddition *addition = self->additions->pdata[i];

    g_string_append_printf (text,
                            "  <gvt:added element='%s' type='%s'/>\n",
                            addition->element,
                            addition->type);
  }

  for (guint i = 0; i < self->removals->len; i++) {
    const GvtRemoval *removal = self->removals->pdata[i];
    g_autofree char *escaped = escape_text (removal->text);

    g_string_append_printf (text,
                            "  <gvt:removed after='%s' index='%u' gap='%" G_GSIZE_FORMAT
                            "'>%s</gvt:removed>\n",
                            removal->after,
                            removal->index,
                            removal->gap,
                            escaped);
  }
}

static void
append_qemu (GString *text, const GvtRecord *self)
{
  for (guint i = 0; i < self->globals->len; i++) {
    g_string_append (text, "  <gvt:global");
    gvt_record_append_attribute (text, "value", self->globals->pdata[i]);
    g_string_append (text, "/>\n");
  }

  for (guint i = 0; i < self->variables->len; i++) {
    const GvtVariable *variable = self->variables->pdata[i];

    g_string_append (text, "  <gvt:variable");
    gvt_record_append_attribute (text, "name", variable->name);
    gvt_record_append_attribute (text, "value", variable->value);
    g_string_append (text, "/>\n");
  }
}

char *
gvt_record_to_markup (const GvtRecord *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append (text, "<gvt:attachment xmlns:gvt='" GVT_DOMAIN_NAMESPACE "'");
  gvt_record_append_attribute (text, "vgpu", self->vgpu);
  gvt_record_append_attribute (text, "alias", self->alias);
  if (self->no_audio)
    gvt_record_append_attribute (text, "without", "audio");
  if (self->highest_bus >= 0)
    g_string_append_printf (text, " buses='%d'", self->highest_bus);
  for (guint i = 0; i < self->made->len; i++)
    g_string_append_printf (text,
                            "%s%s%s",
                            i == 0 ? " made='" : " ",
                            (const char *) self->made->pdata[i],
                            i == self->made->len - 1 ? "'" : "");
  g_string_append_printf (text, ">\n  <gvt:settings%s/>\n", self->settings);

  append_devices (text, self);
  append_qemu (text, self);
  for (guint i = 0; i < self->opened->len; i++) {
    const GvtOpened *opened = self->opened->pdata[i];
    g_autofree char *escaped = escape_text (opened->tail);

    g_string_append_printf (text,
                            "  <gvt:opened element='%s'>%s</gvt:opened>\n",
                            opened->element,
                            escaped);
  }

  g_string_append (text, "</gvt:attachment>");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
