/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_owner_name:
 * @uid: a user
 *
 * Returns: the user's name; the number where there is none.
 */
char *gvt_owner_name (guint32 uid);

G_END_DECLS
