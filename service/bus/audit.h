/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/**
 * GvtAudit:
 *
 * Writes an entry to the journal for every change that somebody asked for (gvt-audit-fields.h). Main
 * loop; the journal itself is written by a thread of its own, because a journal that stands still
 * would hold up whoever writes to it.
 */
typedef struct _GvtAudit GvtAudit;

/**
 * GvtAuditEntry:
 *
 * One change, from the call to its outcome.
 */
typedef struct _GvtAuditEntry GvtAuditEntry;

GvtAudit *gvt_audit_new (void);

/** gvt_audit_free: gives the journal a second to take what is still to be written. */
void gvt_audit_free (GvtAudit *self);

/**
 * gvt_audit_begin:
 * @call: one whose caller is known
 * @pid: the calling process, or 0
 *
 * Returns: (transfer full) (nullable): an entry for gvt_audit_end(); %NULL for a call that changes
 * nothing whatever comes of it
 */
GvtAuditEntry *gvt_audit_begin (GvtAudit *self, const GvtCall *call, guint32 pid);

/**
 * gvt_audit_end:
 * @entry: (transfer full) (nullable): what gvt_audit_begin() gave
 * @error: (nullable): why it came to nothing, in %GVT_ERROR
 *
 * The change was made, or not.
 */
void gvt_audit_end (GvtAudit *self, GvtAuditEntry *entry, const GvtCall *call, const GError *error);

G_END_DECLS
