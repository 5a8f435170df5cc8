/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "process-question.h"

G_BEGIN_DECLS

/** Where gvt-process-helper.socket listens. */
#define GVT_PROCESS_HELPER_SOCKET "/run/gvt-process-helper"

/**
 * gvt_process_ask:
 *
 * Asks the process helper, a program of a few hundred lines that has the powers over other people's
 * processes which the service, in its sandbox, has not. Where none is set up (another init system
 * than systemd, a test) the service does it by itself, with what powers it has. Blocks.
 *
 * Returns: the answer, or %NULL with %GVT_ERROR set
 */
GvtProcessAnswer *
gvt_process_ask (GvtRoot *root, const GvtProcessQuestion *question, GError **error);

/** gvt_process_answer: what the helper does about a question. Blocks. */
GvtProcessAnswer *
gvt_process_answer (GvtRoot *root, const GvtProcessQuestion *question, GError **error);

G_END_DECLS
