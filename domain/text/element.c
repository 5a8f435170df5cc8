/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking at elements: names, children, attributes. Pure; any thread.
 */

#include "document.h"

#include "gvt-error.h"

gboolean
gvt_element_is (const GvtElement *self, const char *name)
{
  return self->namespace_uri == NULL && g_str_equal (self->name, name);
}

gboolean
gvt_element_is_in (const GvtElement *self, const char *uri, const char *name)
{
  return g_strcmp0 (self->namespace_uri, uri) == 0 && g_str_equal (self->name, name);
}

GvtElement *
gvt_element_child_in (const GvtElement *self, const char *uri, const char *name)
{
  for (GvtElement *child = self != NULL ? self->first_child : NULL; child != NULL;
       child = child->next) {
    if (gvt_element_is_in (child, uri, name))
      return child;
  }

  return NULL;
}

GvtElement *
gvt_element_child (const GvtElement *self, const char *name)
{
  return gvt_element_child_in (self, NULL, name);
}

const char *
gvt_element_attribute (const GvtElement *self, const char *name)
{
  for (guint i = 0; self != NULL && i < self->attributes->len; i++) {
    const GvtAttribute *attribute = &g_array_index (self->attributes, GvtAttribute, i);

    if (attribute->namespace_uri == NULL && g_str_equal (attribute->name, name))
      return attribute->value;
  }

  return NULL;
}

gboolean
gvt_element_has (const GvtElement *self, const char *name, const char *value)
{
  return g_strcmp0 (gvt_element_attribute (self, name), value) == 0;
}

GvtElement *
gvt_document_devices (const GvtDocument *self, GError **error)
{
  GvtElement *devices = gvt_element_child (self->root, "devices");

  if (devices == NULL)
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_INVALID_ARGUMENT,
                         "the domain has no <devices>");
  return devices;
}

gboolean
gvt_document_is_uefi (const GvtDocument *self)
{
  const GvtElement *os = gvt_element_child (self->root, "os");

  return gvt_element_has (os, "firmware", "efi") ||
         gvt_element_has (gvt_element_child (os, "loader"), "type", "pflash");
}
