/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the domains that the tests work on, and stands in for libvirt where its rewriting of the
 * text matters.
 */

#include "fixtures.h"

#include "edit.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <string.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GStrv
fixture_names (const char *folder_name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, folder_name, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_assert_cmpuint (names->len, >, 0);

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_steal (names, NULL);
}

char *
fixture_read (const char *folder, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

GvtDomainSettings *
fixture_settings (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  GvtDomainSettings *settings = NULL;

  g_assert_no_error (error);
  settings = gvt_domain_settings_from_variant (variant, &error);
  g_assert_no_error (error);
  return settings;
}

static void
drop (xmlNode *node)
{
  xmlUnlinkNode (node);
  xmlFreeNode (node);
}

/* libvirt reads elements; of what stands between them it keeps nothing, but in <metadata>. */
static void
drop_what_libvirt_drops (xmlNode *parent)
{
  gboolean has_elements = xmlFirstElementChild (parent) != NULL;
  xmlNode *next = NULL;

  for (xmlNode *node = parent->children; node != NULL; node = next) {
    next = node->next;
    if (node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE)
      drop (node);
    else if (node->type != XML_ELEMENT_NODE && has_elements)
      drop (node);
    else if (node->type == XML_ELEMENT_NODE && !xmlStrEqual (node->name, BAD_CAST "metadata"))
      drop_what_libvirt_drops (node);
  }
}

char *
fixture_rewrite (const char *xml)
{
  xmlDoc *document =
      xmlReadMemory (xml, (int) strlen (xml), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
  xmlBuffer *buffer = xmlBufferCreate ();
  xmlNode *root = NULL;
  char *text = NULL;

  g_assert_nonnull (document);
  root = xmlDocGetRootElement (document);
  drop_what_libvirt_drops (root);
  xmlNodeDump (buffer, document, root, 0, 1);
  text = g_strdup ((const char *) xmlBufferContent (buffer));

  xmlBufferFree (buffer);
  xmlFreeDoc (document);
  return text;
}

char *
fixture_edit (const char *xml, const char *settings_text)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings (settings_text);
  g_autoptr (GError) error = NULL;
  char *edited = gvt_domain_edit (xml, VGPU, settings, &error);

  g_assert_no_error (error);
  return edited;
}

char *
fixture_strip (const char *xml)
{
  g_autoptr (GError) error = NULL;
  char *stripped = gvt_domain_strip (xml, VGPU, &error);

  g_assert_no_error (error);
  return stripped;
}

char *
fixture_replace (const char *text, const char *old, const char *new)
{
  g_autoptr (GString) result = g_string_new (text);

  g_assert_cmpuint (g_string_replace (result, old, new, 1), ==, 1);
  return g_string_free (g_steal_pointer (&result), FALSE);
}
