/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * GvtSetupChange:
 * @fix: the fix that it is part of
 * @path: of the file that changes; %NULL for a command
 * @before: what it holds; %NULL if it is not there
 * @after: what it is to hold; %NULL if it is to go
 * @mode: its permissions
 * @addition: the part of @after that is ours in somebody else's file; %NULL if the file is ours
 * @command: a program and its arguments; %NULL for a file
 * @undo: what takes the command back; %NULL if nothing has to
 *
 * One step of setup: a file or a command. All text in it comes from constants and from the file
 * itself.
 */
typedef struct {
  const char *fix;
  char *path;
  char *before;
  char *after;
  mode_t mode;
  char *addition;
  GStrv command;
  GStrv undo;
} GvtSetupChange;

void gvt_setup_change_free (GvtSetupChange *self);

/** gvt_setup_changes_new: Returns: (transfer full) (element-type GvtSetupChange): an empty list */
GPtrArray *gvt_setup_changes_new (void);

/** gvt_setup_add_file: adds a file; arguments as in #GvtSetupChange, (transfer full) where char * */
void gvt_setup_add_file (GPtrArray *changes,
                         const char *fix,
                         const char *path,
                         char *before,
                         char *after,
                         mode_t mode,
                         const char *addition);

/** gvt_setup_add_command: adds a command; @command and @undo are (transfer full) */
void gvt_setup_add_command (GPtrArray *changes, const char *fix, GStrv command, GStrv undo);

/** gvt_setup_changes_to_variant: Returns: (transfer floating): what Configure answers, `aa{sv}` */
GVariant *gvt_setup_changes_to_variant (const GPtrArray *changes);

G_END_DECLS
