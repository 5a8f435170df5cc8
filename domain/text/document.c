/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only file that calls libxml2's parser. It builds a tree of elements from SAX events and notes
 * for each which bytes of the text it is, so that an edit can leave every other byte alone. Pure;
 * any thread. It must never resolve an entity, read a file or a socket, or take a DOCTYPE.
 */

#include "document.h"

#include "gvt-error.h"
#include "xml-limits.h"
#include "text-guard.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <string.h>

typedef struct {
  GvtDocument *document;
  xmlParserCtxt *parser;
  gsize length;
  GvtElement *current;
  guint depth;
  gboolean lost;
  char *problem;
  int problem_line;
} Build;

static void
attribute_clear (gpointer data)
{
  GvtAttribute *attribute = data;

  g_free (attribute->name);
  g_free (attribute->namespace_uri);
  g_free (attribute->value);
}

static void
namespace_clear (gpointer data)
{
  GvtNamespace *declared = data;

  g_free (declared->prefix);
  g_free (declared->uri);
}

static void
element_free (gpointer data)
{
  GvtElement *element = data;

  g_free (element->name);
  g_free (element->namespace_uri);
  g_array_unref (element->attributes);
  g_array_unref (element->namespaces);
  g_string_free (element->text, TRUE);
  g_free (element);
}

static GvtElement *
element_new (GvtDocument *document, GvtElement *parent)
{
  GvtElement *element = g_new0 (GvtElement, 1);

  element->attributes = g_array_new (FALSE, FALSE, sizeof (GvtAttribute));
  g_array_set_clear_func (element->attributes, attribute_clear);
  element->namespaces = g_array_new (FALSE, FALSE, sizeof (GvtNamespace));
  g_array_set_clear_func (element->namespaces, namespace_clear);
  element->text = g_string_new (NULL);
  g_ptr_array_add (document->elements, element);

  element->parent = parent;
  if (parent == NULL) {
    document->root = element;
    return element;
  }

  element->previous = parent->last_child;
  if (parent->last_child != NULL)
    parent->last_child->next = element;
  else
    parent->first_child = element;
  parent->last_child = element;
  return element;
}

/* Keeps the first problem: those after it follow from it. */
static void
stop (Build *build, const char *problem)
{
  if (build->problem == NULL) {
    build->problem = g_strdup (problem);
    build->problem_line = xmlSAX2GetLineNumber (build->parser);
  }
  xmlStopParser (build->parser);
}

/* Where the parser stands in the text. Exact, because no encoding is ever converted. */
static gsize
position (Build *build)
{
  long consumed = xmlByteConsumed (build->parser);

  return consumed < 0 ? 0 : MIN ((gsize) consumed, build->length);
}

/* Offset of the last `<` before @end. None can stand inside a tag: XML forbids it in values. */
static gboolean
find_tag_start (const char *text, gsize end, gsize *start)
{
  const char *found = memrchr (text, '<', end);

  if (found == NULL)
    return FALSE;

  *start = (gsize) (found - text);
  return TRUE;
}

/* libxml2 leaves `&` as `&#38;` in values when it does not substitute entities. */
static char *
resolve_value (const xmlChar *begin, const xmlChar *end)
{
  GString *value = g_string_new_len ((const char *) begin, end - begin);

  g_string_replace (value, "&#38;", "&", 0);
  return g_string_free (value, FALSE);
}

static void
on_start_element (void *data,
                  const xmlChar *name,
                  const xmlChar *prefix,
                  const xmlChar *uri,
                  int n_namespaces,
                  const xmlChar **namespaces,
                  int n_attributes,
                  int n_defaulted,
                  const xmlChar **attributes)
{
  Build *build = data;
  const char *text = build->document->text;
  gsize here = position (build);
  GvtElement *element = NULL;

  if (++build->depth > GVT_DOMAIN_DEPTH_MAX) {
    stop (build, "elements are nested too deeply");
    return;
  }

  element = element_new (build->document, build->current);
  element->name = g_strdup ((const char *) name);
  element->namespace_uri = g_strdup ((const char *) uri);

  /* The parser has read the attributes and stands before `>` or `/>`; else it will complain itself.
   */
  element->self_closing = g_str_has_prefix (text + here, "/>");
  element->open_end = here + (element->self_closing ? 2 : 1);
  if (!find_tag_start (text, here, &element->open_start) ||
      (text[here] != '>' && !element->self_closing))
    build->lost = TRUE;

  for (int i = 0; i < n_namespaces; i++) {
    GvtNamespace declared = {
      .prefix = g_strdup ((const char *) namespaces[2 * i]),
      .uri = g_strdup ((const char *) namespaces[2 * i + 1]),
    };
    g_array_append_val (element->namespaces, declared);
  }

  for (int i = 0; i < n_attributes; i++) {
    const xmlChar **part = attributes + 5 * i;
    GvtAttribute attribute = {
      .name = g_strdup ((const char *) part[0]),
      .namespace_uri = g_strdup ((const char *) part[2]),
      .value = resolve_value (part[3], part[4]),
    };
    g_array_append_val (element->attributes, attribute);
  }

  build->current = element;
}

