/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parents, their types, and mediated devices as plain values. Any thread. Reads nothing.
 */

#include "mdev-info.h"

void
gvt_type_info_free (GvtTypeInfo *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->description);
  g_free (self->device_api);
  g_free (self);
}

void
gvt_parent_info_free (GvtParentInfo *self)
{
  g_free (self->name);
  g_free (self->pci_address);
  g_free (self->model);
  g_free (self->driver);
  g_free (self->render_node);
  g_ptr_array_unref (self->types);
  g_free (self);
}

void
gvt_device_info_free (GvtDeviceInfo *self)
{
  g_free (self->uuid);
  g_free (self->parent);
  g_free (self->type);
  g_free (self);
}

static gpointer
type_info_copy (gconstpointer type, gpointer user_data)
{
  const GvtTypeInfo *self = type;
  GvtTypeInfo *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->device_api = g_strdup (self->device_api);
  return copy;
}

GvtParentInfo *
gvt_parent_info_copy (const GvtParentInfo *self)
{
  GvtParentInfo *copy = g_new0 (GvtParentInfo, 1);

  copy->name = g_strdup (self->name);
  copy->pci_address = g_strdup (self->pci_address);
  copy->model = g_strdup (self->model);
  copy->driver = g_strdup (self->driver);
  copy->render_node = g_strdup (self->render_node);
  copy->boot_vga = self->boot_vga;
  copy->types = g_ptr_array_copy (self->types, type_info_copy, NULL);
  return copy;
}

GvtDeviceInfo *
gvt_device_info_copy (const GvtDeviceInfo *self)
{
  GvtDeviceInfo *copy = g_new0 (GvtDeviceInfo, 1);

  copy->uuid = g_strdup (self->uuid);
  copy->parent = g_strdup (self->parent);
  copy->type = g_strdup (self->type);
  copy->group = self->group;
  copy->removing = self->removing;
  return copy;
}

gboolean
gvt_device_info_equal (const GvtDeviceInfo *a, const GvtDeviceInfo *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_str_equal (a->parent, b->parent) && g_str_equal (a->type, b->type) &&
         a->group == b->group && a->removing == b->removing;
}

static gboolean
same_type (const GvtTypeInfo *a, const GvtTypeInfo *b)
{
  return g_str_equal (a->id, b->id) && a->available == b->available &&
         g_str_equal (a->name, b->name) && g_str_equal (a->description, b->description) &&
         g_str_equal (a->device_api, b->device_api);
}

gboolean
gvt_parent_info_equal (const GvtParentInfo *a, const GvtParentInfo *b)
{
  if (a->types->len != b->types->len || !g_str_equal (a->driver, b->driver) ||
      !g_str_equal (a->model, b->model) || !g_str_equal (a->render_node, b->render_node) ||
      a->boot_vga != b->boot_vga)
    return FALSE;
  for (guint i = 0; i < a->types->len; i++) {
    if (!same_type (g_ptr_array_index (a->types, i), g_ptr_array_index (b->types, i)))
      return FALSE;
  }
  return TRUE;
}

GvtTypeInfo *
gvt_parent_info_find_type (const GvtParentInfo *self, const char *id)
{
  for (guint i = 0; i < self->types->len; i++) {
    GvtTypeInfo *type = g_ptr_array_index (self->types, i);

    if (g_str_equal (type->id, id))
      return type;
  }
  return NULL;
}

char *
gvt_parent_info_list_types (const GvtParentInfo *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->types->len; i++) {
    const GvtTypeInfo *type = g_ptr_array_index (self->types, i);

    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", type->id);
  }
  return g_strdup (text->len > 0 ? text->str : "no type at all");
}
