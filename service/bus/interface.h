/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GvtInterface:
 *
 * One interface of one bus object: read-only properties that somebody else sets, and methods that
 * all go to one dispatcher. Stands in for the skeletons of gdbus-codegen, whose method signals would
 * give every member a door of its own. Main loop.
 */
#define GVT_TYPE_INTERFACE (gvt_interface_get_type ())
G_DECLARE_FINAL_TYPE (GvtInterface, gvt_interface, GVT, INTERFACE, GDBusInterfaceSkeleton)

/**
 * GvtInterfaceDispatch:
 * @invocation: (transfer full): the call; gets exactly one reply, then or later
 *
 * Where method calls go.
 */
typedef void (*GvtInterfaceDispatch) (GDBusMethodInvocation *invocation, gpointer user_data);

/**
 * gvt_interface_new:
 * @info: (transfer none): a static description, from gdbus-codegen
 * @dispatch: where its method calls go
 */
GvtInterface *gvt_interface_new (const GDBusInterfaceInfo *info,
                                 GvtInterfaceDispatch dispatch,
                                 gpointer user_data);

/**
 * gvt_interface_set:
 * @property: a property of the interface
 * @value: (transfer floating): of that property's type
 *
 * Sets a property. If that changes it, one PropertiesChanged for all changes of this round of the
 * main loop follows, or right away with g_dbus_interface_skeleton_flush().
 */
void gvt_interface_set (GvtInterface *self, const char *property, GVariant *value);

G_END_DECLS
