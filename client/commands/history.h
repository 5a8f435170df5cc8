/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtPastChange:
 * @time: microseconds since 1970
 * @uid: the caller's, -1 if the bus did not say
 * @pid: the calling process, 0 if the bus did not say
 * @duration: microseconds
 * @unrecorded: calls of that user that came to nothing before this one and are not in the journal
 *
 * A change that somebody asked the service for, as the journal has it (gvt-audit-fields.h). Strings
 * that it does not have are empty.
 */
typedef struct {
  gint64 time;
  gint64 uid;
  gint64 pid;
  gint64 duration;
  gint64 unrecorded;
  char *session;
  char *method;
  char *vgpu;
  char *gpu;
  char *type;
  char *domain;
  char *object;
  char *outcome;
} GvtPastChange;

void gvt_past_change_free (GvtPastChange *self);

/**
 * gvt_history_read:
 * @most: how many of the newest; 0 for all
 *
 * Returns: (transfer full) (element-type GvtPastChange): oldest first. %GVT_ERROR_NOT_AUTHORIZED if
 * this user may not read the system's journal, %GVT_ERROR_NOT_FOUND if there is none.
 */
GPtrArray *gvt_history_read (guint most, GError **error);

G_END_DECLS
