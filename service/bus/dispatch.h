/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/**
 * GvtDispatch:
 *
 * The way from a method call to its handler, the same for all: who is calling, is it well formed,
 * may they, is that still so, do it. A member without a row in the table is refused. Main loop.
 */
#define GVT_TYPE_DISPATCH (gvt_dispatch_get_type ())
G_DECLARE_FINAL_TYPE (GvtDispatch, gvt_dispatch, GVT, DISPATCH, GObject)

/** gvt_dispatch_new: @context: (transfer none): outlives the dispatcher */
GvtDispatch *gvt_dispatch_new (const GvtCallContext *context);

/** gvt_dispatch_set_limits: as gvt_callers_set_limits(). */
void gvt_dispatch_set_limits (GvtDispatch *self, guint per_user, guint total);

/** gvt_dispatch_call: a #GvtObjectTreeDispatch; @user_data is the dispatcher. */
void gvt_dispatch_call (GDBusMethodInvocation *invocation, gpointer user_data);

/** gvt_dispatch_is_idle: Returns: whether no call is in flight */
gboolean gvt_dispatch_is_idle (GvtDispatch *self);

G_END_DECLS
