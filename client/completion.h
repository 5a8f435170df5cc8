/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * gvt_completion_kind:
 * @verb: a verb
 * @position: which of its arguments, the first being 0
 *
 * Returns: (nullable): the word that the verb's synopsis has there, such as `DOMAIN`; NULL if it
 *   takes no argument there.
 */
char *gvt_completion_kind (const GvtVerb *verb, guint position);

/**
 * gvt_completion_words:
 * @kind: what is expected, as a synopsis or an option calls it
 * @option: (nullable): the long name of the option that it is the value of
 *
 * Returns: (nullable) (array zero-terminated=1): what may stand there, where that is always the same.
 */
const char *const *gvt_completion_words (const char *kind, const char *option);

/**
 * gvt_completion_print:
 * @client: what the invocation was told
 * @globals: the options that every verb takes
 * @words: the words of a command line after the program's, the last being the one to complete
 *
 * Prints what may stand for the last word, a line each: the word, a tab, what it is. The line
 * `:files` says that it is the name of a file. Whatever is wrong, or takes too long, prints nothing.
 */
void gvt_completion_print (GvtClient *client, const GOptionEntry *globals, char **words);

G_END_DECLS
