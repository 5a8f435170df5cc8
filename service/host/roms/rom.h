/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** GVT_ROM_SIZE_MAX: what a call of the bus may bring. */
#define GVT_ROM_SIZE_MAX (1024 * 1024)

/** GVT_ROM_IMAGES_MAX: more than any ROM has; the chain of a real one has one to three. */
#define GVT_ROM_IMAGES_MAX 16

#define GVT_ROM_CODE_PC 0
#define GVT_ROM_CODE_EFI 3

/**
 * GvtRomImage:
 * @code_type: 0 for a PC BIOS, 3 for EFI
 * @machine: of an EFI image, 0x8664 for x86-64; else 0
 *
 * One image of an option ROM's chain.
 */
typedef struct {
  guint code_type;
  guint machine;
  guint16 vendor;
  guint16 device;
  gsize offset;
  gsize length;
} GvtRomImage;

/**
 * GvtRom:
 *
 * The chain of images in an option ROM.
 */
typedef struct {
  guint n_images;
  GvtRomImage images[GVT_ROM_IMAGES_MAX];
} GvtRom;

/**
 * gvt_rom_parse:
 * @data: bytes of any origin
 * @size: how many
 * @rom: (out): what is in them
 *
 * Walks the chain as firmware does (PCI Firmware Specification 3.0, 5.1; EDK2 Pci22.h and
 * PciOptionRomSupport.c) and insists on one that EDK2 will run from: an EFI image for x86-64. What
 * follows the last image is padding.
 *
 * Returns: whether it is such a chain; else %GVT_ERROR_INVALID_ARGUMENT says what is wrong where
 */
gboolean gvt_rom_parse (const guint8 *data, gsize size, GvtRom *rom, GError **error);

/** gvt_rom_is_intel: Returns: whether every image is for a device of Intel */
gboolean gvt_rom_is_intel (const GvtRom *rom);

G_END_DECLS
