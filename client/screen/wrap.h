/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_wrap:
 * @text: lines, without escape sequences
 * @width: how many columns a line may have; 0 for any number
 *
 * Breaks lines that are longer between words, and has them go on below where their text begins:
 * behind a first column, behind a label such as "Usage:", or two columns in. What is in square
 * brackets stays in one piece, and so does a command that follows a colon and two blanks.
 *
 * Returns: (transfer full): the lines
 */
char *gvt_wrap (const char *text, guint width);

/**
 * gvt_unbreak:
 * @text: lines, without escape sequences
 *
 * Joins lines that were broken within a sentence, so that they can be broken elsewhere: those without
 * an indent, which follow one without an indent that ends in no full stop.
 *
 * Returns: (transfer full): the lines
 */
char *gvt_unbreak (const char *text);

G_END_DECLS
