/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * GvtStyle:
 *
 * What a piece of text means, from which its colour follows.
 */
typedef enum {
  GVT_STYLE_PLAIN,
  GVT_STYLE_HEADING,
  GVT_STYLE_GOOD,
  GVT_STYLE_ATTENTION,
  GVT_STYLE_BAD,
  GVT_STYLE_FAINT,
} GvtStyle;

/**
 * gvt_terminal_wants_colour:
 * @fd: a file descriptor to be written to
 *
 * Returns: whether @fd is a terminal that shows colours and NO_COLOR (no-color.org) is not set.
 */
gboolean gvt_terminal_wants_colour (int fd);

/**
 * gvt_terminal_width:
 * @fd: a file descriptor to be written to
 *
 * Returns: how many columns a line may have; 0 for any number, where no terminal is.
 */
guint gvt_terminal_width (int fd);

/**
 * gvt_terminal_bar:
 * @part: how much of @whole is taken
 * @whole: at least @part
 * @width: how long it shall be
 *
 * Returns: a bar of @width columns, in letters that the locale has. Some is never drawn as none or
 *   all.
 */
char *gvt_terminal_bar (guint64 part, guint64 whole, guint width);

/**
 * gvt_terminal_style:
 * @text: text
 * @style: what it means
 * @colour: whether to colour at all
 *
 * Returns: @text, with the escape sequences for @style around it if @colour.
 */
char *gvt_terminal_style (const char *text, GvtStyle style, gboolean colour);

/**
 * gvt_terminal_point:
 * @mark: a letter
 * @style: what it means
 * @text: text of any origin
 * @width: how many columns a line may have; 0 for any number
 * @colour: whether to colour at all
 *
 * Returns: @text as a point of a list, behind @mark. The mark alone has the colour: whole sentences
 *   in yellow cannot be read on white.
 */
char *gvt_terminal_point (const char *mark,
                          GvtStyle style,
                          const char *text,
                          guint width,
                          gboolean colour);

/**
 * gvt_terminal_clean:
 * @text: UTF-8 text of any origin
 *
 * Returns: @text with a "?" for each control character, so that it cannot drive the terminal.
 */
char *gvt_terminal_clean (const char *text);

/**
 * gvt_terminal_spell:
 * @fd: a file descriptor to be written to
 * @text: UTF-8 text
 *
 * Returns: (transfer full): @text, its quotation marks, arrows and dots in ASCII if @fd is a terminal
 *   of a locale without UTF-8, where their bytes are commands: xterm takes that of ” for the begin of
 *   one which lasts until the next is complete.
 */
char *gvt_terminal_spell (int fd, const char *text);

/**
 * gvt_terminal_write:
 * @text: data
 *
 * Writes @text to standard output, in UTF-8 whatever the locale says.
 */
void gvt_terminal_write (const char *text);

/**
 * gvt_terminal_talk:
 * @client: what the invocation was told
 * @format: a sentence, without a newline
 *
 * Says something to the person on standard error, unless `--quiet`.
 */
void gvt_terminal_talk (const GvtClient *client, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * gvt_terminal_complain:
 * @format: a sentence, without a newline
 *
 * Says what went wrong on standard error.
 */
void gvt_terminal_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
