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
 * @mode_before: its permissions; 0 if it is not there
 * @after: what it is to hold; %NULL if it is to go
 * @mode: the permissions it is to have
 * @addition: the part of @after that is ours in somebody else's file; %NULL if the file is ours
 * @made: the uppermost directory that was made for it; %NULL if none was, or not yet
 * @command: a program and its arguments; %NULL for a file
 * @undo: what takes the command back; %NULL if nothing does
 * @note: what a person should know of it; %NULL if nothing. A change may be a note alone
 * @boot: the boot during which it was made; %NULL before that
 *
 * One step of setup: a file or a command. All text in it comes from constants and from the file
 * itself.
 */
typedef struct {
  const char *fix;
  char *path;
  char *before;
  mode_t mode_before;
  char *after;
  mode_t mode;
  char *addition;
  char *made;
  GStrv command;
  GStrv undo;
  char *note;
  char *boot;
} GvtSetupChange;

void gvt_setup_change_free (GvtSetupChange *self);

GvtSetupChange *gvt_setup_change_copy (const GvtSetupChange *self);

/** gvt_setup_changes_new: Returns: (transfer full) (element-type GvtSetupChange): an empty list */
GPtrArray *gvt_setup_changes_new (void);

/** gvt_setup_add_file: adds a file of ours; arguments as in #GvtSetupChange */
GvtSetupChange *gvt_setup_add_file (GPtrArray *changes,
                                    const char *fix,
                                    const char *path,
                                    const char *before,
                                    mode_t mode_before,
                                    const char *after,
                                    mode_t mode);

/**
 * gvt_setup_add_insertion:
 * @text: what the file holds
 * @mode: its permissions
 * @at: where @addition goes, in bytes
 *
 * Adds an addition to a file of somebody's.
 */
void gvt_setup_add_insertion (GPtrArray *changes,
                              const char *fix,
                              const char *path,
                              const char *text,
                              mode_t mode,
                              gsize at,
                              const char *addition);

/** gvt_setup_add_command: adds a command; @command and @undo are (transfer full) */
GvtSetupChange *
gvt_setup_add_command (GPtrArray *changes, const char *fix, GStrv command, GStrv undo);

/** gvt_setup_add_note: adds what a person should know, unless it was said already; (transfer full) */
void gvt_setup_add_note (GPtrArray *changes, const char *fix, char *note);

/** gvt_setup_changes_to_variant: Returns: (transfer floating): what Configure answers, `aa{sv}` */
GVariant *gvt_setup_changes_to_variant (const GPtrArray *changes);

G_END_DECLS
