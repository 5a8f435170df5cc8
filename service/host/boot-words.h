/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "host-facts.h"

G_BEGIN_DECLS

/** gvt_host_find_program: Returns: (transfer full) (nullable): the path of an administrator's program */
char *gvt_host_find_program (const GvtHostFacts *host, const char *name);

/** gvt_host_has_program: Returns: whether it is installed */
gboolean gvt_host_has_program (const GvtHostFacts *host, const char *name);

/** gvt_host_command: Returns: (transfer full): the program's path and the arguments, NULL at their end */
GStrv gvt_host_command (const GvtHostFacts *host, const char *program, ...) G_GNUC_NULL_TERMINATED;

/** gvt_host_read_file: Returns: (transfer full) (nullable): its text; and its permissions in @mode */
char *gvt_host_read_file (const GvtHostFacts *host, const char *path, mode_t *mode);

/** gvt_boot_has_all: Returns: whether all of @parameters stand in @text */
gboolean gvt_boot_has_all (const char *text, const char *parameters);

/**
 * gvt_boot_missing_words:
 *
 * Returns: (transfer full): those of @parameters that do not stand in @text, each after a space; empty
 * if all do
 */
char *gvt_boot_missing_words (const char *text, const char *parameters);

G_END_DECLS
