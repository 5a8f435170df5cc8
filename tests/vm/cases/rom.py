# SPDX-License-Identifier: LGPL-2.1-or-later
"""A PCI option ROM, as small as may be: one image of EFI code for x86-64 that does nothing."""
import struct

INTEL, DEVICE = 0x8086, 0x1912
BLOCK = 512


def efi_rom(blocks):
    """PCI Firmware Specification, "PCI Expansion ROM Contents"; UEFI, "PCI Option ROMs"."""
    pcir_at, image_at = 0x1c, 0x40
    header = struct.pack("<HHIHHH8xHH", 0xaa55, blocks, 0x0ef1, 11, 0x8664, 0, image_at, pcir_at)
    header = header.ljust(pcir_at, b"\0")
    pcir = struct.pack("<4sHHHHB3sHHBBH", b"PCIR", INTEL, DEVICE, 0, 0x18, 0, b"\0\0\x03", blocks,
                       1, 3, 0x80, 0)
    return ((header + pcir).ljust(image_at, b"\0") + b"MZ").ljust(blocks * BLOCK, b"\0")
