/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/* The options of a verb that edits, to be its row's `settings`. */
extern const GOptionEntry gvt_edit_settings_entries[];

/* What they look like in a usage line. */
#define GVT_EDIT_SETTINGS_SYNOPSIS "[--preset NAME] [SETTING...]"

/**
 * gvt_edit_settings:
 * @render_node: (nullable): to use if a display needs one and none was given
 * @error: GVT_ERROR_INVALID_ARGUMENT if there is no such preset
 *
 * Returns: (transfer floating): what the command line said, as EditXml takes it: the preset's
 *   settings, and before those its own.
 */
GVariant *gvt_edit_settings (const char *render_node, GError **error);

/**
 * gvt_edit_settings_tell_preset:
 * @client: what the invocation was told
 *
 * Says which flags the preset stands for, if there is one.
 */
void gvt_edit_settings_tell_preset (const GvtClient *client);

/**
 * gvt_edit_settings_given:
 *
 * Returns: whether the command line said anything of settings.
 */
gboolean gvt_edit_settings_given (void);

G_END_DECLS
