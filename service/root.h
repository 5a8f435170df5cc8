/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GvtRoot:
 *
 * The directory below which the service sees the host: `/`, or what `--root` names. Any thread may use
 * it.
 */
typedef struct _GvtRoot GvtRoot;

/**
 * gvt_root_new:
 * @path: a directory
 *
 * Returns: (transfer full): a root, or %NULL if @path cannot be opened as a directory
 */
GvtRoot *gvt_root_new (const char *path, GError **error);

GvtRoot *gvt_root_ref (GvtRoot *self);

void gvt_root_unref (GvtRoot *self);

/**
 * gvt_root_is_host:
 *
 * Whether this is `/`, where the kernel and udev send events, rather than a tree where they do not.
 */
gboolean gvt_root_is_host (GvtRoot *self);

/**
 * gvt_root_open:
 * @path: an absolute path, taken below the root
 * @flags: as for open(2); O_CLOEXEC is added
 *
 * Symbolic links on the way are followed, as sysfs needs; the caller says O_NOFOLLOW where the last
 * component must not be one.
 *
 * Returns: a descriptor, or -1 with errno set
 */
int gvt_root_open (GvtRoot *self, const char *path, int flags);

/**
 * gvt_root_count_shortages:
 *
 * Returns: how often something could not be opened because descriptors or memory had run out. If that
 * grew while one was looking, what was not found may be there.
 */
int gvt_root_count_shortages (GvtRoot *self);

/**
 * gvt_root_locate:
 * @path: an absolute path
 *
 * Returns: (transfer full): where @path really is, for those who take no descriptor
 */
char *gvt_root_locate (GvtRoot *self, const char *path);

/**
 * gvt_root_read_text:
 * @path: an absolute path
 * @max: the most bytes it may hold
 *
 * Reads a small file whole. Never blocks on a FIFO, and takes regular files without a NUL only: what
 * follows one would be there for other readers and not for us.
 *
 * Returns: (transfer full): its text, NUL-terminated; or %NULL with a #GFileError
 */
char *gvt_root_read_text (GvtRoot *self, const char *path, gsize max, GError **error);

/**
 * gvt_root_read_link:
 * @path: an absolute path of a symbolic link
 * @target: where to put what it points to
 * @size: how much fits there
 *
 * Returns: whether @path is a link whose target fits
 */
gboolean gvt_root_read_link (GvtRoot *self, const char *path, char *target, gsize size);

/**
 * gvt_root_read_link_name:
 * @path: an absolute path of a symbolic link
 *
 * Returns: (transfer full): the last component of what it points to; %NULL if it is no link
 */
char *gvt_root_read_link_name (GvtRoot *self, const char *path);

/**
 * gvt_root_list:
 * @path: an absolute path of a directory
 *
 * Returns: (transfer full): the names in it, sorted, without those that begin with a dot; empty if
 * there is no such directory
 */
GPtrArray *gvt_root_list (GvtRoot *self, const char *path);

/**
 * gvt_root_exists:
 * @path: an absolute path
 *
 * Returns: whether something is there, a dangling link included
 */
gboolean gvt_root_exists (GvtRoot *self, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtRoot, gvt_root_unref)

G_END_DECLS
