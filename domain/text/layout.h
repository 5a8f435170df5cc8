/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the text around an insertion is laid out, so that what is inserted looks the same. */
#pragma once

#include "document.h"
#include "splice.h"

G_BEGIN_DECLS

/**
 * gvt_layout_trim:
 *
 * Returns: the offset after the last byte before @offset that is no white space
 */
gsize gvt_layout_trim (const char *text, gsize offset);

/**
 * gvt_layout_as_child:
 * @parent: where it will stand
 * @markup: an element in our own notation: lines end in `\n`, two spaces per level, the first line
 *   not indented, no line break in values
 *
 * Returns: (transfer full): @markup as a child of @parent is written in this text: white space
 * before it, line ends and indentation as the other children have them, or all in one line
 */
char *
gvt_layout_as_child (const GvtDocument *document, const GvtElement *parent, const char *markup);

/**
 * gvt_layout_append_children:
 * @markups: of strings, see gvt_layout_as_child()
 *
 * Notes the insertion of @markups as the last children of @parent. gvt_layout_remove() of what was
 * inserted restores the text exactly, except that `<parent/>` is `<parent></parent>` then.
 */
void gvt_layout_append_children (GvtSplices *splices,
                                 const GvtDocument *document,
                                 const GvtElement *parent,
                                 GPtrArray *markups);

/**
 * gvt_layout_insert_after:
 *
 * Notes the insertion of @markup as the next sibling of @element.
 */
void gvt_layout_insert_after (GvtSplices *splices,
                              const GvtDocument *document,
                              const GvtElement *element,
                              const char *markup);

/**
 * gvt_layout_remove:
 *
 * Notes the removal of @element and of the white space before it.
 */
void
gvt_layout_remove (GvtSplices *splices, const GvtDocument *document, const GvtElement *element);

/**
 * gvt_layout_self_closing_tail:
 *
 * Returns: (transfer full): how the tag of a `<parent/>` ends: `/>` and the white space before it
 */
char *gvt_layout_self_closing_tail (const GvtDocument *document, const GvtElement *element);

/**
 * gvt_layout_is_blank:
 *
 * Whether nothing but white space is in the text from @start to @end.
 */
gboolean gvt_layout_is_blank (const char *text, gsize start, gsize end);

/**
 * gvt_layout_is_elements_only:
 *
 * Whether nothing but white space stands between the children of @element.
 */
gboolean gvt_layout_is_elements_only (const GvtDocument *document, const GvtElement *element);

/**
 * gvt_layout_remove_attribute:
 * @name: the attribute's name as the text has it, with its prefix
 *
 * Notes the removal of an attribute from the tag of @element, and of the white space before it.
 */
void gvt_layout_remove_attribute (GvtSplices *splices,
                                  const GvtDocument *document,
                                  const GvtElement *element,
                                  const char *name);

G_END_DECLS
