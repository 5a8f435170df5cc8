/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "object-tree.h"
#include "registry.h"

G_BEGIN_DECLS

/**
 * GvtObjects:
 *
 * What the bus shows of a registry: the root object, and below its ObjectManager one object for
 * every GPU, type and vGPU. Views only: they follow the registry's signals. Main loop.
 */
#define GVT_TYPE_OBJECTS (gvt_objects_get_type ())
G_DECLARE_FINAL_TYPE (GvtObjects, gvt_objects, GVT, OBJECTS, GObject)

GvtObjects *
gvt_objects_new (GvtRegistry *registry, GvtObjectTreeDispatch dispatch, gpointer user_data);

/**
 * gvt_objects_export:
 *
 * Shows everything on @connection.
 */
gboolean gvt_objects_export (GvtObjects *self, GDBusConnection *connection, GError **error);

G_END_DECLS
