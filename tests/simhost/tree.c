/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree of directories, attributes and links, as the kernel's kernfs keeps for sysfs. One
 * thread. It knows nothing of GPUs and nothing of FUSE. A removed node lives on, detached, while
 * somebody holds a reference (an inode the kernel knows, an open file, a write under way), so
 * that a late read or write can be answered with ENODEV as the kernel does.
 */
#include "tree.h"

#include <string.h>

struct _SimTree {
  SimNode *root;
  GHashTable *by_id;
  guint64 last_id;
};

static void
node_free (gpointer data)
{
  SimNode *node = data;

  g_clear_pointer (&node->children, g_hash_table_unref);
  g_clear_pointer (&node->name, g_ref_string_release);
  g_clear_pointer (&node->text, g_free);
  g_free (node);
}

static SimNode *
node_new (SimTree *tree, SimNodeKind kind, const char *name, mode_t mode)
{
  SimNode *node = g_new0 (SimNode, 1);

  node->tree = tree;
  node->id = ++tree->last_id;
  node->kind = kind;
  node->name = g_ref_string_new_intern (name);
  node->mode = mode;
  node->references = 1;
  g_hash_table_insert (tree->by_id, &node->id, node);
  return node;
}

SimTree *
sim_tree_new (void)
{
  SimTree *tree = g_new0 (SimTree, 1);

  tree->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, node_free);
  tree->root = node_new (tree, SIM_NODE_DIR, "", 0555);
  return tree;
}

void
sim_tree_free (SimTree *tree)
{
  g_hash_table_unref (tree->by_id);
  g_free (tree);
}

SimNode *
sim_tree_root (SimTree *tree)
{
  return tree->root;
}

SimNode *
sim_tree_by_id (SimTree *tree, guint64 id)
{
  return g_hash_table_lookup (tree->by_id, &id);
}

SimNode *
sim_node_child (SimNode *dir, const char *name)
{
  return dir->children != NULL ? g_hash_table_lookup (dir->children, name) : NULL;
}

SimNode *
sim_node_find (SimNode *dir, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  SimNode *at = dir;
  char **name;

  for (name = names; *name != NULL && at != NULL; name++) {
    if (**name != '\0')
      at = sim_node_child (at, *name);
  }
  return at;
}

static SimNode *
node_add (SimNode *dir, SimNodeKind kind, const char *name, mode_t mode)
{
  SimNode *node;

  sim_node_remove_child (dir, name);
  node = node_new (dir->tree, kind, name, mode);
  node->parent = dir;
  if (dir->children == NULL)
    dir->children = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (dir->children, node->name, node);
  if (kind == SIM_NODE_DIR)
    dir->subdirs++;
  return node;
}

SimNode *
sim_node_make_dir (SimNode *dir, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  SimNode *at = dir;
  char **name;

  for (name = names; *name != NULL; name++) {
    SimNode *next = sim_node_child (at, *name);

    at = next != NULL ? next : node_add (at, SIM_NODE_DIR, *name, 0755);
  }
  return at;
}

SimNode *
sim_node_add_text (SimNode *dir, const char *name, const char *text)
{
  SimNode *node = node_add (dir, SIM_NODE_FILE, name, 0444);

  node->text = g_strconcat (text, "\n", NULL);
  return node;
}

SimNode *
sim_node_add_format (SimNode *dir, const char *name, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return sim_node_add_text (dir, name, text);
}

SimNode *
sim_node_add_attr (SimNode *dir, const char *name, mode_t mode, const SimAttr *attr, gpointer owner)
{
  SimNode *node = node_add (dir, SIM_NODE_FILE, name, mode);

  node->attr = attr;
  node->owner = owner;
  return node;
}

/* The way from the directory @from to @to, as kernfs_get_target_path(): up to where their paths
 * part, then down, and the target's own name at least. */
static char *
relative_path (SimNode *from, SimNode *to)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GHashTable) above = g_hash_table_new (NULL, NULL);
  SimNode *at;

  for (at = to->parent; at != NULL; at = at->parent)
    g_hash_table_add (above, at);
  for (; !g_hash_table_contains (above, from); from = from->parent)
    g_string_append (path, "../");
  for (at = to; at != from; at = at->parent) {
    gsize up = strspn (path->str, "./");

    g_string_insert_c (path, up, '/');
    g_string_insert (path, up, at->name);
  }
  g_string_truncate (path, path->len - 1);
  return g_string_free (g_steal_pointer (&path), FALSE);
}

SimNode *
sim_node_add_link (SimNode *dir, const char *name, SimNode *target)
{
  SimNode *node = node_add (dir, SIM_NODE_LINK, name, 0777);

  node->text = relative_path (dir, target);
  return node;
}

static void
detach (SimNode *node)
{
  GHashTableIter iter;
  gpointer child;

  if (node->children != NULL) {
    g_hash_table_iter_init (&iter, node->children);
    while (g_hash_table_iter_next (&iter, NULL, &child)) {
      g_hash_table_iter_remove (&iter);
      detach (child);
    }
    node->subdirs = 0;
  }
  node->parent = NULL;
  node->detached = TRUE;
  sim_node_unref (node, 1);
}

void
sim_node_remove (SimNode *node)
{
  SimNode *dir = node->parent;

  g_return_if_fail (dir != NULL);
  g_hash_table_remove (dir->children, node->name);
  if (node->kind == SIM_NODE_DIR)
    dir->subdirs--;
  detach (node);
}

void
sim_node_remove_child (SimNode *dir, const char *name)
{
  SimNode *child = sim_node_child (dir, name);

  if (child != NULL)
    sim_node_remove (child);
}

SimNode *
sim_node_ref (SimNode *node)
{
  node->references++;
  return node;
}

void
sim_node_unref (SimNode *node, guint64 count)
{
  g_return_if_fail (node->references >= count);

  node->references -= count;
  if (node->references == 0)
    g_hash_table_remove (node->tree->by_id, &node->id);
}

char *
sim_node_path (SimNode *node)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (; node->parent != NULL; node = node->parent) {
    if (path->len > 0)
      g_string_prepend_c (path, '/');
    g_string_prepend (path, node->name);
  }
  return g_string_free (g_steal_pointer (&path), FALSE);
}