static void
on_end_element (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Build *build = data;
  GvtElement *element = build->current;

  g_return_if_fail (element != NULL);

  build->depth--;
  build->current = element->parent;
  if (element->self_closing) {
    element->close_start = element->open_end;
    element->close_end = element->open_end;
    return;
  }

  /* The parser stands behind the end tag. */
  element->close_end = position (build);
  if (!find_tag_start (build->document->text, element->close_end, &element->close_start) ||
      build->document->text[element->close_start + 1] != '/')
    build->lost = TRUE;
}

static void
on_characters (void *data, const xmlChar *text, int length)
{
  Build *build = data;

  if (build->current != NULL)
    g_string_append_len (build->current->text, (const char *) text, length);
}

static void
on_doctype (void *data, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  stop (data, "a DOCTYPE is not allowed in a domain's XML");
}

static void
on_error (void *data,
#if LIBXML_VERSION >= 21200
          const xmlError *problem)
#else
          xmlError *problem)
#endif
{
  Build *build = data;

  if (problem->level < XML_ERR_ERROR || build->problem != NULL || problem->message == NULL)
    return;

  build->problem = g_strdelimit (g_strstrip (g_strdup (problem->message)), "\r\n\t", ' ');
  build->problem_line = problem->line;
}

static void
run_parser (Build *build)
{
  const char *text = build->document->text;
  int options = XML_PARSE_NONET | XML_PARSE_IGNORE_ENC;
  xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start_element,
    .endElementNs = on_end_element,
    .characters = on_characters,
    .ignorableWhitespace = on_characters,
    .cdataBlock = on_characters,
    .internalSubset = on_doctype,
    .serror = on_error,
  };

#if LIBXML_VERSION >= 21300
  options |= XML_PARSE_NO_XXE;
#endif

  build->parser = xmlCreateMemoryParserCtxt (text, (int) build->length);
  if (build->parser == NULL) {
    build->problem = g_strdup ("the document is empty");
    build->problem_line = 1;
    return;
  }

  xmlCtxtUseOptions (build->parser, options);
  *build->parser->sax = handler;
  build->parser->userData = build;
  xmlParseDocument (build->parser);

  if (build->problem == NULL && !(build->parser->wellFormed && build->parser->nsWellFormed))
    stop (build, "the text is not well-formed XML");
  if (build->problem == NULL && build->lost)
    stop (build, "the parser lost its place in the text");

  xmlFreeParserCtxt (build->parser);
}

GvtDocument *
gvt_document_parse (const char *text, GError **error)
{
  g_autoptr (GvtDocument) document = NULL;
  g_autofree char *problem = NULL;
  Build build = { 0 };

  if (!gvt_text_guard_check (text, error))
    return NULL;

  document = g_new0 (GvtDocument, 1);
  document->text = g_strdup (text);
  document->elements = g_ptr_array_new_with_free_func (element_free);

  build.document = document;
  build.length = strlen (text);
  run_parser (&build);
  problem = build.problem;
  if (problem != NULL || document->root == NULL) {
    g_autofree char *shown = problem != NULL ? g_utf8_make_valid (problem, -1) : NULL;

    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "line %d: %s",
                 MAX (build.problem_line, 1),
                 shown != NULL ? shown : "there is no element");
    return NULL;
  }

  return g_steal_pointer (&document);
}

GvtDocument *
gvt_document_parse_domain (const char *text, GError **error)
{
  g_autoptr (GvtDocument) document = gvt_document_parse (text, error);

  if (document == NULL)
    return NULL;

  if (!gvt_element_is (document->root, "domain")) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "this is not a libvirt domain: its outermost element is <%.60s>",
                 document->root->name);
    return NULL;
  }

  return g_steal_pointer (&document);
}

void
gvt_document_free (GvtDocument *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->elements);
  g_free (self->text);
  g_free (self);
}
