/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/** setup_read_below: Returns: (transfer full) (nullable): a file's text */
char *setup_read_below (const char *tree, const char *path);

/** setup_add_program: writes a program that can be run. */
void setup_add_program (const char *tree, const char *path, const char *text);

/** setup_picture_of: Returns: (transfer full): what is on the host's disk: path, permissions, owner, text */
char *setup_picture_of (const char *tree);

/** setup_plan: Returns: (transfer full): what @fix would do */
GPtrArray *setup_plan (GvtRoot *root, const char *fix, gboolean guide);

/** setup_apply: does it. */
void setup_apply (GvtRoot *root, const char *fix, gboolean guide);

/** setup_revert: takes everything back. */
void setup_revert (GvtRoot *root);

/** setup_assert_reverted: takes everything back, and checks that the host is as in the picture. */
void setup_assert_reverted (GvtRoot *root, const char *tree, const char *before);

/** setup_assert_done: checks that to do it again would change nothing. */
void setup_assert_done (GvtRoot *root, const char *fix);

/** setup_read_notes: Returns: (transfer full): what a revert would leave, a line each */
char *setup_read_notes (GvtRoot *root);

void setup_assert_text (const char *tree, const char *path, const char *expected);

/** setup_assert_log: checks what stand-ins wrote down, and starts anew. */
void setup_assert_log (const char *tree, const char *expected);

G_END_DECLS
