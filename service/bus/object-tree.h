/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GvtObjectTree:
 *
 * A root object on the bus, and below it the objects that its ObjectManager lists, each with one
 * interface. Properties are read-only and somebody else's to say; methods all go to one dispatcher.
 * Stands in for #GDBusObjectManagerServer, whose skeletons cost some 10 KiB for each object and give
 * every member a door of its own. Main loop.
 *
 * Whoever hears a signal finds what it says: an object is there before it is announced, and gone
 * before that is; a property has the value that PropertiesChanged tells. Signals are sent at once, so
 * that a reply sent after a change follows the change's signals.
 */
#define GVT_TYPE_OBJECT_TREE (gvt_object_tree_get_type ())
G_DECLARE_FINAL_TYPE (GvtObjectTree, gvt_object_tree, GVT, OBJECT_TREE, GObject)

/**
 * GvtObjectTreeDispatch:
 * @invocation: (transfer full): the call; gets exactly one reply, then or later
 *
 * Where method calls go.
 */
typedef void (*GvtObjectTreeDispatch) (GDBusMethodInvocation *invocation, gpointer user_data);

/** gvt_object_tree_new: @root: the root's path; @user_data: outlives the tree */
GvtObjectTree *
gvt_object_tree_new (const char *root, GvtObjectTreeDispatch dispatch, gpointer user_data);

/**
 * gvt_object_tree_add_to_root:
 * @interface: (transfer none): a static description, from gdbus-codegen
 * @properties: (transfer floating): `a{sv}`, all of its properties, for ever
 *
 * Gives the root object an interface, before the tree is shown.
 */
void gvt_object_tree_add_to_root (GvtObjectTree *self,
                                  const GDBusInterfaceInfo *interface,
                                  GVariant *properties);

/**
 * gvt_object_tree_put:
 * @interface: (transfer none): as for gvt_object_tree_add_to_root(); an object keeps its first
 * @properties: (transfer floating): `a{sv}`, all of its properties, always in the same order
 *
 * Adds an object, or changes its properties, and says so.
 */
void gvt_object_tree_put (GvtObjectTree *self,
                          const char *path,
                          const GDBusInterfaceInfo *interface,
                          GVariant *properties);

/** gvt_object_tree_remove: takes an object away, if it is there, and says so. */
void gvt_object_tree_remove (GvtObjectTree *self, const char *path);

/** gvt_object_tree_show: shows everything on @connection, now and from now on. Once. */
gboolean gvt_object_tree_show (GvtObjectTree *self, GDBusConnection *connection, GError **error);

G_END_DECLS
