/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host-facts.h"
#include "setup-change.h"

G_BEGIN_DECLS

/* Pairs for the table of boot loaders: whether it is this host's, and what puts the parameters there. */
gboolean gvt_boot_detect_update_grub (const GvtHostFacts *host);
void
gvt_boot_plan_update_grub (const GvtHostFacts *host, const char *parameters, GPtrArray *changes);

gboolean gvt_boot_detect_grub (const GvtHostFacts *host);
void gvt_boot_plan_grub (const GvtHostFacts *host, const char *parameters, GPtrArray *changes);

gboolean gvt_boot_detect_kernel_install (const GvtHostFacts *host);
void
gvt_boot_plan_kernel_install (const GvtHostFacts *host, const char *parameters, GPtrArray *changes);

gboolean gvt_boot_detect_entries (const GvtHostFacts *host);
void gvt_boot_plan_entries (const GvtHostFacts *host, const char *parameters, GPtrArray *changes);

/**
 * gvt_boot_plan_command_line_file:
 * @rebuild: (transfer full): what carries /etc/kernel/cmdline to the boot loader
 */
void gvt_boot_plan_command_line_file (const GvtHostFacts *host,
                                      const char *parameters,
                                      GPtrArray *changes,
                                      GStrv rebuild);

G_END_DECLS
