/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * Scratch:
 * @path: where it really is
 * @root: the same, as the service sees it
 *
 * An empty host below a temporary directory, for a test to fill.
 */
typedef struct {
  char *path;
  GvtRoot *root;
} Scratch;

Scratch *scratch_new (void);

/** scratch_free: deletes the host too. */
void scratch_free (Scratch *self);

/** scratch_locate: Returns: (transfer full): where an absolute path of the host really is */
char *scratch_locate (const Scratch *self, const char *path);

/** scratch_write: makes or replaces a file, and the directories above it. */
void scratch_write (const Scratch *self, const char *path, const char *text);

/** scratch_write_bytes: likewise, with any bytes. */
void scratch_write_bytes (const Scratch *self, const char *path, const void *bytes, gsize length);

/** scratch_make_directory: makes a directory, and those above it. */
void scratch_make_directory (const Scratch *self, const char *path);

/** scratch_link: makes a symbolic link, and the directories above it. */
void scratch_link (const Scratch *self, const char *path, const char *target);

/** scratch_make_fifo: makes a FIFO, and the directories above it. */
void scratch_make_fifo (const Scratch *self, const char *path);

/** scratch_remove: deletes one file, link or empty directory. */
void scratch_remove (const Scratch *self, const char *path);

/** scratch_read: Returns: (transfer full) (nullable): a file's text, or %NULL if there is none */
char *scratch_read (const Scratch *self, const char *path);

/** scratch_exists: Returns: whether something is there, a dangling link included */
gboolean scratch_exists (const Scratch *self, const char *path);

/** scratch_count: Returns: how many names a directory has, those with a dot in front included */
guint scratch_count (const Scratch *self, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scratch, scratch_free)

G_END_DECLS
