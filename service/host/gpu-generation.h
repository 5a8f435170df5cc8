/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtGpuSupport:
 * @GVT_GPU_SUPPORTED: GVT-g divides it
 * @GVT_GPU_TOO_OLD: made before GVT-g
 * @GVT_GPU_TOO_NEW: made after it
 * @GVT_GPU_LEFT_OUT: of its time, and not supported
 */
typedef enum {
  GVT_GPU_SUPPORTED,
  GVT_GPU_TOO_OLD,
  GVT_GPU_TOO_NEW,
  GVT_GPU_LEFT_OUT,
} GvtGpuSupport;

/**
 * gvt_gpu_generation:
 * @device: the PCI device id of an Intel GPU
 * @name: (out) (nullable): its generation for people, or %NULL
 *
 * Returns: whether GVT-g supports it
 */
GvtGpuSupport gvt_gpu_generation (guint device, const char **name);

/**
 * gvt_gpu_type_prefix:
 *
 * Returns: what the names of the types of a supported GPU begin with
 */
const char *gvt_gpu_type_prefix (guint device);

G_END_DECLS
