/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GvtTurnBegin:
 *
 * Begins what the turn was taken for.
 */
typedef void (*GvtTurnBegin) (gpointer data);

/**
 * gvt_turn_take:
 * @uid: whose work it is
 * @begin: called when there is room, now or later; the turn lasts until gvt_turn_end()
 *
 * Everybody may have domains edited, and a worker may take a second of a processor and megabytes. So
 * a few run at a time, of one user's fewer, and when one ends the user with the fewest is next. Main
 * loop.
 */
void gvt_turn_take (guint32 uid, GvtTurnBegin begin, gpointer data);

/** gvt_turn_end: the work that a turn of @uid's was taken for is over. */
void gvt_turn_end (guint32 uid);

G_END_DECLS
