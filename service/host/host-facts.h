/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtDisplayDevice:
 * @address: its PCI address
 * @driver: the driver that has it, or %NULL
 * @boot_vga: whether the firmware showed its first picture there
 * @aperture: bytes of graphics memory that the CPU can map (BAR 2 of an Intel GPU); 0 if unknown
 *
 * A graphics device on the PCI bus.
 */
typedef struct {
  char *address;
  guint vendor;
  guint device;
  char *model;
  char *driver;
  gboolean boot_vga;
  guint64 aperture;
  gboolean has_render_node;
} GvtDisplayDevice;

/**
 * GvtHostFacts:
 * @release: the running kernel's release, or empty
 * @major: its first number; 0 if unknown
 * @minor: its second
 * @command_line: the kernel's command line, in words
 * @modules: the names in the running kernel's modules.dep and modules.builtin, or %NULL if there is
 *   none
 * @distribution: os-release's ID, or empty
 * @like: os-release's ID and ID_LIKE, in words
 * @displays: (element-type GvtDisplayDevice): graphics devices
 * @gpu: (nullable): the one of them that is Intel's integrated graphics
 * @parents: (element-type GvtParentInfo): devices that make vGPUs
 *
 * What several families of checks want to know of a host, read once. Immutable, so any thread may
 * use it.
 */
typedef struct {
  GvtRoot *root;
  char *release;
  guint major;
  guint minor;
  char **command_line;
  GHashTable *modules;
  char *distribution;
  char **like;
  GPtrArray *displays;
  const GvtDisplayDevice *gpu;
  GPtrArray *parents;
} GvtHostFacts;

/** gvt_host_facts_read: Returns: (transfer full): what is there now. Blocks. */
GvtHostFacts *gvt_host_facts_read (GvtRoot *root);

void gvt_host_facts_free (GvtHostFacts *self);

/** gvt_host_is_at_least: Returns: whether the kernel is known and not older */
gboolean gvt_host_is_at_least (const GvtHostFacts *self, guint major, guint minor);

/** gvt_host_is_like: Returns: whether @distribution is this one or one that it is derived from */
gboolean gvt_host_is_like (const GvtHostFacts *self, const char *distribution);

/**
 * gvt_host_argument:
 * @name: a kernel parameter, such as `i915.enable_gvt`
 *
 * Returns: (transfer none) (nullable): its value on the command line, the last one if it stands there
 * several times, as the kernel takes it; empty if it has none
 */
const char *gvt_host_argument (const GvtHostFacts *self, const char *name);

/** gvt_host_module_is_loaded: Returns: whether the kernel has it, loaded or built in */
gboolean gvt_host_module_is_loaded (const GvtHostFacts *self, const char *name);

/**
 * gvt_host_module_parameter:
 *
 * Returns: (transfer full) (nullable): the parameter's value in effect; %NULL if there is none
 */
char *
gvt_host_module_parameter (const GvtHostFacts *self, const char *module, const char *parameter);

/** gvt_host_is_on: Returns: whether @value is one that the kernel takes as true (kstrtobool) */
gboolean gvt_host_is_on (const char *value);

/**
 * gvt_host_read_lines:
 * @directories: (array zero-terminated=1): directories of configuration, the most important first
 * @suffix: what the names of its files end in
 *
 * Reads what a directory of configuration and those it overrides say, as systemd and modprobe do: of
 * files with the same name, the first counts.
 *
 * Returns: (transfer full): the lines that are neither empty nor comments
 */
GStrv
gvt_host_read_lines (const GvtHostFacts *self, const char *const *directories, const char *suffix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtHostFacts, gvt_host_facts_free)

G_END_DECLS
