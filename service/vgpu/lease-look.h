/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtLeaseLook:
 * @uuid: the vGPU
 * @lease: the number of its lease: for whoever asked
 * @pid: the libvirt daemon that had it prepared
 * @started: when that process started, in clock ticks since boot
 * @group: the vGPU's IOMMU group, or -1
 * @ended: whether its lease seems to have ended: for whoever asked
 * @in_use: whether somebody was seen to have it open
 * @descriptor: becomes readable when the process that was looked for ends; -1 if there is none
 *
 * One look at the processes around a lease: what for, and what was found.
 */
typedef struct {
  GvtRoot *root;
  char *uuid;
  guint lease;
  guint64 pid;
  guint64 started;
  int group;
  gboolean ended;
  gboolean in_use;
  int descriptor;
} GvtLeaseLook;

GvtLeaseLook *gvt_lease_look_new (GvtRoot *root,
                                  const char *uuid,
                                  guint lease,
                                  guint64 pid,
                                  guint64 started,
                                  int group,
                                  gboolean ended);

/** gvt_lease_look_for_daemon_async: @self: (transfer full): looks for the daemon, in a worker. */
void
gvt_lease_look_for_daemon_async (GvtLeaseLook *self, gpointer source, GAsyncReadyCallback callback);

/** gvt_lease_look_for_user_async: @self: (transfer full): looks for who has it open, in a worker. */
void
gvt_lease_look_for_user_async (GvtLeaseLook *self, gpointer source, GAsyncReadyCallback callback);

/** gvt_lease_look_finish: Returns: (transfer none): the look, as long as @result lives */
GvtLeaseLook *gvt_lease_look_finish (GAsyncResult *result);

G_END_DECLS
