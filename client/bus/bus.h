/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * gvt_bus_connect:
 * @client: what the invocation was told
 * @error: G_DBUS_ERROR_NO_SERVER when there is no bus
 *
 * Connects to the bus if that has not happened yet.
 */
gboolean gvt_bus_connect (GvtClient *client, GError **error);

/**
 * gvt_bus_call:
 * @client: what the invocation was told
 * @path: an object of the service
 * @interface: its interface
 * @method: a method of that
 * @parameters: (transfer floating) (nullable): a tuple
 * @reply_type: the type that the reply must have
 * @error: the service's error without the bus's decoration, or the bus's
 *
 * Calls the service, which is started if need be. A person may be asked for a password, by an agent
 * of the desktop or on the terminal, unless `--no-ask-password`; the call then lasts for as long as
 * that takes.
 *
 * Returns: the reply.
 */
GVariant *gvt_bus_call (GvtClient *client,
                        const char *path,
                        const char *interface,
                        const char *method,
                        GVariant *parameters,
                        const GVariantType *reply_type,
                        GError **error);

G_END_DECLS
