/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtSetupRequest:
 * @revert: take everything back; @fixes and @guide say nothing then
 * @fixes: names of fixes, checked; empty for all that are needed
 * @guide: whether to add what guides recommend
 *
 * What the service asks of gvt-host-setup, through a file that only root can reach.
 */
typedef struct {
  gboolean revert;
  GStrv fixes;
  gboolean guide;
} GvtSetupRequest;

void gvt_setup_request_clear (GvtSetupRequest *self);

/** gvt_setup_request_write: writes it, and deletes the answer to the last one. Blocks. */
gboolean gvt_setup_request_write (GvtRoot *root, const GvtSetupRequest *request, GError **error);

/** gvt_setup_request_take: reads it, and deletes it. Blocks. */
gboolean gvt_setup_request_take (GvtRoot *root, GvtSetupRequest *request, GError **error);

/** gvt_setup_answer_write: writes what was done, or @failure. Blocks. */
gboolean gvt_setup_answer_write (GvtRoot *root,
                                 const GPtrArray *changes,
                                 const GError *failure,
                                 GError **error);

/** gvt_setup_answer_take: Returns: (transfer full): an `aa{sv}`; %NULL with what went wrong. Blocks. */
GVariant *gvt_setup_answer_take (GvtRoot *root, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GvtSetupRequest, gvt_setup_request_clear)

G_END_DECLS
