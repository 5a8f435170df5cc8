/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cage that gvt-domain-editor locks itself into. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_worker_sandbox_enter:
 *
 * From here on the process can read, write and close what is open, allocate memory and end. Limits
 * on CPU time, memory, files and processes; Landlock without a rule, where the kernel has it; a
 * seccomp filter that kills. There is no way back.
 *
 * Returns: FALSE with GVT_ERROR_FAILED if any of it, but for Landlock, could not be had
 */
gboolean gvt_worker_sandbox_enter (GError **error);

G_END_DECLS
