/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"

G_BEGIN_DECLS

/** GVT_PARAMETER: what switches GVT-g on. */
#define GVT_PARAMETER "i915.enable_gvt"

typedef enum {
  GVT_NO,
  GVT_YES,
  GVT_UNKNOWN,
} GvtAnswer;

/** gvt_kernel_has_gvt: Returns: whether the kernel @release was built with GVT-g and its kvmgt */
GvtAnswer gvt_kernel_has_gvt (const GvtHostFacts *host, const char *release);

/** gvt_kernel_gvt_is_on: Returns: whether i915 has GVT-g switched on */
GvtAnswer gvt_kernel_gvt_is_on (const GvtHostFacts *host);

/**
 * gvt_kernel_can_divide:
 *
 * Returns: whether the GPU is one that GVT-g divides, i915 has it, and the kernel may have GVT-g: if
 * not, what comes after is not worth looking at
 */
gboolean gvt_kernel_can_divide (const GvtHostFacts *host);

/**
 * gvt_kernel_configured_place:
 *
 * Returns: (transfer full) (nullable): the file or directory of the boot or module configuration that
 * switches GVT-g on from the next boot on
 */
char *gvt_kernel_configured_place (const GvtHostFacts *host);

/** gvt_kernel_list: Returns: (transfer full): the releases of the kernels that are installed */
GPtrArray *gvt_kernel_list (const GvtHostFacts *host);

G_END_DECLS
