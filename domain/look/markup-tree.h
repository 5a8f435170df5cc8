/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML as a plain tree, read by GLib's parser rather than by libxml2. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtMarkupNode:
 * @name: an element's name, prefix included; %NULL for text, comments and the like
 * @namespace_uri: (nullable): an element's namespace; %NULL where libvirt's own elements are
 * @text: (nullable): what stands there, if it is no element
 * @verbatim: whether @text is a comment or a processing instruction rather than text
 * @attributes: of strings `name=value`, sorted
 * @children: of GvtMarkupNode; text of white space alone is left out
 */
typedef struct {
  char *name;
  char *namespace_uri;
  char *text;
  gboolean verbatim;
  GPtrArray *attributes;
  GPtrArray *children;
} GvtMarkupNode;

/**
 * gvt_markup_tree_parse:
 * @text: XML
 *
 * Returns: (transfer full): a node without a name around all there is, or %NULL with
 * %GVT_ERROR_INVALID_ARGUMENT. A DOCTYPE, undeclared prefixes and attributes that are given twice are
 * refused, as the edits' parser does.
 */
GvtMarkupNode *gvt_markup_tree_parse (const char *text, GError **error);

void gvt_markup_node_free (GvtMarkupNode *self);

/** gvt_markup_node_equal: Returns: whether both are the same all the way down */
gboolean gvt_markup_node_equal (const GvtMarkupNode *a, const GvtMarkupNode *b);

/** gvt_markup_node_is: Returns: whether it is an element of that name, whatever its prefix */
gboolean gvt_markup_node_is (const GvtMarkupNode *self, const char *local_name);

/** gvt_markup_node_attribute: Returns: (transfer none) (nullable): an attribute's value */
const char *gvt_markup_node_attribute (const GvtMarkupNode *self, const char *name);

/** gvt_markup_node_child: Returns: (transfer none) (nullable): the first element of that name */
const GvtMarkupNode *gvt_markup_node_child (const GvtMarkupNode *self, const char *local_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtMarkupNode, gvt_markup_node_free)

G_END_DECLS
