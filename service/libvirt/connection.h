/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** GVT_LIBVIRT_URI: the libvirt whose domains the service edits, unless it was started for another. */
#define GVT_LIBVIRT_URI "qemu:///system"

/**
 * GvtLibvirtConnection:
 *
 * The one door to libvirt. Its calls block, for as long as libvirtd pleases, so they run in a thread
 * of their own: one, so that no two changes of ours meet. Main loop.
 */
#define GVT_TYPE_LIBVIRT_CONNECTION (gvt_libvirt_connection_get_type ())
G_DECLARE_FINAL_TYPE (GvtLibvirtConnection,
                      gvt_libvirt_connection,
                      GVT,
                      LIBVIRT_CONNECTION,
                      GObject)

/** gvt_libvirt_connection_new: connects to nothing yet. */
GvtLibvirtConnection *gvt_libvirt_connection_new (const char *uri);

/**
 * GvtLibvirtWork:
 * @uri: the libvirt to connect to
 * @data: what run_async was given
 * @given_up: cancelled when the deadline is over: nothing may be begun any more then
 *
 * Work for libvirt's thread. Never runs beside another.
 *
 * Returns: a result, or %NULL with @error set
 */
typedef gpointer (*GvtLibvirtWork) (const char *uri,
                                    gpointer data,
                                    GCancellable *given_up,
                                    GError **error);

/**
 * gvt_libvirt_connection_run_async:
 * @data: (transfer full): freed with @free_data when nobody needs it any more
 * @free_result: frees what @work returns, where nobody waits for it any more
 *
 * Has @work done. After ten seconds without a result the answer is %GVT_ERROR_LIBVIRT, and the
 * thread is left to itself; until it comes back further work is refused at once.
 */
void gvt_libvirt_connection_run_async (GvtLibvirtConnection *self,
                                       GvtLibvirtWork work,
                                       gpointer data,
                                       GDestroyNotify free_data,
                                       GDestroyNotify free_result,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/** gvt_libvirt_connection_run_finish: Returns: (transfer full): what the work returned */
gpointer gvt_libvirt_connection_run_finish (GvtLibvirtConnection *self,
                                            GAsyncResult *result,
                                            GError **error);

G_END_DECLS
