/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Numbers given out smallest free first, as the kernel's IDA does. */
typedef struct _SimIds SimIds;

/**
 * sim_ids_new:
 * @first: the smallest number to give out
 */
SimIds *sim_ids_new (guint first);

void sim_ids_free (SimIds *ids);

/** Takes the smallest free number. */
guint sim_ids_take (SimIds *ids);

/** Gives @id back, which must have been taken. */
void sim_ids_release (SimIds *ids, guint id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimIds, sim_ids_free)

G_END_DECLS
