/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happened between two looks at the service. Pure. Any thread. Must not look by itself.
 */

#include "changes.h"

#include "json-output.h"

#include <string.h>

/* An object as it is compared and told. */
typedef struct {
  const char *kind;
  const char *name;
  JsonNode *node;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  json_node_unref (item->node);
  g_free (item);
}

static void
change_free (gpointer data)
{
  GvtChange *change = data;

  g_free (change->name);
  g_clear_pointer (&change->before, json_node_unref);
  g_clear_pointer (&change->after, json_node_unref);
  g_free (change);
}

static void
add_item (GHashTable *items,
          GPtrArray *order,
          const char *path,
          const char *kind,
          const char *name,
          JsonBuilder *builder)
{
  g_autoptr (JsonBuilder) owned = builder;
  Item *item = g_new (Item, 1);

  item->kind = kind;
  item->name = name;
  item->node = json_builder_get_root (owned);
  g_hash_table_insert (items, (gpointer) path, item);
  g_ptr_array_add (order, (gpointer) path);
}

/* All objects by path; @order keeps GPUs before types before vGPUs. */
static GHashTable *
collect (const GvtObjects *objects, GPtrArray *order)
{
  GHashTable *items = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, item_free);

  for (guint i = 0; i < objects->gpus->len; i++) {
    const GvtGpu *gpu = g_ptr_array_index (objects->gpus, i);
    JsonBuilder *builder = json_builder_new ();

    gvt_json_add_gpu (builder, NULL, gpu);
    add_item (items, order, gpu->path, "gpu", gpu->name, builder);
  }
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);
    JsonBuilder *builder = json_builder_new ();

    gvt_json_add_type (builder, type);
    add_item (items, order, type->path, "type", type->id, builder);
  }
  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);
    JsonBuilder *builder = json_builder_new ();

    gvt_json_add_vgpu (builder, vgpu);
    add_item (items,
              order,
              vgpu->path,
              "vgpu",
              *vgpu->label != '\0' ? vgpu->label : vgpu->uuid,
              builder);
  }
  return items;
}

static void
add_change (GPtrArray *changes, const Item *before, const Item *after)
{
  const Item *either = after != NULL ? after : before;
  GvtChange *change = NULL;

  if (before != NULL && after != NULL && json_node_equal (before->node, after->node))
    return;
  change = g_new0 (GvtChange, 1);
  change->event = before == NULL ? "added" : after == NULL ? "removed" : "changed";
  change->kind = either->kind;
  change->name = g_strdup (either->name);
  change->before = before != NULL ? json_node_ref (before->node) : NULL;
  change->after = after != NULL ? json_node_ref (after->node) : NULL;
  g_ptr_array_add (changes, change);
}

GPtrArray *
gvt_changes_between (const GvtObjects *before, const GvtObjects *after)
{
  g_autoptr (GPtrArray) old_order = g_ptr_array_new ();
  g_autoptr (GPtrArray) new_order = g_ptr_array_new ();
  g_autoptr (GHashTable) old = collect (before, old_order);
  g_autoptr (GHashTable) new = collect (after, new_order);
  GPtrArray *changes = g_ptr_array_new_with_free_func (change_free);

  for (guint i = 0; i < old_order->len; i++) {
    const char *path = g_ptr_array_index (old_order, i);

    if (!g_hash_table_contains (new, path))
      add_change (changes, g_hash_table_lookup (old, path), NULL);
  }
  for (guint i = 0; i < new_order->len; i++) {
    const char *path = g_ptr_array_index (new_order, i);

    add_change (changes, g_hash_table_lookup (old, path), g_hash_table_lookup (new, path));
  }
  return changes;
}

/* What a person calls the members; NULL for those of which another says as much. */
static const struct {
  const char *member;
  const char *word;
} words[] = {
  { "active", NULL },
  { "owner_uid", NULL },
  { "available_instances", N_ ("room") },
  { "defined", N_ ("defined") },
  { "device_node", N_ ("node") },
  { "domain", N_ ("VM") },
  { "failure", N_ ("failure") },
  { "label", N_ ("label") },
  { "owner", N_ ("owner") },
  { "start", N_ ("start") },
  { "state", N_ ("state") },
};

static const char *
word_for (const char *member)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strcmp (words[i].member, member) == 0)
      return words[i].word != NULL ? _ (words[i].word) : NULL;
  }
  return member;
}

static char *
value_text (JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("-");
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? _ ("yes") : _ ("no"));
  return json_to_string (node, FALSE);
}

/* What is different now, as "state inactive → active, node - → /dev/vfio/1". */
static char *
list_differences (const GvtChange *change)
{
  JsonObject *before = json_node_get_object (change->before);
  JsonObject *after = json_node_get_object (change->after);
  g_autoptr (GList) members = json_object_get_members (after);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (GList *member = members; member != NULL; member = member->next) {
    const char *word = word_for (member->data);
    g_autofree char *old_text = value_text (json_object_get_member (before, member->data));
    g_autofree char *new_text = value_text (json_object_get_member (after, member->data));
    g_autofree char *part = NULL;

    if (word == NULL || strcmp (old_text, new_text) == 0)
      continue;
    part = g_strdup_printf ("%s %s → %s", word, old_text, new_text);
    g_strv_builder_add (parts, part);
  }
  all = g_strv_builder_end (parts);
  return g_strjoinv (", ", all);
}

char *
gvt_change_describe (const GvtChange *change)
{
  const char *kind = strcmp (change->kind, "gpu") == 0    ? _ ("GPU")
                     : strcmp (change->kind, "type") == 0 ? _ ("type")
                                                          : _ ("vGPU");
  g_autofree char *differences = NULL;

  if (change->after == NULL)
    return g_strdup_printf (_ ("%s %s is gone"), kind, change->name);
  if (change->before == NULL && strcmp (change->kind, "vgpu") == 0) {
    JsonObject *vgpu = json_node_get_object (change->after);

    return g_strdup_printf (_ ("%s %s is new: %s, %s"),
                            kind,
                            change->name,
                            json_object_get_string_member (vgpu, "type"),
                            json_object_get_string_member (vgpu, "state"));
  }
  if (change->before == NULL)
    return g_strdup_printf (_ ("%s %s is new"), kind, change->name);
  differences = list_differences (change);
  return g_strdup_printf ("%s %s: %s", kind, change->name, differences);
}

char *
gvt_change_to_json (const GvtChange *change, const char *time)
{
  JsonBuilder *builder = json_builder_begin_object (json_builder_new ());

  gvt_json_add_string (builder, "time", time);
  gvt_json_add_string (builder, "event", change->event);
  gvt_json_add_string (builder, "kind", change->kind);
  json_builder_set_member_name (builder, "object");
  json_builder_add_value (builder,
                          json_node_copy (change->after != NULL ? change->after : change->before));
  return gvt_json_end (json_builder_end_object (builder), FALSE);
}
