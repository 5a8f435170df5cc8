/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XML into a tree, with GMarkup: for looking at domains, which all programs do, and at what the edits
 * made, whose parser is libxml2. Pure; any thread. Must not be used to edit anything: it keeps no
 * positions.
 */

#include "markup-tree.h"

#include "gvt-error.h"
#include "text-guard.h"
#include "xml-limits.h"

#include <string.h>

static GvtMarkupNode *
node_new (const char *name, char *text)
{
  GvtMarkupNode *self = g_new0 (GvtMarkupNode, 1);

  self->name = g_strdup (name);
  self->text = text;
  self->attributes = g_ptr_array_new_with_free_func (g_free);
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_markup_node_free);
  return self;
}

void
gvt_markup_node_free (GvtMarkupNode *self)
{
  g_free (self->name);
  g_free (self->namespace_uri);
  g_free (self->text);
  g_ptr_array_unref (self->attributes);
  g_ptr_array_unref (self->children);
  g_free (self);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* What the innermost of @open that declares @prefix says it stands for; an empty one needs nobody. */
static gboolean
find_namespace (const GPtrArray *open, const char *prefix, const char **uri)
{
  g_autofree char *declaration = g_strconcat (*prefix != '\0' ? "xmlns:" : "xmlns", prefix, NULL);

  *uri = NULL;
  for (guint i = open->len; i > 0 && *uri == NULL; i--)
    *uri = gvt_markup_node_attribute (open->pdata[i - 1], declaration);
  return *uri != NULL || *prefix == '\0' || g_str_equal (prefix, "xml");
}

static char *
prefix_of (const char *name, gsize length)
{
  const char *colon = memchr (name, ':', length);

  return g_strndup (name, colon != NULL ? (gsize) (colon - name) : 0);
}

/* GMarkup knows nothing of namespaces, nor minds what is given twice. */
static gboolean
check_attributes (const GPtrArray *open, const GvtMarkupNode *node)
{
  const char *previous = "";
  gsize previous_length = 0;

  for (guint i = 0; i < node->attributes->len; i++) {
    const char *attribute = node->attributes->pdata[i];
    gsize length = strcspn (attribute, "=");
    g_autofree char *prefix = prefix_of (attribute, length);
    const char *uri;

    if ((length == previous_length && strncmp (attribute, previous, length) == 0) ||
        (!g_str_equal (prefix, "xmlns") && !find_namespace (open, prefix, &uri)))
      return FALSE;
    previous = attribute;
    previous_length = length;
  }
  return TRUE;
}

static void
on_start (GMarkupParseContext *context,
          const char *name,
          const char **names,
          const char **values,
          gpointer data,
          GError **error)
{
  GPtrArray *open = data;
  const GvtMarkupNode *parent = open->pdata[open->len - 1];
  GvtMarkupNode *node = node_new (name, NULL);
  g_autofree char *prefix = prefix_of (name, strlen (name));
  const char *uri;

  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (node->attributes, g_strconcat (names[i], "=", values[i], NULL));
  g_ptr_array_sort (node->attributes, compare_strings);
  g_ptr_array_add (parent->children, node);
  g_ptr_array_add (open, node);
  if (!find_namespace (open, prefix, &uri) || !check_attributes (open, node))
    g_set_error (error,
                 G_MARKUP_ERROR,
                 G_MARKUP_ERROR_INVALID_CONTENT,
                 "<%.60s> has an undeclared prefix, or an attribute twice",
                 name);
  else if (open->len > GVT_DOMAIN_DEPTH_MAX)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "it nests too deep");
  else
    node->namespace_uri = uri != NULL && *uri != '\0' ? g_strdup (uri) : NULL;
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  GPtrArray *open = data;

  g_ptr_array_set_size (open, (int) open->len - 1);
}

static void
on_text (GMarkupParseContext *context,
         const char *text,
         gsize length,
         gpointer data,
         GError **error)
{
  GPtrArray *open = data;
  const GvtMarkupNode *parent = open->pdata[open->len - 1];
  g_autofree char *copy = g_strndup (text, length);

  if (*g_strchug (copy) != '\0')
    g_ptr_array_add (parent->children, node_new (NULL, g_strndup (text, length)));
}

static void
on_passthrough (GMarkupParseContext *context,
                const char *text,
                gsize length,
                gpointer data,
                GError **error)
{
  GPtrArray *open = data;
  const GvtMarkupNode *parent = open->pdata[open->len - 1];
  GvtMarkupNode *node = node_new (NULL, g_strndup (text, length));

  node->verbatim = TRUE;
  g_ptr_array_add (parent->children, node);
  if (g_str_has_prefix (node->text, "<!DOCTYPE"))
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "it has a DOCTYPE");
}

GvtMarkupNode *
gvt_markup_tree_parse (const char *text, GError **error)
{
  static const GMarkupParser parser = { on_start, on_end, on_text, on_passthrough, NULL };
  g_autoptr (GvtMarkupNode) top = node_new (NULL, NULL);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, open, NULL);
  g_autoptr (GError) problem = NULL;

  if (!gvt_text_guard_check (text, error))
    return NULL;
  g_ptr_array_add (open, top);
  if (g_markup_parse_context_parse (context, text, -1, &problem) &&
      g_markup_parse_context_end_parse (context, &problem))
    return g_steal_pointer (&top);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "the domain XML is malformed: %s",
               problem->message);
  return NULL;
}

gboolean
gvt_markup_node_equal (const GvtMarkupNode *a, const GvtMarkupNode *b)
{
  if (g_strcmp0 (a->name, b->name) != 0 || g_strcmp0 (a->text, b->text) != 0 ||
      a->verbatim != b->verbatim || a->attributes->len != b->attributes->len ||
      a->children->len != b->children->len)
    return FALSE;
  for (guint i = 0; i < a->attributes->len; i++) {
    if (!g_str_equal (a->attributes->pdata[i], b->attributes->pdata[i]))
      return FALSE;
  }
  for (guint i = 0; i < a->children->len; i++) {
    if (!gvt_markup_node_equal (a->children->pdata[i], b->children->pdata[i]))
      return FALSE;
  }
  return TRUE;
}

gboolean
gvt_markup_node_is (const GvtMarkupNode *self, const char *local_name)
{
  const char *colon = self->name != NULL ? strchr (self->name, ':') : NULL;

  return self->name != NULL && g_str_equal (colon != NULL ? colon + 1 : self->name, local_name);
}

const char *
gvt_markup_node_attribute (const GvtMarkupNode *self, const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; i < self->attributes->len; i++) {
    const char *attribute = self->attributes->pdata[i];

    if (strncmp (attribute, name, length) == 0 && attribute[length] == '=')
      return attribute + length + 1;
  }
  return NULL;
}

const GvtMarkupNode *
gvt_markup_node_child (const GvtMarkupNode *self, const char *local_name)
{
  for (guint i = 0; i < self->children->len; i++) {
    const GvtMarkupNode *child = self->children->pdata[i];

    if (gvt_markup_node_is (child, local_name))
      return child;
  }
  return NULL;
}
