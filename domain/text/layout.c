/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads line ends and indentation off the surroundings of an insertion, and writes markup in them.
 * Insertion and removal are each other's inverse: both treat the white space before an element as
 * part of it. Pure; any thread.
 */

#include "layout.h"

#include <string.h>

typedef struct {
  char *newline;
  char *indent;
  char *unit;
} Layout;

static void
layout_free (Layout *self)
{
  g_free (self->newline);
  g_free (self->indent);
  g_free (self->unit);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Layout, layout_free)

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

gsize
gvt_layout_trim (const char *text, gsize offset)
{
  while (offset > 0 && is_space (text[offset - 1]))
    offset--;
  return offset;
}

gboolean
gvt_layout_is_blank (const char *text, gsize start, gsize end)
{
  return gvt_layout_trim (text, end) <= start;
}

/* Whether the tag at @offset begins its line; then @newline and @indent are what stands before it.
 */
static gboolean
begins_line (const char *text, gsize offset, char **newline, char **indent)
{
  gsize start = offset;

  while (start > 0 && (text[start - 1] == ' ' || text[start - 1] == '\t'))
    start--;
  if (start == 0 || text[start - 1] != '\n')
    return FALSE;

  *newline = g_strdup (start > 1 && text[start - 2] == '\r' ? "\r\n" : "\n");
  *indent = g_strndup (text + start, offset - start);
  return TRUE;
}

/* The children's own indentation minus the parent's, if the one begins with the other. */
static char *
indentation_unit (const char *parent, const char *child)
{
  if (g_str_has_prefix (child, parent) && strlen (child) > strlen (parent))
    return g_strdup (child + strlen (parent));
  return g_strdup (strchr (parent, '\t') != NULL ? "\t" : "  ");
}

static Layout *
layout_of_children (const GvtDocument *document, const GvtElement *parent)
{
  Layout *layout = g_new0 (Layout, 1);
  g_autofree char *outer_newline = NULL;
  g_autofree char *outer = NULL;
  gboolean own_line = begins_line (document->text, parent->open_start, &outer_newline, &outer);

  if (parent->first_child != NULL) {
    if (begins_line (document->text,
                     parent->first_child->open_start,
                     &layout->newline,
                     &layout->indent)) {
      layout->unit = indentation_unit (outer != NULL ? outer : "", layout->indent);
      return layout;
    }
    own_line = FALSE;
  }

  layout->unit = indentation_unit (outer != NULL ? outer : "", "");
  layout->newline = g_strdup (own_line ? outer_newline : "");
  layout->indent = own_line ? g_strconcat (outer, layout->unit, NULL) : g_strdup ("");
  return layout;
}

static char *
lay_out (const Layout *layout, const char *markup)
{
  g_autoptr (GString) result = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (markup, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++) {
    gsize spaces = strspn (lines[i], " ");

    g_string_append (result, layout->newline);
    if (*layout->newline != '\0') {
      g_string_append (result, layout->indent);
      for (gsize level = 0; level < spaces / 2; level++)
        g_string_append (result, layout->unit);
    }
    g_string_append (result, lines[i] + spaces);
  }

  return g_string_free (g_steal_pointer (&result), FALSE);
}

char *
gvt_layout_as_child (const GvtDocument *document, const GvtElement *parent, const char *markup)
{
  g_autoptr (Layout) layout = layout_of_children (document, parent);

  return lay_out (layout, markup);
}

/* Where a tag's `/>` begins, with the white space before it. */
static gsize
self_closing_tail (const GvtDocument *document, const GvtElement *element)
{
  return gvt_layout_trim (document->text, element->open_end - 2);
}

char *
gvt_layout_self_closing_tail (const GvtDocument *document, const GvtElement *element)
{
  gsize tail = self_closing_tail (document, element);

  return g_strndup (document->text + tail, element->open_end - tail);
}

/* The qualified name, as the start tag has it. */
static char *
tag_name (const GvtDocument *document, const GvtElement *element)
{
  const char *name = document->text + element->open_start + 1;

  return g_strndup (name, strcspn (name, " \t\r\n/>"));
}

void
gvt_layout_append_children (GvtSplices *splices,
                            const GvtDocument *document,
                            const GvtElement *parent,
                            GPtrArray *markups)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize end = gvt_layout_trim (document->text, parent->close_start);

  for (guint i = 0; i < markups->len; i++) {
    g_autofree char *child = gvt_layout_as_child (document, parent, markups->pdata[i]);

    g_string_append (text, child);
  }

  if (parent->self_closing) {
    g_autofree char *name = tag_name (document, parent);
    g_autofree char *newline = NULL;
    g_autofree char *indent = NULL;

    begins_line (document->text, parent->open_start, &newline, &indent);
    g_string_prepend (text, ">");
    g_string_append_printf (text,
                            "%s%s</%s>",
                            newline != NULL ? newline : "",
                            indent != NULL ? indent : "",
                            name);
    gvt_splices_replace (splices,
                         self_closing_tail (document, parent),
                         parent->open_end,
                         text->str);
    return;
  }

  gvt_splices_replace (splices, end, end, text->str);
}

void
gvt_layout_insert_after (GvtSplices *splices,
                         const GvtDocument *document,
                         const GvtElement *element,
                         const char *markup)
{
  g_autofree char *text = gvt_layout_as_child (document, element->parent, markup);

  gvt_splices_replace (splices, element->close_end, element->close_end, text);
}

void
gvt_layout_remove (GvtSplices *splices, const GvtDocument *document, const GvtElement *element)
{
  gvt_splices_replace (splices,
                       gvt_layout_trim (document->text, element->open_start),
                       element->close_end,
                       "");
}

gboolean
gvt_layout_is_elements_only (const GvtDocument *document, const GvtElement *element)
{
  gsize start = element->open_end;

  for (const GvtElement *child = element->first_child; child != NULL; child = child->next) {
    if (!gvt_layout_is_blank (document->text, start, child->open_start))
      return FALSE;
    start = child->close_end;
  }
  return gvt_layout_is_blank (document->text, start, element->close_start);
}

/* The tag is known to be well formed: name, then attributes with quoted values. */
void
gvt_layout_remove_attribute (GvtSplices *splices,
                             const GvtDocument *document,
                             const GvtElement *element,
                             const char *name)
{
  const char *text = document->text;
  gsize here = element->open_start + 1;

  here += strcspn (text + here, " \t\r\n/>");
  for (;;) {
    gsize start = here + strspn (text + here, " \t\r\n");
    gsize length = strcspn (text + start, " \t\r\n=/>");
    gsize quote = start + length;
    const char *end = NULL;

    if (length == 0)
      return;

    quote += strcspn (text + quote, "'\"");
    end = strchr (text + quote + 1, text[quote]);
    g_return_if_fail (end != NULL);

    if (strlen (name) == length && strncmp (text + start, name, length) == 0) {
      gvt_splices_replace (splices, here, (gsize) (end + 1 - text), "");
      return;
    }
    here = (gsize) (end + 1 - text);
  }
}
