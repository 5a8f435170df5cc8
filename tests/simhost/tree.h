/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef struct _SimTree SimTree;
typedef struct _SimNode SimNode;
typedef struct _SimWrite SimWrite;

typedef enum {
  SIM_NODE_DIR,
  SIM_NODE_LINK,
  SIM_NODE_FILE,
} SimNodeKind;

/**
 * SimAttr:
 * @show: appends the text that a read gives to @text, and returns 0 or an errno
 * @store: takes a write; must end with sim_write_finish(), now or later
 *
 * What reading and writing an attribute does. Either may be %NULL.
 */
typedef struct {
  int (*show) (SimNode *node, GString *text);
  void (*store) (SimNode *node, SimWrite *write);
} SimAttr;

/**
 * SimNode:
 * @id: inode number, never used twice in the life of a tree
 * @name: the last component of its path
 * @parent: (nullable): the directory, %NULL for the root and once it is detached
 * @detached: no longer in the tree, kept because something still refers to it
 * @mode: permission bits
 * @subdirs: how many children are directories
 * @children: (nullable): name to node, for directories that have any
 * @text: a link's target, or the unchanging text of a file
 * @owner: what the attribute belongs to; for the callbacks of @attr
 */
struct _SimNode {
  SimTree *tree;
  guint64 id;
  SimNode *parent;
  char *name;
  GHashTable *children;
  char *text;
  const SimAttr *attr;
  gpointer owner;
  guint64 references;
  guint subdirs;
  SimNodeKind kind;
  mode_t mode;
  gboolean detached;
};

SimTree *sim_tree_new (void);

/** Frees the tree with all nodes, whoever still refers to them. */
void sim_tree_free (SimTree *tree);

/** Returns: (transfer none): the root directory, whose inode number is 1 */
SimNode *sim_tree_root (SimTree *tree);

/** Returns: (nullable) (transfer none): the node with this inode number, detached ones too */
SimNode *sim_tree_by_id (SimTree *tree, guint64 id);

/** Returns: (nullable) (transfer none): the child called @name */
SimNode *sim_node_child (SimNode *dir, const char *name);

/**
 * sim_node_find:
 * @path: names separated by slashes; links are not followed, `..` is not special
 *
 * Returns: (nullable) (transfer none): the node below @dir
 */
SimNode *sim_node_find (SimNode *dir, const char *path);

/** Makes the directories of @path that are missing. Returns: (transfer none): the last one */
SimNode *sim_node_make_dir (SimNode *dir, const char *path);

/** Adds a read-only file that always says @text and a newline; replaces what has its name. */
SimNode *sim_node_add_text (SimNode *dir, const char *name, const char *text);

/** As sim_node_add_text(), with the text made from @format. */
SimNode *sim_node_add_format (SimNode *dir, const char *name, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** Adds a file whose contents @attr makes for @owner; replaces what has its name. */
SimNode *sim_node_add_attr (SimNode *dir,
                            const char *name,
                            mode_t mode,
                            const SimAttr *attr,
                            gpointer owner);

/** Adds a relative symbolic link to @target, as sysfs_create_link() does. */
SimNode *sim_node_add_link (SimNode *dir, const char *name, SimNode *target);

/** Takes @node and all below it out of the tree. */
void sim_node_remove (SimNode *node);

/** Removes the child called @name, if there is one. */
void sim_node_remove_child (SimNode *dir, const char *name);

/** Keeps @node in memory although it may be removed. Returns: @node */
SimNode *sim_node_ref (SimNode *node);

/** Drops @count references. */
void sim_node_unref (SimNode *node, guint64 count);

/** Returns: (transfer full): the path below the root, without a slash in front */
char *sim_node_path (SimNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimTree, sim_tree_free)

G_END_DECLS
