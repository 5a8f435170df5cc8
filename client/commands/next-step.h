/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vm.h"

G_BEGIN_DECLS

/**
 * gvt_next_step_tell:
 * @client: what the invocation was told
 * @vm: a VM that was given a vGPU
 *
 * Says the one thing that is left to do for it to run with the vGPU.
 */
void gvt_next_step_tell (const GvtClient *client, const GvtVm *vm);

G_END_DECLS
