/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "registry.h"

G_BEGIN_DECLS

/**
 * gvt_repairs_meet:
 * @uuids: (element-type utf8): of vGPUs, known or not
 *
 * Returns: whether the service is just putting one of them right, of its own accord: gives access
 * back, removes what a VM left, starts what its GPU's return brings back, deletes a record
 */
gboolean gvt_repairs_meet (GvtRegistry *registry, GPtrArray *uuids);

/**
 * gvt_repairs_await_async:
 * @uuids: (element-type utf8) (transfer full): of vGPUs
 *
 * Waits until no repair is under way on any of them, but no longer than a repair may reasonably take:
 * who made a call knows nothing of repairs, and is not to hear that one is in the way. Main loop.
 */
void gvt_repairs_await_async (GvtRegistry *registry,
                              GPtrArray *uuids,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

void gvt_repairs_await_finish (GvtRegistry *registry, GAsyncResult *result);

G_END_DECLS
