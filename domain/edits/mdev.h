/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The vGPUs in a domain's devices. */
#pragma once

#include "document.h"
#include "pci-address.h"

G_BEGIN_DECLS

/**
 * gvt_mdev_uuid:
 *
 * Returns: (transfer full) (nullable): the UUID, in lower case, of the vGPU that @device gives the
 *   VM; NULL if @device is not a mediated device with a valid UUID
 */
char *gvt_mdev_uuid (const GvtElement *device);

/**
 * gvt_mdev_find:
 * @devices: (nullable): the `<devices>` element
 * @uuid: in lower case
 *
 * Returns: (nullable): the first device that is the vGPU @uuid
 */
GvtElement *gvt_mdev_find (const GvtElement *devices, const char *uuid);

/**
 * gvt_mdev_has_our_alias:
 *
 * Whether the alias of @device is one that an edit gives.
 */
gboolean gvt_mdev_has_our_alias (const GvtElement *device);

/**
 * gvt_mdev_alias_is_taken:
 *
 * Whether a device of @devices has the alias @alias.
 */
gboolean gvt_mdev_alias_is_taken (const GvtElement *devices, const char *alias);

/**
 * gvt_mdev_guest_address:
 *
 * Returns: whether @device has a guest PCI address, which is then in @address
 */
gboolean gvt_mdev_guest_address (const GvtElement *device, GvtPciAddress *address);

/**
 * gvt_mdev_normal_uuid:
 * @text: what claims to be a UUID
 *
 * Returns: (transfer full): @text in lower case, or NULL with GVT_ERROR_INVALID_ARGUMENT
 */
char *gvt_mdev_normal_uuid (const char *text, GError **error);

G_END_DECLS
