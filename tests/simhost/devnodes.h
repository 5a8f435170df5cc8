/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SimNodeShape:
 * @SIM_NODE_DEVICE: the device node, as it should be
 * @SIM_NODE_NONE: nothing
 * @SIM_NODE_SYMLINK: a symbolic link to the container node
 * @SIM_NODE_PLAIN: a plain file
 * @SIM_NODE_OTHER: a device node with another number than sysfs says
 *
 * What is to be found under the name of a group's node.
 */
typedef enum {
  SIM_NODE_DEVICE,
  SIM_NODE_NONE,
  SIM_NODE_SYMLINK,
  SIM_NODE_PLAIN,
  SIM_NODE_OTHER,
} SimNodeShape;

/** Names of the shapes, %NULL-terminated, in their order. */
extern const char *const sim_node_shapes[];

/** The real files below DIR/dev: VFIO group nodes and DRM nodes. */
typedef struct _SimDevNodes SimDevNodes;

/**
 * sim_devnodes_new:
 * @dir: the host's directory; `dev/vfio` and `dev/dri/by-path` are made below it
 *
 * Makes the VFIO container node, and picks a character device major that no driver owns, so that
 * opening a node fails with ENXIO once permissions let it pass, whoever opens it.
 *
 * Returns: (nullable): the nodes, or %NULL with @error set
 */
SimDevNodes *sim_devnodes_new (const char *dir, GError **error);

/** Frees @nodes and leaves the files. */
void sim_devnodes_free (SimDevNodes *nodes);

/** Removes every file that @nodes has made, and its directories where they are empty then. */
void sim_devnodes_remove_all (SimDevNodes *nodes);

/** Returns: the major number of all nodes */
guint sim_devnodes_major (SimDevNodes *nodes);

/** Returns: the minor number of /dev/dri/card@index or, with @render, its render node */
guint sim_devnodes_dri_minor (guint index, gboolean render);

/** Makes /dev/vfio/@group, 0600 root:root; a leftover of that name is replaced. */
void sim_devnodes_add_group (SimDevNodes *nodes, guint group, SimNodeShape shape);

void sim_devnodes_remove_group (SimDevNodes *nodes, guint group);

/** Makes /dev/dri/card@index, its render node, and their links by @address. */
void sim_devnodes_add_gpu (SimDevNodes *nodes, guint index, const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimDevNodes, sim_devnodes_free)

G_END_DECLS
