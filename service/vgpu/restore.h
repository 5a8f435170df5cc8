/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "registry.h"

G_BEGIN_DECLS

/**
 * GvtRestore:
 *
 * Brings vGPUs with start policy `boot` back: at the service's start, and when a parent registers
 * later. What cannot be brought back says why. Main loop.
 */
#define GVT_TYPE_RESTORE (gvt_restore_get_type ())
G_DECLARE_FINAL_TYPE (GvtRestore, gvt_restore, GVT, RESTORE, GObject)

GvtRestore *gvt_restore_new (GvtRoot *root, GvtRegistry *registry);

/**
 * gvt_restore_run_async:
 *
 * Restores what the parents there are allow, one vGPU after the other; a failing one keeps none of
 * the others back. From then on, a parent that comes has its vGPUs restored.
 */
void gvt_restore_run_async (GvtRestore *self, GAsyncReadyCallback callback, gpointer user_data);

void gvt_restore_run_finish (GvtRestore *self, GAsyncResult *result);

G_END_DECLS
