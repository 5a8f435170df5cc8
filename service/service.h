/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "configuration.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * GvtService:
 *
 * The whole service, from the first look at the host to the bus name. Main loop.
 */
#define GVT_TYPE_SERVICE (gvt_service_get_type ())
G_DECLARE_FINAL_TYPE (GvtService, gvt_service, GVT, SERVICE, GObject)

/**
 * gvt_service_new:
 * @root: the host
 * @configuration: (transfer full): the administrator's settings
 * @connection: the bus
 * @libvirt_uri: the libvirt whose domains it edits
 * @domain_editor: the XML worker's path
 */
GvtService *gvt_service_new (GvtRoot *root,
                             GvtConfiguration *configuration,
                             GDBusConnection *connection,
                             const char *libvirt_uri,
                             const char *domain_editor);

/**
 * gvt_service_run:
 *
 * Looks at the host, shows it on the bus, owns the name and serves until it is told to end or the
 * name is lost.
 *
 * Returns: the process's exit status
 */
int gvt_service_run (GvtService *self);

G_END_DECLS
