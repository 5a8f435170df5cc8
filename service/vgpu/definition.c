/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Definitions of vGPUs, in mdevctl's place and format: the one writer of /etc/mdevctl.d. Worker
 * threads only. mdevctl fails altogether on one malformed file, so each is written whole or not.
 */

#include "definition.h"

#include <json-glib/json-glib.h>

#include "durable-file.h"
#include "gvt-error.h"
#include "scan.h"
#include "uuid.h"

#define DEFINITION_MAX (64 * 1024)
#define NESTING_MAX 1000
#define READ_ATTEMPTS 3
#define READ_PAUSE_MS 5

GvtDefinition *
gvt_definition_new (const char *uuid, const char *parent, const char *type, gboolean automatic)
{
  GvtDefinition *self = g_new0 (GvtDefinition, 1);

  self->uuid = g_strdup (uuid);
  self->parent = g_strdup (parent);
  self->type = g_strdup (type);
  self->automatic = automatic;
  return self;
}

GvtDefinition *
gvt_definition_copy (const GvtDefinition *self)
{
  return gvt_definition_new (self->uuid, self->parent, self->type, self->automatic);
}

void
gvt_definition_free (GvtDefinition *self)
{
  g_free (self->uuid);
  g_free (self->parent);
  g_free (self->type);
  g_free (self);
}

gboolean
gvt_definition_equal (const GvtDefinition *a, const GvtDefinition *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_str_equal (a->parent, b->parent) && g_str_equal (a->type, b->type) &&
         a->automatic == b->automatic;
}

char *
gvt_definition_locate (const char *parent, const char *uuid)
{
  return g_build_filename (GVT_DEFINITIONS, parent, uuid, NULL);
}

/* Since the file's reader recurses. What closes again is not told apart from what stands in a string
 * or, as json-glib permits, a comment; a definition opens few. */
static gboolean
nesting_is_sane (const char *text)
{
  int opened = 0;

  for (; *text != '\0' && opened <= NESTING_MAX; text++)
    opened += *text == '[' || *text == '{';
  return opened <= NESTING_MAX;
}

static JsonObject *
parse_object (const char *text, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) reason = NULL;
  JsonNode *node;

  if (!g_utf8_validate (text, -1, NULL) || !nesting_is_sane (text)) {
    g_set_error_literal (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, "no JSON to be trusted");
    return NULL;
  }
  if (!json_parser_load_from_data (parser, text, -1, &reason)) {
    g_set_error_literal (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, reason->message);
    return NULL;
  }
  node = json_parser_get_root (parser);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)) {
    g_set_error_literal (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, "no JSON object");
    return NULL;
  }
  return json_object_ref (json_node_get_object (node));
}

static const char *
string_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* json-glib takes an escape of four characters that are no digits, and makes of it what is no UTF-8. */
static gboolean
type_is_a_name (const char *type)
{
  return type != NULL && *type != '\0' && *type != '.' && strlen (type) <= 128 &&
         strpbrk (type, "/\n") == NULL && g_utf8_validate (type, -1, NULL);
}

GvtDefinition *
gvt_definition_parse (const char *uuid, const char *parent, const char *text, GError **error)
{
  g_autoptr (JsonObject) object = parse_object (text, error);
  const char *type;

  if (object == NULL)
    return NULL;
  type = string_member (object, "mdev_type");
  if (!type_is_a_name (type)) {
    g_set_error_literal (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, "no usable \"mdev_type\"");
    return NULL;
  }
  return gvt_definition_new (uuid,
                             parent,
                             type,
                             g_strcmp0 (string_member (object, "start"), "auto") == 0);
}

static GvtDefinition *
read_once (GvtRoot *root, const char *parent, const char *uuid, GError **error)
{
  g_autofree char *path = gvt_definition_locate (parent, uuid);
  g_autofree char *text = gvt_root_read_text (root, path, DEFINITION_MAX, error);

  return text == NULL ? NULL : gvt_definition_parse (uuid, parent, text, error);
}

