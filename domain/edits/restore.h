/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts back what an edit took out. */
#pragma once

#include "record.h"

G_BEGIN_DECLS

/**
 * gvt_restore:
 * @xml: the domain after everything an edit brought is gone
 * @record: (nullable): what the edit noted; NULL if there is nothing to put back
 *
 * Returns: (transfer full): @xml with the removed devices at their places, or NULL with
 *   GVT_ERROR_INVALID_ARGUMENT if the record holds something other than single elements
 */
char *gvt_restore (const char *xml, const GvtRecord *record, GError **error);

G_END_DECLS
