/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of an edit: the a{sv} of the bus, checked. */
#pragma once

#include "pci-address.h"

G_BEGIN_DECLS

typedef enum {
  GVT_DISPLAY_NONE,
  GVT_DISPLAY_SPICE_GL,
  GVT_DISPLAY_SPICE_EGL,
  GVT_DISPLAY_VNC_EGL,
  GVT_DISPLAY_VNC,
  GVT_DISPLAY_DBUS,
} GvtDisplay;

typedef enum {
  GVT_WORKAROUND_NONE = 0,
  GVT_WORKAROUND_MESA_I965 = 1 << 0,
  GVT_WORKAROUND_INTEL_NORBC = 1 << 1,
} GvtWorkarounds;

typedef enum {
  GVT_QEMU_SYNTAX_AUTO,
  GVT_QEMU_SYNTAX_OVERRIDE,
  GVT_QEMU_SYNTAX_COMMANDLINE,
} GvtQemuSyntax;

/**
 * GvtDomainSettings:
 * @display: what shows the vGPU's picture
 * @render_node: (nullable): `/dev/dri/...` of the GPU that draws; NULL lets libvirt choose; always
 *   NULL for displays that draw nothing
 * @dma_buf: give the guest the OpRegion, which its driver needs for a picture by dma-buf
 * @ramfb: a boot display until the guest's driver takes over
 * @rom: (nullable): name of an option ROM in the catalogue
 * @width: preferred horizontal resolution, 0 if not set
 * @height: preferred vertical resolution, 0 if not set
 * @has_address: whether @address is set
 * @address: where the guest sees the vGPU
 * @workarounds: environment of QEMU that mends known faults
 * @keep_devices: leave other graphics and video devices
 * @qemu_syntax: how what libvirt has no element for is handed to QEMU
 * @other_vgpus: (nullable): vGPUs of GVT-g that must not be in the same domain; no setting of a user's
 *
 * The settings of an edit, valid. All zero is the default.
 */
typedef struct {
  GvtDisplay display;
  char *render_node;
  gboolean dma_buf;
  gboolean ramfb;
  char *rom;
  guint width;
  guint height;
  gboolean has_address;
  GvtPciAddress address;
  GvtWorkarounds workarounds;
  gboolean keep_devices;
  GvtQemuSyntax qemu_syntax;
  GStrv other_vgpus;
} GvtDomainSettings;

/**
 * gvt_domain_settings_from_variant:
 * @settings: (nullable): an a{sv} with the keys of the contract; NULL for the defaults
 *
 * Returns: (transfer full): the settings, or NULL with GVT_ERROR_INVALID_ARGUMENT that names the
 * key and what it may be
 */
GvtDomainSettings *gvt_domain_settings_from_variant (GVariant *settings, GError **error);

/**
 * gvt_domain_settings_to_variant:
 *
 * Returns: (transfer floating): the a{sv} of what differs from the defaults, in a fixed order, so
 *   that equal settings give equal variants
 */
GVariant *gvt_domain_settings_to_variant (const GvtDomainSettings *self);

/**
 * gvt_display_name:
 *
 * Returns: the value of `display` that stands for @display
 */
const char *gvt_display_name (GvtDisplay display);

void gvt_domain_settings_free (GvtDomainSettings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDomainSettings, gvt_domain_settings_free)

G_END_DECLS
