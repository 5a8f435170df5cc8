/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * gvt_own_change_log:
 * @what: `vm-ended`, `access-given-back` or `started`
 * @uuid: of the vGPU
 * @error: (nullable): why it came to nothing
 * @format: one sentence for people, without the UUID
 *
 * Says what the service did without being asked, in the words of the journal's other entries about
 * changes (gvt-audit-fields.h).
 */
void gvt_own_change_log (const char *what,
                         const char *uuid,
                         const GError *error,
                         const char *format,
                         ...) G_GNUC_PRINTF (4, 5);

G_END_DECLS
