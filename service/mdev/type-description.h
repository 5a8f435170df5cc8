/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtTypeSize:
 * @low_mib: graphics memory in the aperture, MiB
 * @high_mib: graphics memory beyond it, MiB
 * @fences: fence registers
 * @weight: share of GPU time, of 16
 * @resolution: the largest display, `WIDTHxHEIGHT`, or empty
 *
 * What a driver says about one of its types; 0 and empty where it says nothing.
 */
typedef struct {
  guint low_mib;
  guint high_mib;
  guint fences;
  guint weight;
  char resolution[16];
} GvtTypeSize;

/**
 * gvt_type_size_parse:
 * @description: the text of a type's `description` file
 *
 * Understands i915's five lines (`low_gm_size: 128MB` and so on; kernel kvmgt.c, description_show)
 * and leaves at 0 what is missing or malformed: other drivers write prose there.
 */
GvtTypeSize gvt_type_size_parse (const char *description);

G_END_DECLS
