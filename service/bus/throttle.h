/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GvtThrottle:
 *
 * Keeps one connection's flood from making everybody else wait. Calls wait for the main loop in the
 * order they came, whoever sent them; so when many wait, whoever has more than a few among them gets
 * an error at once, from the thread that reads the bus. Arguments larger than their method takes never
 * reach the main loop either.
 */
typedef struct _GvtThrottle GvtThrottle;

/**
 * gvt_throttle_new:
 * @connection: whose incoming calls are looked at, until gvt_throttle_free()
 *
 * Returns: (transfer full): the throttle; at work from now on
 */
GvtThrottle *gvt_throttle_new (GDBusConnection *connection);

void gvt_throttle_free (GvtThrottle *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtThrottle, gvt_throttle_free)

G_END_DECLS
