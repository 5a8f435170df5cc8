/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"
#include "setup-request.h"

G_BEGIN_DECLS

/**
 * gvt_setup_unit_run_async:
 * @connection: the bus that systemd is on
 * @request: what to do; copied
 *
 * Has gvt-manager-setup.service do it, and waits for its end. One at a time. Main loop.
 */
void gvt_setup_unit_run_async (GDBusConnection *connection,
                               GvtRoot *root,
                               const GvtSetupRequest *request,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/** gvt_setup_unit_run_finish: Returns: (transfer full): what was done, an `aa{sv}` */
GVariant *gvt_setup_unit_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
