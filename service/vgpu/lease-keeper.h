/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "registry.h"

G_BEGIN_DECLS

/**
 * GvtLeaseKeeper:
 *
 * Finds vGPUs with start policy `domain` whose VM ended without a word: the VM's process ended and
 * nobody released them (gvt-client run was killed, the hook failed), or the libvirt daemon that had
 * them prepared is gone (it was killed, or its user logged out). They are removed once nobody has them
 * open. Processes are waited for by descriptor; a VM's is looked for a few times after Prepare, ever
 * more rarely. Main loop.
 */
#define GVT_TYPE_LEASE_KEEPER (gvt_lease_keeper_get_type ())
G_DECLARE_FINAL_TYPE (GvtLeaseKeeper, gvt_lease_keeper, GVT, LEASE_KEEPER, GObject)

/** gvt_lease_keeper_new: keeps the leases there are, and those to come. */
GvtLeaseKeeper *gvt_lease_keeper_new (GvtRoot *root, GvtRegistry *registry);

G_END_DECLS
