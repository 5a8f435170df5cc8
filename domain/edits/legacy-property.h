/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of QEMU's vfio-pci device, read as settings. */
#pragma once

#include "settings.h"

G_BEGIN_DECLS

/**
 * GvtLegacyReading:
 * @settings: what has been understood so far
 * @display: what `display` was set to: -1 nothing, else a boolean
 * @uuid: (nullable): the vGPU that `sysfsdev` names
 */
typedef struct {
  GvtDomainSettings *settings;
  int display;
  char *uuid;
} GvtLegacyReading;

/**
 * gvt_legacy_read_property:
 * @name: a property of vfio-pci
 * @value: its value
 *
 * Returns: whether some setting stands for it; else FALSE with GVT_ERROR_NOT_SUPPORTED that says what
 *   to do
 */
gboolean gvt_legacy_read_property (GvtLegacyReading *reading,
                                   const char *name,
                                   const char *value,
                                   GError **error);

/**
 * gvt_legacy_read_device:
 * @text: the value of a -device option, such as `vfio-pci,sysfsdev=...,display=on`
 *
 * Returns: as gvt_legacy_read_property(), for all of its properties
 */
gboolean gvt_legacy_read_device (GvtLegacyReading *reading, const char *text, GError **error);

G_END_DECLS
