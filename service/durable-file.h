/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * gvt_durable_write:
 * @path: an absolute path
 * @temporary: an absolute path on the same file system, where nobody takes it for the real thing
 * @text: what the file is to hold
 * @mode: its permissions
 *
 * Replaces a file so that whoever looks, also after a power cut, sees the old text or the new, whole.
 * The directory is made if need be. Blocks (fsync).
 */
gboolean gvt_durable_write (GvtRoot *root,
                            const char *path,
                            const char *temporary,
                            const char *text,
                            mode_t mode,
                            GError **error);

/**
 * gvt_durable_write_until_reboot:
 *
 * The same for what nobody needs after a reboot: whoever looks sees the old text or the new, whole,
 * but a power cut may leave either, nothing, or an empty file. Costs no wait for the disk.
 */
gboolean gvt_durable_write_until_reboot (GvtRoot *root,
                                         const char *path,
                                         const char *temporary,
                                         const char *text,
                                         mode_t mode,
                                         GError **error);

/** gvt_durable_write_bytes: gvt_durable_write() with bytes of any kind. */
gboolean gvt_durable_write_bytes (GvtRoot *root,
                                  const char *path,
                                  const char *temporary,
                                  GBytes *bytes,
                                  mode_t mode,
                                  GError **error);

/**
 * gvt_durable_rewrite:
 *
 * As gvt_durable_write(), for a file that may be somebody else's: it keeps its owner and group.
 */
gboolean gvt_durable_rewrite (GvtRoot *root,
                              const char *path,
                              const char *temporary,
                              const char *text,
                              mode_t mode,
                              GError **error);

/**
 * gvt_durable_temporary:
 *
 * Returns: (transfer full): where the new text of what is noted about @uuid waits in @directory
 */
char *gvt_durable_temporary (const char *directory, const char *uuid);

/**
 * gvt_durable_sweep:
 * @directory: an absolute path
 *
 * Deletes what a crash left of gvt_durable_temporary() in @directory, and nothing else. Only while
 * nobody writes there. Blocks.
 */
void gvt_durable_sweep (GvtRoot *root, const char *directory);

/**
 * gvt_durable_remove:
 * @path: an absolute path
 *
 * Deletes a file for good; a file that is not there is deleted already. Blocks (fsync).
 */
gboolean gvt_durable_remove (GvtRoot *root, const char *path, GError **error);

/**
 * gvt_durable_remove_until_reboot:
 *
 * The same, but a power cut may bring the file back. Costs no wait for the disk.
 */
gboolean gvt_durable_remove_until_reboot (GvtRoot *root, const char *path, GError **error);

/**
 * gvt_durable_remove_directory:
 * @path: an absolute path
 *
 * Deletes a directory for good if it is empty. Blocks (fsync).
 *
 * Returns: whether it is not there any more
 */
gboolean gvt_durable_remove_directory (GvtRoot *root, const char *path);

G_END_DECLS
