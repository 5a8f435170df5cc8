/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads domain capabilities. Pure; any thread.
 */

#include "capabilities.h"

#include "gvt-error.h"
#include "markup-tree.h"

#include <string.h>

static const GvtMarkupNode *
find (const GvtMarkupNode *top, const char *const *path)
{
  const GvtMarkupNode *node = top;

  for (gsize i = 0; node != NULL && path[i] != NULL; i++)
    node = gvt_markup_node_child (node, path[i]);
  return node;
}

static void
add_values (GStrvBuilder *values, const GvtMarkupNode *list)
{
  for (guint i = 0; i < list->children->len; i++) {
    const GvtMarkupNode *value = list->children->pdata[i];
    const GvtMarkupNode *content = value->children->len == 1 ? value->children->pdata[0] : NULL;

    if (gvt_markup_node_is (value, "value") && content != NULL && content->text != NULL)
      g_strv_builder_add (values, content->text);
  }
}

GStrv
gvt_capabilities_graphics (const char *xml, GError **error)
{
  static const char *const path[] = { "domainCapabilities", "devices", "graphics", NULL };
  g_autoptr (GvtMarkupNode) top = gvt_markup_tree_parse (xml, error);
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  const GvtMarkupNode *graphics = NULL;
  gboolean said = FALSE;

  if (top == NULL)
    return NULL;
  graphics = find (top, path);
  for (guint i = 0; graphics != NULL && i < graphics->children->len; i++) {
    const GvtMarkupNode *list = graphics->children->pdata[i];

    if (!gvt_markup_node_is (list, "enum") ||
        g_strcmp0 (gvt_markup_node_attribute (list, "name"), "type") != 0)
      continue;
    add_values (values, list);
    said = TRUE;
  }
  if (said)
    return g_strv_builder_end (values);
  g_set_error_literal (error,
                       GVT_ERROR,
                       GVT_ERROR_INVALID_ARGUMENT,
                       "the domain capabilities name no graphics");
  return NULL;
}
