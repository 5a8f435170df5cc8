/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "definition.h"

G_BEGIN_DECLS

/**
 * GvtDefinitions:
 *
 * The reader of all definitions. It remembers what each file held, and reads again only what has
 * changed, so that a look at ten thousand costs their names. Used by one worker at a time.
 */
typedef struct _GvtDefinitions GvtDefinitions;

GvtDefinitions *gvt_definitions_new (GvtRoot *root);

void gvt_definitions_free (GvtDefinitions *self);

/**
 * gvt_definitions_load:
 * @directories: (out): the directories definitions are in, and the one above them, as real paths
 * @unreadable: (out) (element-type utf8): the UUIDs whose files are there, and are no definitions now
 *
 * A file that is no definition is left out, with one line in the log when it is first seen so.
 * The first time, what a crash left half written is deleted: nobody may be saving one then. Blocks.
 *
 * Returns: (transfer full) (element-type GvtDefinition): the definitions
 */
GPtrArray *
gvt_definitions_load (GvtDefinitions *self, GPtrArray **directories, GPtrArray **unreadable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDefinitions, gvt_definitions_free)

G_END_DECLS
