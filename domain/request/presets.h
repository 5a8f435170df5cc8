/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole recipes by name. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtPreset:
 * @name: what a user says
 * @purpose: what it is for, in a line
 * @settings: the a{sv} of an edit that it stands for, in GVariant's text format
 */
typedef struct {
  const char *name;
  const char *purpose;
  const char *settings;
} GvtPreset;

/**
 * gvt_presets:
 *
 * Returns: all presets; the last has no name
 */
const GvtPreset *gvt_presets (void);

/**
 * gvt_preset_settings:
 * @name: a preset's name
 *
 * Returns: (transfer full): the a{sv} it stands for, or NULL with GVT_ERROR_INVALID_ARGUMENT that
 *   names those there are
 */
GVariant *gvt_preset_settings (const char *name, GError **error);

G_END_DECLS
