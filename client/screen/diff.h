/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * gvt_diff:
 * @before: text
 * @after: text
 * @before_label: what to call it
 * @after_label: what to call it
 * @colour: whether to colour it
 * @error: if diff cannot be run
 *
 * Returns: what `diff -u` says of them; empty if they are the same.
 */
char *gvt_diff (const char *before,
                const char *after,
                const char *before_label,
                const char *after_label,
                gboolean colour,
                GError **error);

G_END_DECLS
