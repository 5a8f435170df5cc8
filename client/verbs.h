/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * gvt_verbs_nth:
 * @n: a number
 *
 * Returns: (nullable): the verbs one by one, as the help lists them; NULL after the last.
 */
const GvtVerb *gvt_verbs_nth (guint n);

/**
 * gvt_verbs_find:
 * @name: a word from the command line
 *
 * Returns: (nullable): the verb of that name.
 */
const GvtVerb *gvt_verbs_find (const char *name);

/**
 * gvt_verbs_nearest:
 * @name: a word that is no verb
 *
 * Returns: (nullable): the verb it was most likely meant to be; NULL if none is near.
 */
const GvtVerb *gvt_verbs_nearest (const char *name);

/**
 * gvt_verbs_help:
 * @global_options: the options that every verb takes
 *
 * Returns: the help of the whole program.
 */
char *gvt_verbs_help (const GOptionEntry *global_options);

/**
 * gvt_verb_usage:
 * @verb: a verb
 *
 * Returns: its usage line, without a newline.
 */
char *gvt_verb_usage (const GvtVerb *verb);

/**
 * gvt_verb_help:
 * @verb: a verb
 * @global_options: the options that every verb takes
 *
 * Returns: the help of that verb.
 */
char *gvt_verb_help (const GvtVerb *verb, const GOptionEntry *global_options);

G_END_DECLS
