/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/* The options of a verb that edits, to be its row's `settings`. */
extern const GOptionEntry gvt_edit_settings_entries[];

/* What they look like in a usage line. */
#define GVT_EDIT_SETTINGS_SYNOPSIS "[SETTING...]"

/**
 * gvt_edit_settings:
 * @render_node: (nullable): to use if a display needs one and none was given
 *
 * Returns: (transfer floating): what the command line said, as EditXml takes it.
 */
GVariant *gvt_edit_settings (const char *render_node);

/**
 * gvt_edit_settings_given:
 *
 * Returns: whether the command line said anything of settings.
 */
gboolean gvt_edit_settings_given (void);

G_END_DECLS
