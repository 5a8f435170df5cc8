/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** GVT_NO_UID: the uid of a caller whose identity is not known; never a user's. */
#define GVT_NO_UID G_MAXUINT32

/**
 * GvtCallers:
 *
 * Who is calling: the uid behind each unique name with a call in flight, asked of the bus once, and
 * how many calls each user has in flight. A caller that leaves the bus has its calls cancelled. Main
 * loop.
 */
#define GVT_TYPE_CALLERS (gvt_callers_get_type ())
G_DECLARE_FINAL_TYPE (GvtCallers, gvt_callers, GVT, CALLERS, GObject)

GvtCallers *gvt_callers_new (void);

/**
 * gvt_callers_set_limits:
 * @per_user: calls that one user may have in flight; root's are not counted
 * @total: calls that all users together may have in flight; root's are not counted
 */
void gvt_callers_set_limits (GvtCallers *self, guint per_user, guint total);

/**
 * GvtCallersIdentified:
 * @uid: the caller's uid, or %GVT_NO_UID with @error set
 *
 * Called once per gvt_callers_begin().
 */
typedef void (*GvtCallersIdentified) (guint32 uid, const GError *error, gpointer user_data);

/**
 * gvt_callers_begin:
 * @sender: a unique name
 * @cancellable: cancelled when @sender leaves the bus
 * @identified: called, then or later, with the caller's uid, or with %GVT_ERROR_LIMIT_EXCEEDED
 *
 * A call begins. It ends with gvt_callers_end(), after @identified.
 */
void gvt_callers_begin (GvtCallers *self,
                        GDBusConnection *connection,
                        const char *sender,
                        GCancellable *cancellable,
                        GvtCallersIdentified identified,
                        gpointer user_data);

/**
 * gvt_callers_get_pid:
 *
 * Returns: the process that @sender was when it connected, as the bus says; 0 if that is not known.
 * It may be another by now: good for a log, never for a decision.
 */
guint32 gvt_callers_get_pid (GvtCallers *self, const char *sender);

/**
 * gvt_callers_end:
 * @cancellable: what the call began with
 * @counted: whether @identified was called with a uid
 *
 * A call of @sender is over.
 */
void
gvt_callers_end (GvtCallers *self, const char *sender, GCancellable *cancellable, gboolean counted);

G_END_DECLS
