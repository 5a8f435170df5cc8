/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define FUSE_USE_VERSION 35

#include <fuse_lowlevel.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/** A FUSE file system served from the main loop. */
typedef struct _SimMount SimMount;

/**
 * sim_mount_new:
 * @path: where to mount, a directory or a file
 * @operations: (transfer none): must outlive the mount
 * @data: what fuse_req_userdata() gives
 *
 * Mounts. Requests are answered once the main loop runs. Someone else's unmounting ends the
 * service quietly.
 *
 * Returns: (nullable): the mount, or %NULL with @error set
 */
SimMount *sim_mount_new (const char *path,
                         const struct fuse_lowlevel_ops *operations,
                         gpointer data,
                         GError **error);

/** Takes away what a killed run has left on @path: a mount whose every access says ENOTCONN. */
void sim_mount_detach_dead (const char *path);

/** Unmounts if it is still mounted, lazily where it is in use, and frees. */
void sim_mount_free (SimMount *mount);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimMount, sim_mount_free)

G_END_DECLS
