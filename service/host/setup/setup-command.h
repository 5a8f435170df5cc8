/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * gvt_setup_run:
 * @command: (array zero-terminated=1): an absolute path below the root, and arguments
 *
 * Runs a program of the administrator's and waits for it. Blocks, up to minutes.
 *
 * Returns: whether it ended well; else %GVT_ERROR_FAILED with what it said
 */
gboolean gvt_setup_run (GvtRoot *root, GStrv command, GError **error);

G_END_DECLS
