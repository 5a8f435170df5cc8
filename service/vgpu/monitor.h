/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "registry.h"

G_BEGIN_DECLS

/**
 * GvtMonitor:
 *
 * Keeps a registry true to the host: looks once at the start, and again whenever the host may have
 * changed. Main loop; the looking is done in a worker, one at a time.
 */
#define GVT_TYPE_MONITOR (gvt_monitor_get_type ())
G_DECLARE_FINAL_TYPE (GvtMonitor, gvt_monitor, GVT, MONITOR, GObject)

GvtMonitor *gvt_monitor_new (GvtRoot *root, GvtRegistry *registry);

/**
 * gvt_monitor_start_async:
 *
 * Reads the records and looks at the host for the first time; then begins to watch it.
 */
void gvt_monitor_start_async (GvtMonitor *self, GAsyncReadyCallback callback, gpointer user_data);

void gvt_monitor_start_finish (GvtMonitor *self, GAsyncResult *result);

G_END_DECLS
