/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt has no element for, in QEMU's own words. */
#pragma once

#include "settings.h"

G_BEGIN_DECLS

/**
 * GVT_ROM_FOLDER:
 *
 * Where the ROM catalogue is: one of the few places that libvirt's AppArmor profile lets QEMU read.
 */
#define GVT_ROM_FOLDER "/usr/share/vgabios"

/**
 * GvtQemuProperty:
 * @name: a property of QEMU's vfio-pci device
 * @type: its type in `<qemu:property>`
 * @value: its value there
 * @global: the whole of it as the value of -global
 */
typedef struct {
  char *name;
  char *type;
  char *value;
  char *global;
} GvtQemuProperty;

/**
 * GvtQemuVariable:
 * @name: a variable of QEMU's environment
 * @value: its value
 */
typedef struct {
  const char *name;
  const char *value;
} GvtQemuVariable;

/**
 * gvt_qemu_properties_new:
 *
 * Returns: (transfer full): of GvtQemuProperty: what @settings ask for
 */
GPtrArray *gvt_qemu_properties_new (const GvtDomainSettings *settings);

/**
 * gvt_qemu_variables_new:
 *
 * Returns: (transfer full): of GvtQemuVariable: what @settings ask for
 */
GArray *gvt_qemu_variables_new (const GvtDomainSettings *settings);

/**
 * gvt_qemu_uses_override:
 *
 * Whether properties go into `<qemu:override>`, which libvirt has since 8.2 and which works since
 * 8.5, rather than onto the command line.
 */
gboolean gvt_qemu_uses_override (const GvtDomainSettings *settings);

G_END_DECLS
