/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtOption:
 * @key: an option's name
 * @type: its D-Bus type
 *
 * An option that a method takes; the last of an array has no key.
 */
typedef struct {
  const char *key;
  const char *type;
} GvtOption;

/**
 * gvt_options_check:
 * @options: an `a{sv}` that a caller sent
 * @permitted: (nullable): the options there are
 *
 * Returns: whether every key is permitted, has its type and stands there once; else
 * %GVT_ERROR_INVALID_ARGUMENT names the key and what is permitted
 */
gboolean gvt_options_check (GVariant *options, const GvtOption *permitted, GError **error);

/** gvt_options_get_string: Returns: (transfer none): the value in @options, else @otherwise */
const char *gvt_options_get_string (GVariant *options, const char *key, const char *otherwise);

/** gvt_options_get_boolean: Returns: the value in @options, else @otherwise */
gboolean gvt_options_get_boolean (GVariant *options, const char *key, gboolean otherwise);

G_END_DECLS
