/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "registry.h"
#include "transition.h"

G_BEGIN_DECLS

/**
 * gvt_change_run_async:
 * @transitions: (element-type GvtTransition) (transfer full): at most one per vGPU
 *
 * Waits for repairs of the vGPUs to end, reserves them, sees that each is still what its transition
 * begins with (else %GVT_ERROR_CONFLICT), runs the transitions in a worker, all or none, and commits
 * what came of them to the registry before it calls back. Main loop.
 */
void gvt_change_run_async (GvtRegistry *registry,
                           GvtRoot *root,
                           GPtrArray *transitions,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/**
 * gvt_change_repair_async:
 * @transition: (transfer full)
 *
 * As gvt_change_run_async(), of the service's own accord: calls on this vGPU wait until it is done.
 * gvt_change_run_finish() says what came of it.
 */
void gvt_change_repair_async (GvtRegistry *registry,
                              GvtRoot *root,
                              GvtTransition *transition,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

/** gvt_change_run_finish: Returns: whether everything is as it should be; else nothing changed */
gboolean gvt_change_run_finish (GvtRegistry *registry, GAsyncResult *result, GError **error);

G_END_DECLS
