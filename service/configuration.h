/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/** GVT_CONFIGURATION: where the administrator's settings are; every one has a default. */
#define GVT_CONFIGURATION "/etc/gvt-manager.conf"

/**
 * GvtConfiguration:
 * @vgpus_per_user: how many vGPUs a user may own, active or defined
 * @low_memory_per_user_mib: how much aperture a user's active vGPUs may take together, in MiB
 * @types: the types that users may have; %NULL for all
 * @gpus: the GPUs, by kernel name, on which users may have them; %NULL for all
 * @memory_lock_maximum: the most bytes that a user's VM may lock
 * @calls_per_user: calls that one user may have in flight
 * @calls: calls that all users together may have in flight
 *
 * The administrator's settings. None of them binds root.
 */
typedef struct {
  guint vgpus_per_user;
  guint low_memory_per_user_mib;
  char **types;
  char **gpus;
  guint64 memory_lock_maximum;
  guint calls_per_user;
  guint calls;
} GvtConfiguration;

/**
 * gvt_configuration_load:
 *
 * Reads the settings. No file means the defaults; a file with anything wrong in it is an error that
 * names the file, the line, the key and what is permitted, because a limit that is misspelled would
 * not hold.
 *
 * Returns: (transfer full): the settings, or %NULL
 */
GvtConfiguration *gvt_configuration_load (GvtRoot *root, GError **error);

void gvt_configuration_free (GvtConfiguration *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtConfiguration, gvt_configuration_free)

G_END_DECLS
