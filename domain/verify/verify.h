/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether an edit is one, whoever made it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_domain_verify:
 * @before: a domain's XML
 * @after: what an edit or a strip is said to have made of it
 * @vgpu_uuid: the vGPU it was for
 *
 * Whether @after is @before, all the way down and in the same order, but for displays and what talks
 * through them taken out or put back, that vGPU, what overrides its properties or was told QEMU of it
 * by hand, the workarounds and our record. Anything added is of the vocabulary in permitted.h, or is what the record in @before
 * says was taken out. It reads with another parser than the edits: a fault in theirs that a domain's
 * XML may have used to write the answer itself is none here.
 *
 * Returns: TRUE, or FALSE with GVT_ERROR_FAILED, or with GVT_ERROR_INVALID_ARGUMENT if either is
 * malformed
 */
gboolean
gvt_domain_verify (const char *before, const char *after, const char *vgpu_uuid, GError **error);

G_END_DECLS
