/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's XML as a tree of elements that know which bytes of the text they are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GvtElement GvtElement;

/**
 * GvtAttribute:
 * @name: without prefix
 * @namespace_uri: (nullable): of a prefixed attribute
 * @value: with references resolved
 */
typedef struct {
  char *name;
  char *namespace_uri;
  char *value;
} GvtAttribute;

/**
 * GvtNamespace:
 * @prefix: (nullable): NULL for the default namespace
 * @uri: what it stands for
 */
typedef struct {
  char *prefix;
  char *uri;
} GvtNamespace;

/**
 * GvtElement:
 * @name: without prefix
 * @namespace_uri: (nullable): NULL where libvirt's own elements are
 * @attributes: of GvtAttribute, in the order of the text
 * @namespaces: of GvtNamespace, those declared on this very element
 * @text: the character data directly inside, references resolved
 * @open_start: offset of the start tag's `<`
 * @open_end: offset after the start tag's `>`
 * @close_start: offset of the end tag's `<`; equals @open_end for `<a/>`
 * @close_end: offset after the end tag's `>`; equals @open_end for `<a/>`
 * @self_closing: written as `<a/>`
 *
 * One element. Everything in it belongs to its document.
 */
struct _GvtElement {
  char *name;
  char *namespace_uri;
  GArray *attributes;
  GArray *namespaces;
  GString *text;
  GvtElement *parent;
  GvtElement *previous;
  GvtElement *next;
  GvtElement *first_child;
  GvtElement *last_child;
  gsize open_start;
  gsize open_end;
  gsize close_start;
  gsize close_end;
  gboolean self_closing;
};

/**
 * GvtDocument:
 * @text: the text itself, as it was given
 * @root: its outermost element
 */
typedef struct {
  char *text;
  GvtElement *root;
  GPtrArray *elements;
} GvtDocument;

/**
 * gvt_document_parse:
 * @text: XML, UTF-8, at most GVT_DOMAIN_XML_MAX bytes
 *
 * Returns: (transfer full): the tree, or NULL with GVT_ERROR_INVALID_ARGUMENT, whose message has
 * the line and the reason. Any DOCTYPE, any encoding but UTF-8 and undeclared prefixes are refused.
 */
GvtDocument *gvt_document_parse (const char *text, GError **error);

/**
 * gvt_document_parse_domain:
 *
 * As gvt_document_parse(), and the root must be a libvirt `<domain>`.
 */
GvtDocument *gvt_document_parse_domain (const char *text, GError **error);

void gvt_document_free (GvtDocument *self);

/**
 * gvt_element_is:
 *
 * Whether @self is libvirt's own element @name, that is, one without a namespace.
 */
gboolean gvt_element_is (const GvtElement *self, const char *name);

/**
 * gvt_element_is_in:
 *
 * Whether @self is the element @name of the namespace @uri.
 */
gboolean gvt_element_is_in (const GvtElement *self, const char *uri, const char *name);

/**
 * gvt_element_child:
 * @self: (nullable): NULL has no children
 *
 * Returns: (nullable): the first child that is libvirt's own element @name
 */
GvtElement *gvt_element_child (const GvtElement *self, const char *name);

/**
 * gvt_element_child_in:
 * @self: (nullable): NULL has no children
 *
 * Returns: (nullable): the first child that is the element @name of the namespace @uri
 */
GvtElement *gvt_element_child_in (const GvtElement *self, const char *uri, const char *name);

/**
 * gvt_element_attribute:
 * @self: (nullable): NULL has no attributes
 *
 * Returns: (nullable): the value of the attribute @name that has no namespace
 */
const char *gvt_element_attribute (const GvtElement *self, const char *name);

/**
 * gvt_element_has:
 *
 * Whether the attribute @name is there and is @value.
 */
gboolean gvt_element_has (const GvtElement *self, const char *name, const char *value);

/**
 * gvt_document_devices:
 *
 * Returns: the domain's `<devices>`, or NULL with GVT_ERROR_INVALID_ARGUMENT if it has none
 */
GvtElement *gvt_document_devices (const GvtDocument *self, GError **error);

/**
 * gvt_document_is_uefi:
 *
 * Whether the domain boots with UEFI: libvirt chooses such a firmware, or a pflash loader is given.
 */
gboolean gvt_document_is_uefi (const GvtDocument *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDocument, gvt_document_free)

G_END_DECLS
