/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a hand-made attachment is in a domain, whatever it says. */
#pragma once

#include "layout.h"

G_BEGIN_DECLS

/**
 * GvtLegacyParts:
 * @device: (nullable): its `<hostdev>`; NULL if there is none, or it is one of ours
 * @options: of GvtElement: values of -set for that device, and of -device for that vGPU, in
 *   `<qemu:commandline>`; the option itself is the element before
 * @overrides: of GvtElement: children of `<qemu:override>` for that device
 *
 * All that a person writes to give a domain a vGPU, but for the display and the environment.
 */
typedef struct {
  GvtElement *device;
  GPtrArray *options;
  GPtrArray *overrides;
} GvtLegacyParts;

/**
 * gvt_legacy_parts_find:
 * @uuid: (nullable): the vGPU, in lower case; NULL for any
 *
 * Returns: (transfer full) (nullable): its parts, NULL if neither a `<hostdev>` nor a -device has it;
 *   or NULL with GVT_ERROR_CONFLICT if several vGPUs have been attached by hand
 */
GvtLegacyParts *
gvt_legacy_parts_find (const GvtDocument *document, const char *uuid, GError **error);

void gvt_legacy_parts_free (GvtLegacyParts *self);

/** gvt_legacy_option_is: Whether @value is the value of @option, "-set" or "-device". */
gboolean gvt_legacy_option_is (const GvtElement *value, const char *option);

/**
 * gvt_legacy_parts_remove:
 * @variables: (nullable): of GvtElement: what else of `<qemu:commandline>` is to go
 *
 * Notes the removal of all but the `<hostdev>`.
 */
void gvt_legacy_parts_remove (const GvtLegacyParts *self,
                              GvtSplices *splices,
                              const GvtDocument *document,
                              GPtrArray *variables);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtLegacyParts, gvt_legacy_parts_free)

G_END_DECLS
