/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * GvtVmNames:
 *
 * What the user's own libvirt calls the VMs, being asked in a thread of its own.
 */
typedef struct _GvtVmNames GvtVmNames;

/**
 * gvt_vm_names_ask:
 * @client: what the invocation was told
 * @may_start: whether libvirt's daemon may be started for it, which takes long
 *
 * Begins to ask. Nobody is asked for a password for it, and nothing is an error.
 *
 * Returns: (nullable): to be answered; NULL where there is nobody to ask.
 */
GvtVmNames *gvt_vm_names_ask (const GvtClient *client, gboolean may_start);

/**
 * gvt_vm_names_wait:
 * @names: (nullable): what was asked
 * @milliseconds: how long the answer is worth waiting for
 *
 * Returns: (nullable): the name of a VM by its UUID and by the UUIDs of the vGPUs in its definition;
 *   NULL if there was no answer by then.
 */
GHashTable *gvt_vm_names_wait (GvtVmNames *names, guint milliseconds);

void gvt_vm_names_free (GvtVmNames *names);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtVmNames, gvt_vm_names_free)

G_END_DECLS
