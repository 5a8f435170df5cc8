/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "root.h"

G_BEGIN_DECLS

/**
 * gvt_setup_file_read:
 * @mode: (out): its permissions; 0 if it is not there
 *
 * Returns: (transfer full) (nullable): its text; %NULL if it is not there or nothing that setup could
 * write anew: larger than 256 KiB, or with a NUL in it
 */
char *gvt_setup_file_read (GvtRoot *root, const char *path, mode_t *mode);

/**
 * gvt_setup_file_put:
 * @text: (nullable): what it is to hold; %NULL if it is to go
 * @mode: its permissions
 *
 * Writes a file whole or not at all, with the owner of the one that was there. Blocks.
 */
gboolean
gvt_setup_file_put (GvtRoot *root, const char *path, const char *text, mode_t mode, GError **error);

/**
 * gvt_setup_file_missing_directory:
 *
 * Returns: (transfer full) (nullable): the uppermost of the directories above @path that writing it
 * would make; %NULL if it would make none
 */
char *gvt_setup_file_missing_directory (GvtRoot *root, const char *path);

/**
 * gvt_setup_file_clean_up:
 * @made: (nullable): what gvt_setup_file_missing_directory() said before @path was written
 *
 * Deletes what writing @path left beside it if it was cut short, and the directories that were made
 * for it, but for those with something of others in them. Blocks.
 */
void gvt_setup_file_clean_up (GvtRoot *root, const char *path, const char *made);

G_END_DECLS
