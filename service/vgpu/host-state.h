/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "definitions.h"
#include "scan.h"

G_BEGIN_DECLS

/**
 * GvtHostState:
 *
 * What a host has at one moment: parents and devices by the kernel, definitions by /etc/mdevctl.d. If
 * it is not complete, what is missing may be there all the same.
 */
typedef struct {
  GPtrArray *parents;     /* of GvtParentInfo */
  GPtrArray *devices;     /* of GvtDeviceInfo */
  GPtrArray *definitions; /* of GvtDefinition */
  GPtrArray *unreadable;  /* of char: UUIDs whose definition's file is none now */
  GPtrArray *directories; /* of char: where definitions are, as real paths */
  gboolean complete;
  gboolean half_made; /* a device is, and not listed: look again, no event tells when it is whole */
} GvtHostState;

/**
 * GvtFound:
 *
 * What a host has under one UUID; either may be %NULL. @unreadable is set if a file is there that is no
 * definition now: mdevctl writes in place, and people make mistakes.
 */
typedef struct {
  GvtDeviceInfo *device;
  GvtDefinition *definition;
  gboolean unreadable;
} GvtFound;

/**
 * gvt_host_state_read:
 * @definitions: the reader of definitions; in no other worker's hands
 *
 * Returns: (transfer full): how the host is now. Blocks.
 */
GvtHostState *gvt_host_state_read (GvtRoot *root, GvtDefinitions *definitions);

void gvt_host_state_free (GvtHostState *self);

/**
 * gvt_host_state_join:
 * @known: a table whose keys are UUIDs
 *
 * Moves devices and definitions out of @self and into one table by UUID.
 *
 * Returns: (transfer full) (element-type utf8 GvtFound): the table, with the keys of @known too
 */
GHashTable *gvt_host_state_join (GvtHostState *self, GHashTable *known);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtHostState, gvt_host_state_free)

G_END_DECLS
