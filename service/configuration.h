/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/** GVT_CONFIGURATION: where the administrator's settings are; every one has a default. */
#define GVT_CONFIGURATION "/etc/gvt-manager.conf"

/**
 * GvtConfiguration:
 * @memory_lock_maximum: the most bytes that a user's VM may lock
 *
 * The administrator's settings.
 */
typedef struct {
  guint64 memory_lock_maximum;
} GvtConfiguration;

/**
 * gvt_configuration_load:
 * @configuration: (out): the settings
 *
 * Reads the settings. No file means the defaults; a file with anything wrong in it is an error that
 * names the file, the key and what is permitted, because a limit that is misspelled would not hold.
 */
gboolean gvt_configuration_load (GvtRoot *root, GvtConfiguration *configuration, GError **error);

G_END_DECLS
