/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/** The file system mounted on DIR/sys. */
typedef struct _SimSysfs SimSysfs;

/** Returns: (nullable): @host's tree, mounted on @path, or %NULL with @error set */
SimSysfs *sim_sysfs_new (SimHost *host, const char *path, GError **error);

/** Answers with ENODEV what still waits, unmounts and frees. */
void sim_sysfs_free (SimSysfs *sysfs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimSysfs, sim_sysfs_free)

G_END_DECLS
