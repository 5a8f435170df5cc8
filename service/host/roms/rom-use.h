/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "root.h"

G_BEGIN_DECLS

/**
 * gvt_rom_find_user:
 * @path: of a ROM in the catalogue
 *
 * Looks at the domains of the system's libvirt and at running QEMUs. Those of a user's session that do
 * not run are the user's to know. Blocks.
 *
 * Returns: (transfer full) (nullable): who has it, in words; %NULL if nobody is known to
 */
char *gvt_rom_find_user (GvtRoot *root, const char *path);

G_END_DECLS
