/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "registry.h"

G_BEGIN_DECLS

/**
 * gvt_orphaned_records_follow:
 *
 * Deletes the record of every vGPU that is gone, as long as @registry lives. One that the kernel is
 * still making, for a service that has given up waiting or is no more, keeps its record and is its
 * owner's when it comes. Main loop.
 */
void gvt_orphaned_records_follow (GvtRoot *root, GvtRegistry *registry);

G_END_DECLS
