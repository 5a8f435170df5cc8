/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"
#include "inspect.h"

G_BEGIN_DECLS

/**
 * gvt_prepare:
 * @client: what the invocation was told
 * @vm: a VM about to start
 * @error: the service's
 *
 * Has everything made ready that the VM's vGPUs need.
 */
gboolean gvt_prepare (GvtClient *client, const GvtDomainInfo *vm, GError **error);

/**
 * gvt_release:
 * @client: what the invocation was told
 * @vm: a VM that ended
 * @error: the service's
 *
 * Undoes gvt_prepare().
 */
gboolean gvt_release (GvtClient *client, const GvtDomainInfo *vm, GError **error);

G_END_DECLS
