/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "registry.h"
#include "transition.h"

G_BEGIN_DECLS

/**
 * gvt_change_run_async:
 * @transitions: (element-type GvtTransition) (transfer full): at most one per vGPU
 *
 * Reserves the vGPUs, sees that each is still what its transition begins with (else
 * %GVT_ERROR_CONFLICT), runs the transitions in a worker, all or none, and commits what came of them
 * to the registry before it calls back. Main loop.
 */
void gvt_change_run_async (GvtRegistry *registry,
                           GvtRoot *root,
                           GPtrArray *transitions,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/** gvt_change_run_finish: Returns: whether everything is as it should be; else nothing changed */
gboolean gvt_change_run_finish (GvtRegistry *registry, GAsyncResult *result, GError **error);

G_END_DECLS