GvtDefinition *
gvt_definition_read (GvtRoot *root,
                     const char *parent,
                     const char *uuid,
                     gboolean patient,
                     GError **error)
{
  int attempts = patient ? READ_ATTEMPTS : 1;

  for (int attempt = 1;; attempt++) {
    g_autoptr (GError) reason = NULL;
    GvtDefinition *definition = read_once (root, parent, uuid, &reason);

    if (definition != NULL)
      return definition;
    if (attempt == attempts || !g_error_matches (reason, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT)) {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
    g_usleep (READ_PAUSE_MS * 1000);
  }
}

/* The object to write: what is there already, if it can be read, with our two keys set. */
static JsonNode *
merge (GvtRoot *root, const char *path, const GvtDefinition *self)
{
  g_autofree char *text = gvt_root_read_text (root, path, DEFINITION_MAX, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (text != NULL && g_utf8_validate (text, -1, NULL) && nesting_is_sane (text) &&
      json_parser_load_from_data (parser, text, -1, NULL))
    node = json_parser_steal_root (parser);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)) {
    g_clear_pointer (&node, json_node_unref);
    node = json_node_init_object (json_node_alloc (), json_object_new ());
    json_object_unref (json_node_get_object (node));
  }
  object = json_node_get_object (node);
  json_object_set_string_member (object, "mdev_type", self->type);
  json_object_set_string_member (object, "start", self->automatic ? "auto" : "manual");
  if (!json_object_has_member (object, "attrs"))
    json_object_set_array_member (object, "attrs", json_array_new ());
  return g_steal_pointer (&node);
}

/* mdevctl passes over plain files beside its directories without a word. */
static gboolean
write_file (GvtRoot *root, const GvtDefinition *self, const char *text, GError **error)
{
  g_autofree char *path = gvt_definition_locate (self->parent, self->uuid);
  g_autofree char *temporary = gvt_durable_temporary (GVT_DEFINITIONS, self->uuid);
  const GvtDurableFile file = { .path = path, .temporary = temporary, .mode = 0644 };

  return gvt_durable_write_text (root, &file, text, error);
}

static char *
generate (JsonNode *node, gboolean pretty)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *json = NULL;

  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, pretty);
  json = json_generator_to_data (generator, NULL);
  return g_strconcat (json, "\n", NULL);
}

/* With blanks, unless those make what is nested deeply larger than a file may be. */
static char *
generate_to_fit (JsonNode *node)
{
  g_autofree char *pretty = generate (node, TRUE);

  return strlen (pretty) <= DEFINITION_MAX ? g_steal_pointer (&pretty) : generate (node, FALSE);
}

/* What somebody else has in the file may not survive: json-glib writes a number beyond its range as a
 * word, and strings with escapes longer than they were. */
gboolean
gvt_definition_save (GvtRoot *root, const GvtDefinition *self, GError **error)
{
  g_autofree char *path = gvt_definition_locate (self->parent, self->uuid);
  g_autoptr (JsonNode) node = merge (root, path, self);
  g_autofree char *text = generate_to_fit (node);
  g_autoptr (GvtDefinition) again = NULL;

  if (strlen (text) <= DEFINITION_MAX)
    again = gvt_definition_parse (self->uuid, self->parent, text, NULL);
  if (gvt_definition_equal (again, self))
    return write_file (root, self, text, error);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               "%s has something beside type and start that cannot be written again; look at its "
               "\"attrs\", or delete the file",
               path);
  return FALSE;
}

char *
gvt_definition_keep (GvtRoot *root, const GvtDefinition *self)
{
  g_autofree char *path = gvt_definition_locate (self->parent, self->uuid);

  return gvt_root_read_text (root, path, DEFINITION_MAX, NULL);
}

gboolean
gvt_definition_put_back (GvtRoot *root, const GvtDefinition *self, const char *text, GError **error)
{
  g_autofree char *now = gvt_definition_keep (root, self);

  /* What never went away need not be written, least of all where nothing can be. */
  return g_strcmp0 (now, text) == 0 || write_file (root, self, text, error);
}

gboolean
gvt_definition_delete (GvtRoot *root, const GvtDefinition *self, GError **error)
{
  g_autofree char *path = gvt_definition_locate (self->parent, self->uuid);

  return gvt_durable_remove (root, path, error);
}

void
gvt_definition_sweep (GvtRoot *root)
{
  gvt_durable_sweep (root, GVT_DEFINITIONS);
}
