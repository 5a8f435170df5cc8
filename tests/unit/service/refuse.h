/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * refuse_call:
 * @call: a system call, as in `SYS_fsync`
 * @error_number: what it fails with from now on
 *
 * For what no file system can be made to refuse. It cannot be undone, and children inherit it, so it is
 * for a process of its own: refuse_in_child().
 */
void refuse_call (int call, int error_number);

/** refuse_call_on: only for the descriptor @fd, its first argument. */
void refuse_call_on (int call, int fd, int error_number);

/** refuse_next_fd: Returns: the number that the next descriptor of this process will have */
int refuse_next_fd (void);

/**
 * refuse_in_child:
 * @stderr_pattern: what the child is to say, as in g_pattern_match_simple()
 *
 * Runs the current test once more in a child, where it returns %TRUE: that does the test. In the
 * parent, it returns %FALSE once the child has passed.
 */
gboolean refuse_in_child (const char *stderr_pattern);

G_END_DECLS
