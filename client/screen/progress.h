/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtProgress:
 *
 * Tells a person at a terminal what is being waited for, once that takes more than a second.
 */
typedef struct _GvtProgress GvtProgress;

/**
 * gvt_progress_silence:
 *
 * From now on nothing is told, as `--quiet` asks for.
 */
void gvt_progress_silence (void);

/**
 * gvt_progress_begin:
 * @what: what is done now, such as "Waiting for libvirt"; without a full stop
 *
 * Returns: (nullable): what to end before anything else is printed; NULL where nobody looks.
 */
GvtProgress *gvt_progress_begin (const char *what);

/**
 * gvt_progress_end:
 * @self: what gvt_progress_begin() returned
 *
 * Clears what was told from the terminal.
 */
void gvt_progress_end (GvtProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtProgress, gvt_progress_end)

G_END_DECLS
