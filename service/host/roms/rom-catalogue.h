/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "root.h"

G_BEGIN_DECLS

/** GVT_ROM_DIRECTORY: where libvirt's AppArmor profile lets QEMU read ROMs. */
#define GVT_ROM_DIRECTORY "/usr/share/vgabios"

/**
 * gvt_rom_check_name:
 *
 * Returns: whether @name can be that of a ROM: 1 to 64 letters, digits, `.`, `_` and `-`, the first
 * none of `.` and `-`
 */
gboolean gvt_rom_check_name (const char *name, GError **error);

/**
 * gvt_rom_install:
 * @bytes: an option ROM
 * @name: its name, checked
 *
 * Validates the ROM and puts it into the catalogue, readable for all, with a note of what it was when
 * it came. Blocks.
 *
 * Returns: (transfer full): its SHA-256 in hexadecimal; or %NULL with INVALID_ARGUMENT or
 * ALREADY_EXISTS
 */
char *gvt_rom_install (GvtRoot *root, GBytes *bytes, const char *name, GError **error);

/**
 * gvt_rom_list:
 *
 * Reads every ROM of the catalogue, whoever put it there. Blocks.
 *
 * Returns: (transfer floating): what ListRoms answers, an `aa{sv}`
 */
GVariant *gvt_rom_list (GvtRoot *root);

/**
 * gvt_rom_remove:
 * @name: its name, checked
 *
 * Takes a ROM out of the catalogue. Blocks.
 *
 * Returns: whether it is gone; else NOT_FOUND, or BUSY if a VM of the system's libvirt or a running
 * one has it
 */
gboolean gvt_rom_remove (GvtRoot *root, const char *name, GError **error);

G_END_DECLS
