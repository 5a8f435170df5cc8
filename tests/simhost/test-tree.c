/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree: links as sysfs makes them, counts, and nodes that outlive their removal.
 */
#include "tree.h"

static void
assert_link (SimTree *tree, const char *dir, const char *target, const char *expected)
{
  SimNode *root = sim_tree_root (tree);
  SimNode *link;

  link =
      sim_node_add_link (sim_node_make_dir (root, dir), "link", sim_node_make_dir (root, target));
  g_assert_cmpstr (link->text, ==, expected);
}

/* The right-hand sides are what ls says on a real machine. */
static void
test_links (void)
{
  g_autoptr (SimTree) tree = sim_tree_new ();

  assert_link (tree,
               "bus/mdev/devices",
               "devices/pci0000:00/gpu/uuid",
               "../../../devices/pci0000:00/gpu/uuid");
  assert_link (tree,
               "devices/pci0000:00/gpu/uuid",
               "kernel/iommu_groups/1",
               "../../../../kernel/iommu_groups/1");
  assert_link (tree,
               "devices/pci0000:00/gpu/uuid",
               "devices/pci0000:00/gpu/mdev_supported_types/t",
               "../mdev_supported_types/t");
  assert_link (tree, "devices/pci0000:00/gpu/drm/card0", "devices/pci0000:00/gpu", "../../../gpu");
  assert_link (tree, "class", "class/drm", "drm");
}

static void
test_find (void)
{
  g_autoptr (SimTree) tree = sim_tree_new ();
  SimNode *root = sim_tree_root (tree);
  SimNode *dir = sim_node_make_dir (root, "a/b");
  SimNode *file = sim_node_add_format (dir, "f", "%d", 5);
  g_autofree char *path = sim_node_path (file);

  g_assert_true (sim_node_find (root, "a/b/f") == file);
  g_assert_true (sim_node_find (root, "/a//b/f") == file);
  g_assert_true (sim_node_find (root, "") == root);
  g_assert_null (sim_node_find (root, "a/c/f"));
  g_assert_null (sim_node_find (root, "a/b/f/g"));
  g_assert_cmpstr (file->text, ==, "5\n");
  g_assert_cmpstr (path, ==, "a/b/f");
  g_assert_true (sim_node_make_dir (root, "a/b") == dir);
}

static void
test_counts (void)
{
  g_autoptr (SimTree) tree = sim_tree_new ();
  SimNode *root = sim_tree_root (tree);

  sim_node_make_dir (root, "a");
  sim_node_make_dir (root, "b/c");
  sim_node_add_text (root, "f", "");
  g_assert_cmpuint (root->subdirs, ==, 2);
  sim_node_remove_child (root, "b");
  g_assert_cmpuint (root->subdirs, ==, 1);
  sim_node_remove_child (root, "none");
  g_assert_cmpuint (g_hash_table_size (root->children), ==, 2);
}

static void
test_detached (void)
{
  g_autoptr (SimTree) tree = sim_tree_new ();
  SimNode *root = sim_tree_root (tree);
  SimNode *file = sim_node_add_text (sim_node_make_dir (root, "a/b"), "f", "x");
  guint64 id = file->id;

  sim_node_ref (file);
  sim_node_remove_child (root, "a");
  g_assert_true (sim_tree_by_id (tree, id) == file);
  g_assert_true (file->detached);
  g_assert_null (file->parent);
  sim_node_unref (file, 1);
  g_assert_null (sim_tree_by_id (tree, id));

  file = sim_node_add_text (root, "f", "y");
  g_assert_cmpuint (file->id, >, id);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simhost/tree/links", test_links);
  g_test_add_func ("/simhost/tree/find", test_find);
  g_test_add_func ("/simhost/tree/counts", test_counts);
  g_test_add_func ("/simhost/tree/detached", test_detached);
  return g_test_run ();
}
