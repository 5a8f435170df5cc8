/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** private_bus_connect: Returns: (transfer full): one more connection to @bus */
GDBusConnection *private_bus_connect (GTestDBus *bus);

/**
 * private_bus_forge_credentials:
 * @credentials: (not nullable): in GVariant's text format, what GetConnectionCredentials answers;
 *   it must outlive @connection
 *
 * From now on @connection hears this of whoever it asks about.
 */
void private_bus_forge_credentials (GDBusConnection *connection, const char *credentials);

G_END_DECLS
