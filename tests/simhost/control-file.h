/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/** The file DIR/control: a file system that is one file. */
typedef struct _SimControlFile SimControlFile;

/** Returns: (nullable): the file, mounted on @path (made if missing), or %NULL with @error set */
SimControlFile *sim_control_file_new (SimHost *host, const char *path, GError **error);

/** Unmounts, removes the file under it, and frees. */
void sim_control_file_free (SimControlFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimControlFile, sim_control_file_free)

G_END_DECLS
