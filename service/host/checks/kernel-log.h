/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtLogMeaning:
 * @pattern: what a line of the kernel log has in it
 * @id: the finding's id
 * @grave: whether it keeps vGPUs from working, rather than one VM
 * @meaning: what it says, for people
 * @remedy: what to do
 *
 * What the kernel says about GVT-g, and what it means.
 */
typedef struct {
  const char *pattern;
  const char *id;
  gboolean grave;
  const char *meaning;
  const char *remedy;
} GvtLogMeaning;

/** gvt_kernel_log_translate: Returns: (transfer none) (nullable): what a line of the log means */
const GvtLogMeaning *gvt_kernel_log_translate (const char *line);

/**
 * gvt_kernel_log_read:
 *
 * Returns: (transfer full) (nullable) (element-type utf8): the lines of the kernel since the boot that
 * have a translation, oldest first; %NULL if no journal has any of the kernel's lines
 */
GPtrArray *gvt_kernel_log_read (GvtRoot *root);

G_END_DECLS
