/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "gvt-finding.h"
#include "host-facts.h"

G_BEGIN_DECLS

/**
 * gvt_host_check:
 *
 * Looks at everything that root's eyes are needed for. Changes nothing. Blocks.
 *
 * Returns: (transfer full) (element-type GvtFinding): what was found, in the order in which it has to
 * be mended: what is found further down may only follow from what is further up
 */
GPtrArray *gvt_host_check (GvtRoot *root);

/** gvt_host_check_async: the same in a worker. */
void gvt_host_check_async (GvtRoot *root,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/** gvt_host_check_finish: Returns: (transfer full): as gvt_host_check() */
GPtrArray *gvt_host_check_finish (GAsyncResult *result, GError **error);

/* One file per family. Each reads only, and may leave out what follows from another's blocker. */
void gvt_check_gpu (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_virtualisation (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_kernel (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_modules (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_types (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_aperture (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_vfio (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_libvirt (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_hook_seen (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_confinement (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_roms (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_memory_lock (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_kernel_log (const GvtHostFacts *host, GPtrArray *findings);
void gvt_check_policy (const GvtHostFacts *host, GPtrArray *findings);

G_END_DECLS
