/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * rom_judge:
 *
 * A second opinion on option ROMs, written from the PCI Firmware Specification 3.0 (5.1) and EDK2's
 * PciOptionRomSupport.c, with nothing in common with the service's parser.
 *
 * Returns: whether the bytes are a whole chain of at most 16 images that has an EFI driver for x86-64
 */
bool rom_judge (const uint8_t *bytes, size_t length);
