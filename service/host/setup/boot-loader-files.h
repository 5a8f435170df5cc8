/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"
#include "setup-change.h"

G_BEGIN_DECLS

/** GVT_BOOT_GRUB_FILE: what GRUB's menu is made from. */
#define GVT_BOOT_GRUB_FILE "/etc/default/grub"

/* Pairs for the table of boot loaders: whether it is this host's, and what puts the parameters there. */
gboolean gvt_boot_detect_update_grub (const GvtHostFacts *host);
void gvt_boot_plan_update_grub (const GvtHostFacts *host, char **parameters, GPtrArray *changes);

gboolean gvt_boot_detect_grub (const GvtHostFacts *host);
void gvt_boot_plan_grub (const GvtHostFacts *host, char **parameters, GPtrArray *changes);

gboolean gvt_boot_detect_kernel_install (const GvtHostFacts *host);
void gvt_boot_plan_kernel_install (const GvtHostFacts *host, char **parameters, GPtrArray *changes);

gboolean gvt_boot_detect_entries (const GvtHostFacts *host);
void gvt_boot_plan_entries (const GvtHostFacts *host, char **parameters, GPtrArray *changes);

/**
 * gvt_boot_plan_command_line_file:
 *
 * Returns: whether /etc/kernel/cmdline lacks some of @parameters, which were planned then; what carries
 * the file to the boot loader is the caller's
 */
gboolean
gvt_boot_plan_command_line_file (const GvtHostFacts *host, char **parameters, GPtrArray *changes);

G_END_DECLS
