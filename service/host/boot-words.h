/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"

G_BEGIN_DECLS

/** gvt_host_has_program: Returns: whether it is installed */
gboolean gvt_host_has_program (const GvtHostFacts *host, const char *name);

/** gvt_host_command: Returns: (transfer full): the program's path and the arguments, NULL at their end */
GStrv gvt_host_command (const GvtHostFacts *host, const char *program, ...) G_GNUC_NULL_TERMINATED;

/** gvt_boot_has_word: Returns: whether @word stands in @text, but for lines that begin with a # */
gboolean gvt_boot_has_word (const char *text, const char *word);

/**
 * gvt_boot_missing_words:
 * @text: (nullable): what a file holds
 *
 * Returns: (transfer full): those of @words that do not stand in @text, each after a space; empty if
 * all do
 */
char *gvt_boot_missing_words (const char *text, char **words);

/** gvt_boot_find_line: Returns: (nullable): the line of @text that begins with @key and a blank */
const char *gvt_boot_find_line (const char *text, const char *key);

G_END_DECLS
