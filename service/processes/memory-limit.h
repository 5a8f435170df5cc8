/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "process-question.h"

G_BEGIN_DECLS

/**
 * gvt_memory_limit_raise:
 * @question: a %GVT_PROCESS_RAISE
 * @added: (out): whether the VM is one more that the limit was raised for
 *
 * See gvt_memory_lock_raise_async(). Blocks.
 */
gboolean gvt_memory_limit_raise (GvtRoot *root,
                                 const GvtProcessQuestion *question,
                                 gboolean *added,
                                 GError **error);

/** gvt_memory_limit_lower: see gvt_memory_lock_release_async(). Blocks. */
gboolean gvt_memory_limit_lower (GvtRoot *root, const GvtProcessQuestion *question, GError **error);

G_END_DECLS
