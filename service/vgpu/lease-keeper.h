/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "registry.h"

G_BEGIN_DECLS

/**
 * GvtLeaseKeeper:
 *
 * Finds vGPUs with start policy `domain` whose VM ended without a word: the libvirt daemon that had
 * them prepared was killed, or its user logged out. They are removed once nobody has them open. Waits
 * for processes to end by descriptor; there is no polling. Main loop.
 */
#define GVT_TYPE_LEASE_KEEPER (gvt_lease_keeper_get_type ())
G_DECLARE_FINAL_TYPE (GvtLeaseKeeper, gvt_lease_keeper, GVT, LEASE_KEEPER, GObject)

/** gvt_lease_keeper_new: keeps the leases there are, and those to come. */
GvtLeaseKeeper *gvt_lease_keeper_new (GvtRoot *root, GvtRegistry *registry);

G_END_DECLS
