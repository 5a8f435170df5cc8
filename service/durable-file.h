/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtDurableFile:
 * @path: an absolute path
 * @temporary: an absolute path on the same file system, where nobody takes it for the real thing
 * @mode: its permissions
 * @keep_owner: the file may be somebody else's: it keeps its owner and group
 * @until_reboot: nobody needs it after a reboot: a power cut may leave the old text or the new,
 *   nothing, or an empty file, which saves the wait for the disk
 *
 * A file to be written, and how.
 */
typedef struct {
  const char *path;
  const char *temporary;
  mode_t mode;
  gboolean keep_owner;
  gboolean until_reboot;
} GvtDurableFile;

/**
 * gvt_durable_write:
 * @bytes: what the file is to hold
 *
 * Replaces a file so that whoever looks, also after a power cut, sees the old bytes or the new,
 * whole. The directory is made if need be. Blocks (fsync).
 */
gboolean
gvt_durable_write (GvtRoot *root, const GvtDurableFile *file, GBytes *bytes, GError **error);

/** gvt_durable_write_text: gvt_durable_write() with a string. */
gboolean gvt_durable_write_text (GvtRoot *root,
                                 const GvtDurableFile *file,
                                 const char *text,
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
