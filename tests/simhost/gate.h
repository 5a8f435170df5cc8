/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/**
 * sim_gate_submit:
 * @write: (transfer full): a write that has come in
 *
 * Counts the write, lets the faults of its attribute act on it, and then hands it to the
 * attribute.
 */
void sim_gate_submit (SimHost *host, SimWrite *write);

/** Counts what a write to @node has ended with. */
void sim_gate_count_result (SimHost *host, SimNode *node, gssize result);

/** Lets go on whatever a block of @attribute, now lifted, has kept waiting. */
void sim_gate_release (SimHost *host, const char *attribute);

G_END_DECLS
