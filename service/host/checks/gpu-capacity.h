/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** GVT_CAPACITY_SIZES: how many sizes of vGPU there are: _8, _4, _2, _1 */
#define GVT_CAPACITY_SIZES 4

/**
 * gvt_gpu_capacity:
 * @aperture: MiB
 * @size: 0 for the smallest
 *
 * Returns: how many vGPUs of that size a GPU with that aperture has room for, when there are no
 * others
 */
guint gvt_gpu_capacity (guint aperture, guint size);

/**
 * gvt_gpu_capacity_describe:
 * @aperture: MiB
 * @prefix: what the names of the types begin with
 *
 * Returns: (transfer full) (nullable): what there is room for, such as `2 of i915-GVTg_V5_8 or 1 of
 * i915-GVTg_V5_4`; %NULL if nothing fits
 */
char *gvt_gpu_capacity_describe (guint aperture, const char *prefix);

G_END_DECLS
