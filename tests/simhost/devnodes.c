/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Device nodes as real files, because POSIX ACLs, chown and stat must be the real kernel's. One
 * thread. Only files below the directory it was given are made or removed, and of those only
 * its own.
 */
#include "devnodes.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Group N has minor N. The others lie above any group number in use. */
#define CONTAINER_MINOR 0xfff00
#define DRI_MINOR 0xffe00
#define OTHER_MINOR 0xffd00

const char *const sim_node_shapes[] = { "device", "none", "symlink", "plain", "other", NULL };

struct _SimDevNodes {
  char *dir;
  guint major;
  GHashTable *made;
};

/* The kernel hands out 234 to 254 from the top, so search from below: what is free is likely to
 * stay so. */
static guint
unowned_major (void)
{
  g_autofree char *devices = NULL;
  char *block_devices;
  guint major;

  if (!g_file_get_contents ("/proc/devices", &devices, NULL, NULL))
    return 240;
  block_devices = strstr (devices, "Block devices:");
  if (block_devices != NULL)
    *block_devices = '\0';
  for (major = 240; major < 254; major++) {
    g_autofree char *line = g_strdup_printf ("\n%3u ", major);

    if (strstr (devices, line) == NULL)
      break;
  }
  return major;
}

static void
make_node (SimDevNodes *nodes, const char *name, mode_t mode, guint minor)
{
  char *path = g_build_filename (nodes->dir, name, NULL);

  unlink (path);
  if (mknod (path, mode & S_IFMT ? mode : S_IFCHR | mode, makedev (nodes->major, minor)) < 0 ||
      chmod (path, mode & 07777) < 0)
    g_warning ("cannot make %s: %s", path, g_strerror (errno));
  g_hash_table_add (nodes->made, path);
}

static void
make_link (SimDevNodes *nodes, const char *name, const char *target)
{
  char *path = g_build_filename (nodes->dir, name, NULL);

  unlink (path);
  if (symlink (target, path) < 0)
    g_warning ("cannot make %s: %s", path, g_strerror (errno));
  g_hash_table_add (nodes->made, path);
}

SimDevNodes *
sim_devnodes_new (const char *dir, GError **error)
{
  g_autoptr (SimDevNodes) nodes = g_new0 (SimDevNodes, 1);
  g_autofree char *vfio = g_build_filename (dir, "dev/vfio", NULL);
  g_autofree char *by_path = g_build_filename (dir, "dev/dri/by-path", NULL);

  nodes->dir = g_build_filename (dir, "dev", NULL);
  nodes->made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  nodes->major = unowned_major ();
  if (g_mkdir_with_parents (vfio, 0755) < 0 || g_mkdir_with_parents (by_path, 0755) < 0) {
    g_set_error (error,
                 G_IO_ERROR,
                 g_io_error_from_errno (errno),
                 "cannot make the directories of %s: %s",
                 nodes->dir,
                 g_strerror (errno));
    return NULL;
  }
  make_node (nodes, "vfio/vfio", 0666, CONTAINER_MINOR);
  return g_steal_pointer (&nodes);
}

void
sim_devnodes_free (SimDevNodes *nodes)
{
  g_clear_pointer (&nodes->made, g_hash_table_unref);
  g_clear_pointer (&nodes->dir, g_free);
  g_free (nodes);
}

void
sim_devnodes_remove_all (SimDevNodes *nodes)
{
  static const char *const dirs[] = { "vfio", "dri/by-path", "dri", "" };
  GHashTableIter iter;
  gpointer path;
  gsize i;

  g_hash_table_iter_init (&iter, nodes->made);
  while (g_hash_table_iter_next (&iter, &path, NULL)) {
    unlink (path);
    g_hash_table_iter_remove (&iter);
  }
  for (i = 0; i < G_N_ELEMENTS (dirs); i++) {
    g_autofree char *dir = g_build_filename (nodes->dir, dirs[i], NULL);

    rmdir (dir);
  }
}

guint
sim_devnodes_major (SimDevNodes *nodes)
{
  return nodes->major;
}

guint
sim_devnodes_dri_minor (guint index, gboolean render)
{
  return DRI_MINOR + index + (render ? 128 : 0);
}

void
sim_devnodes_add_group (SimDevNodes *nodes, guint group, SimNodeShape shape)
{
  g_autofree char *name = g_strdup_printf ("vfio/%u", group);

  switch (shape) {
  case SIM_NODE_DEVICE:
    make_node (nodes, name, 0600, group);
    break;
  case SIM_NODE_SYMLINK:
    make_link (nodes, name, "vfio");
    break;
  case SIM_NODE_PLAIN:
    make_node (nodes, name, S_IFREG | 0600, 0);
    break;
  case SIM_NODE_OTHER:
    make_node (nodes, name, 0600, OTHER_MINOR);
    break;
  case SIM_NODE_NONE:
    break;
  }
}

void
sim_devnodes_remove_group (SimDevNodes *nodes, guint group)
{
  g_autofree char *path = g_strdup_printf ("%s/vfio/%u", nodes->dir, group);

  unlink (path);
  g_hash_table_remove (nodes->made, path);
}

void
sim_devnodes_add_gpu (SimDevNodes *nodes, guint index, const char *address)
{
  g_autofree char *card = g_strdup_printf ("dri/card%u", index);
  g_autofree char *render = g_strdup_printf ("dri/renderD%u", index + 128);
  g_autofree char *card_link = g_strdup_printf ("dri/by-path/pci-%s-card", address);
  g_autofree char *render_link = g_strdup_printf ("dri/by-path/pci-%s-render", address);
  g_autofree char *card_target = g_strdup_printf ("../card%u", index);
  g_autofree char *render_target = g_strdup_printf ("../renderD%u", index + 128);

  make_node (nodes, card, 0660, sim_devnodes_dri_minor (index, FALSE));
  make_node (nodes, render, 0660, sim_devnodes_dri_minor (index, TRUE));
  make_link (nodes, card_link, card_target);
  make_link (nodes, render_link, render_target);
}
