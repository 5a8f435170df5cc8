/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_uuid_parse:
 * @text: what somebody says is a UUID, in either case
 *
 * Takes the 36-character form only and writes it anew from its 16 bytes, so that nothing of @text
 * itself ever reaches a path. The nil UUID is refused.
 *
 * Returns: (transfer full): the UUID in lower case, as the kernel names devices; or %NULL with
 * %GVT_ERROR_INVALID_ARGUMENT
 */
char *gvt_uuid_parse (const char *text, GError **error);

/**
 * gvt_uuid_is_canonical:
 *
 * Returns: whether @text is a UUID in the kernel's spelling
 */
gboolean gvt_uuid_is_canonical (const char *text);

/**
 * gvt_uuid_new:
 *
 * Returns: (transfer full): a random UUID in lower case
 */
char *gvt_uuid_new (void);

/**
 * gvt_quote:
 * @text: any bytes that a caller sent
 *
 * Returns: (transfer full): @text as it can stand in a message: escaped, and cut after 64 characters
 */
char *gvt_quote (const char *text);

G_END_DECLS
