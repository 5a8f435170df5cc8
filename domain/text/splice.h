/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An edit as a list of replacements at byte offsets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GvtSplices GvtSplices;

GvtSplices *gvt_splices_new (void);
void gvt_splices_free (GvtSplices *self);

/**
 * gvt_splices_replace:
 * @start: offset of the first byte to go
 * @end: offset after the last byte to go; @start to insert only
 * @text: what comes in its place, may be empty
 *
 * Notes one replacement. Ranges may touch but not overlap; insertions at one offset keep the order
 * they were noted in.
 */
void gvt_splices_replace (GvtSplices *self, gsize start, gsize end, const char *text);

/**
 * gvt_splices_apply:
 *
 * Returns: (transfer full): @text with every replacement made, or NULL with GVT_ERROR_FAILED if two
 *   of them overlap
 */
char *gvt_splices_apply (GvtSplices *self, const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtSplices, gvt_splices_free)

G_END_DECLS
