/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GvtView:
 *
 * What the bus shows of one object: the values of all properties of its one interface, as they were
 * last told. One block of memory, in the form in which the bus's ObjectManager sends it; a #GVariant
 * for each value would take ten times the room. Main loop.
 */
typedef struct _GvtView GvtView;

/**
 * gvt_view_new:
 * @interface: the name of the object's interface; a constant
 * @properties: (transfer floating): `a{sv}`, all of its properties
 */
GvtView *gvt_view_new (const char *interface, GVariant *properties);

void gvt_view_free (GvtView *self);

/**
 * gvt_view_update:
 * @properties: (transfer floating): as for gvt_view_new(), in the same order
 *
 * Returns: (transfer full) (nullable): `a{sv}`, those that are different from before; %NULL if none is
 */
GVariant *gvt_view_update (GvtView *self, GVariant *properties);

/** gvt_view_get: Returns: (transfer full) (nullable): the value of a property */
GVariant *gvt_view_get (const GvtView *self, const char *property);

/** gvt_view_list: Returns: (transfer none): `a{sa{sv}}`, as the ObjectManager's methods have it */
GVariant *gvt_view_list (const GvtView *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtView, gvt_view_free)

G_END_DECLS
