/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * gvt_authorise_async:
 * @sender: the caller's unique name; the only identity given to polkit
 * @uid: the caller's uid
 * @action: a polkit action id
 * @details: (element-type utf8 utf8): what the dialog and the rules get to see
 * @interactive: whether the caller allows a question to be put to a person
 * @cancellable: cancels the question too
 *
 * Asks polkit, without ever waiting on the main loop. Root needs no asking. When polkit cannot be
 * reached, or does not know the action, only root may. Main loop.
 */
void gvt_authorise_async (const char *sender,
                          guint32 uid,
                          const char *action,
                          GHashTable *details,
                          gboolean interactive,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);

/**
 * gvt_authorise_finish:
 *
 * Returns: %TRUE if and only if the caller may; else one of the NOT_AUTHORIZED errors
 */
gboolean gvt_authorise_finish (GAsyncResult *result, GError **error);

G_END_DECLS
