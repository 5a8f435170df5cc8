/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "machine.h"

G_BEGIN_DECLS

/**
 * SimulatedHost:
 *
 * A host of tests/simhost, with one GPU %GPU, until it is freed. Needs root and /dev/fuse.
 */
typedef struct {
  Scratch *scratch;
  GSubprocess *process;
} SimulatedHost;

SimulatedHost *simulated_host_new (void);

void simulated_host_free (SimulatedHost *self);

/** simulated_host_control: one of gvt-simhost's commands, as in `fail create 1 EIO`. */
void simulated_host_control (SimulatedHost *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** simulated_host_count: a number of the control file, as in `writes create`. */
guint simulated_host_count (SimulatedHost *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimulatedHost, simulated_host_free)

G_END_DECLS
