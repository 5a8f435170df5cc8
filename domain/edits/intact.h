/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether an attachment is still as an edit would make it. */
#pragma once

#include "document.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * gvt_attachment_is_intact:
 * @record: the domain's record
 * @settings: what an edit asks for now
 *
 * Whether an edit with @settings would bring nothing new: the same settings were asked for, and all
 * that they bring is still there, in whatever order and with whatever libvirt has added to it.
 */
gboolean gvt_attachment_is_intact (const GvtDocument *document,
                                   const GvtRecord *record,
                                   const GvtDomainSettings *settings);

G_END_DECLS
