/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "objects.h"

G_BEGIN_DECLS

/**
 * GvtAttention:
 * @what: which vGPU, and what is wrong with it
 * @command: what helps, to be copied; NULL if only a person can tell
 *
 * Something that somebody should look at.
 */
typedef struct {
  char *what;
  char *command;
} GvtAttention;

/**
 * gvt_attention_list:
 * @objects: the service's objects
 *
 * Returns: (element-type GvtAttention): what is not as it should be, in the order of the vGPUs.
 */
GPtrArray *gvt_attention_list (const GvtObjects *objects);

G_END_DECLS
