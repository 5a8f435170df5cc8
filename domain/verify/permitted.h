/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an edit may write, whoever wrote it. */
#pragma once

#include "markup-tree.h"

G_BEGIN_DECLS

/**
 * gvt_permitted_device:
 * @vgpu_uuid: the vGPU of the edit
 *
 * Returns: whether @node is a device that an edit may add: the vGPU, or a display of a recipe's kind
 */
gboolean gvt_permitted_device (const GvtMarkupNode *node, const char *vgpu_uuid);

/** gvt_permitted_override: Returns: whether @node is a `<device>` of the kind that edits override */
gboolean gvt_permitted_override (const GvtMarkupNode *node);

/** gvt_permitted_variable: Returns: whether @node is an `<env>` of one of the workarounds */
gboolean gvt_permitted_variable (const GvtMarkupNode *node);

/**
 * gvt_permitted_global:
 *
 * Returns: whether @first and @second are `<arg>`s that set a property of a vGPU with `-global`
 */
gboolean gvt_permitted_global (const GvtMarkupNode *first, const GvtMarkupNode *second);

/**
 * gvt_permitted_to_go:
 * @ids: what QEMU may know a vGPU by that was attached by hand, then %NULL
 *
 * Whether @option and @value tell QEMU something of such a vGPU: a property, or the device itself.
 */
gboolean gvt_permitted_to_go (const GvtMarkupNode *option,
                              const GvtMarkupNode *value,
                              const char *const *ids,
                              const char *vgpu_uuid);

/** gvt_permitted_override_to_go: Whether @node overrides something of such a vGPU. */
gboolean gvt_permitted_override_to_go (const GvtMarkupNode *node, const char *const *ids);

/** gvt_permitted_record: Returns: whether @node is our element in `<metadata>`, which does nothing */
gboolean gvt_permitted_record (const GvtMarkupNode *node);

G_END_DECLS
