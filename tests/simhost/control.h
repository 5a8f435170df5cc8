/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host.h"

G_BEGIN_DECLS

/** Every command with what it does, one per line, for `--help`. */
char *sim_control_help (void);

/**
 * sim_control_run:
 * @line: one command with its arguments, as a shell would split them
 * @error: says what was wrong, with the command's usage
 *
 * Returns: 0, or an errno with @error set
 */
int sim_control_run (SimHost *host, const char *line, GError **error);

/** Returns: the state of the host, a line per fact, a key first in each */
char *sim_control_status (SimHost *host);

G_END_DECLS
