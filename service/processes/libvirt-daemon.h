/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtLibvirtDaemon:
 * @pid: its process id
 * @pid_fd: keeps that id from meaning another process
 * @started: when it started, in clock ticks since boot: with @pid, its identity across our restarts
 *
 * A user's own libvirt daemon: a process of that user that runs libvirtd or virtqemud from a file
 * that only root can write.
 */
typedef struct {
  pid_t pid;
  int pid_fd;
  guint64 started;
} GvtLibvirtDaemon;

/**
 * gvt_libvirt_daemon_find:
 * @caller: the process that calls us
 * @uid: the caller's user, by the bus
 *
 * The daemon that runs the hook is the calling process's parent; a caller that is no hook has one
 * elsewhere among the user's processes. Blocks.
 *
 * Returns: (transfer full) (nullable): the daemon, or %NULL if the user runs none
 */
GvtLibvirtDaemon *gvt_libvirt_daemon_find (GvtRoot *root, pid_t caller, guint32 uid);

/** gvt_libvirt_daemon_find_again: Returns: (transfer full) (nullable): the same daemon, if it lives */
GvtLibvirtDaemon *
gvt_libvirt_daemon_find_again (GvtRoot *root, pid_t pid, guint64 started, guint32 uid);

/**
 * gvt_process_read_stat:
 * @parent: (out): its parent
 * @started: (out): when it started, in clock ticks since boot
 *
 * Returns: whether there is such a process
 */
gboolean gvt_process_read_stat (GvtRoot *root, pid_t pid, pid_t *parent, guint64 *started);

/**
 * gvt_process_open:
 * @started: when it started, in clock ticks since boot
 *
 * Returns: a descriptor that becomes readable when that very process ends, or -1 if it has
 */
int gvt_process_open (GvtRoot *root, pid_t pid, guint64 started);

/** gvt_libvirt_daemon_is_alive: Returns: whether the process has not ended since it was found */
gboolean gvt_libvirt_daemon_is_alive (const GvtLibvirtDaemon *self);

void gvt_libvirt_daemon_free (GvtLibvirtDaemon *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtLibvirtDaemon, gvt_libvirt_daemon_free)

G_END_DECLS
