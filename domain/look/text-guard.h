/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is refused before a parser sees a byte. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_text_guard_check:
 * @text: what claims to be domain XML
 *
 * Returns: whether @text is not too large, is UTF-8, and does not declare another encoding; else
 *   FALSE with GVT_ERROR_INVALID_ARGUMENT.
 */
gboolean gvt_text_guard_check (const char *text, GError **error);

G_END_DECLS
