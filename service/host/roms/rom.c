/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an option ROM has in it. Pure; any thread. The bytes may come from anybody: each read is
 * checked against the end of what holds it.
 */

#include "rom.h"

#include <string.h>

#include "gvt-error.h"

#define UNIT 512
#define HEADER_SIZE 0x1a
#define SIGNATURE 0xaa55
#define EFI_SIGNATURE 0x0ef1
#define PCIR_SIZE 0x18
#define LAST_IMAGE 0x80
#define MACHINE_X64 0x8664
#define VENDOR_INTEL 0x8086
#define SUBSYSTEM_BOOT_DRIVER 11
#define SUBSYSTEM_RUNTIME_DRIVER 12

/* A part of the ROM that may be read, and where it is. */
typedef struct {
  const guint8 *data;
  gsize size;
  gsize offset;
} Span;

static guint16
get16 (const Span *span, gsize at)
{
  g_return_val_if_fail (at + 2 <= span->size, 0);
  return (guint16) (span->data[at] | span->data[at + 1] << 8);
}

static guint32
get32 (const Span *span, gsize at)
{
  return get16 (span, at) | (guint32) get16 (span, at + 2) << 16;
}

static gboolean
refuse (const Span *span, GError **error, const char *what)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "this is not a usable option ROM: at byte %" G_GSIZE_FORMAT ": %s",
               span->offset,
               what);
  return FALSE;
}

/* The sum of a BIOS image is 0; EFI images have none (EDK2 EfiRom.c). */
static gboolean
check_pc (const Span *image, GError **error)
{
  gsize size = (gsize) image->data[2] * UNIT;
  guint8 sum = 0;

  if (size == 0 || size > image->size)
    return refuse (image, error, "the BIOS code is larger than its image");
  for (gsize i = 0; i < size; i++)
    sum = (guint8) (sum + image->data[i]);
  return sum == 0 || refuse (image, error, "the checksum of the BIOS code is wrong");
}

static gboolean
check_efi (const Span *image, GvtRomImage *found, GError **error)
{
  gsize size = (gsize) get16 (image, 2) * UNIT;
  guint subsystem = get16 (image, 8);
  guint code = get16 (image, 0x16);

  found->machine = get16 (image, 0xa);
  if (get32 (image, 4) != EFI_SIGNATURE)
    return refuse (image, error, "an EFI image without EFI's signature");
  if (size == 0 || size > image->size)
    return refuse (image, error, "the EFI code is larger than its image");
  if (code < HEADER_SIZE || code >= size)
    return refuse (image, error, "the EFI code begins outside of its image");
  if (subsystem != SUBSYSTEM_BOOT_DRIVER && subsystem != SUBSYSTEM_RUNTIME_DRIVER)
    return refuse (image, error, "the EFI code is no driver");
  if (get16 (image, 0xc) > 1)
    return refuse (image, error, "the EFI code is compressed in an unknown way");
  return TRUE;
}

/* Reads the image at the beginning of @rest, and says where it ends and whether it is the last. */
static gboolean
read_image (const Span *rest, GvtRomImage *found, gboolean *last, GError **error)
{
  Span pcir;
  Span image = *rest;
  gsize at;

  if (rest->size < HEADER_SIZE || get16 (rest, 0) != SIGNATURE)
    return refuse (rest, error, "no image begins here (55 aa)");
  at = get16 (rest, 0x18);
  if (at < HEADER_SIZE || at % 4 != 0 || at + PCIR_SIZE > rest->size)
    return refuse (rest, error, "the image has no PCI data structure");
  pcir = (Span){ .data = rest->data + at, .size = rest->size - at, .offset = rest->offset + at };
  if (memcmp (pcir.data, "PCIR", 4) != 0 || get16 (&pcir, 0xa) < PCIR_SIZE)
    return refuse (&pcir, error, "the image has no PCI data structure");

  image.size = (gsize) get16 (&pcir, 0x10) * UNIT;
  if (image.size == 0 || image.size > rest->size)
    return refuse (&pcir, error, "the image is cut off");
  if (at + get16 (&pcir, 0xa) > image.size)
    return refuse (&pcir, error, "the PCI data structure is larger than its image");
  *found = (GvtRomImage){
    .code_type = pcir.data[0x14],
    .vendor = get16 (&pcir, 4),
    .device = get16 (&pcir, 6),
    .offset = image.offset,
    .length = image.size,
  };
  *last = (pcir.data[0x15] & LAST_IMAGE) != 0;
  switch (found->code_type) {
  case GVT_ROM_CODE_PC:
    return check_pc (&image, error);
  case GVT_ROM_CODE_EFI:
    return check_efi (&image, found, error);
  default:
    return TRUE;
  }
}

static gboolean
has_efi_driver (const GvtRom *rom)
{
  for (guint i = 0; i < rom->n_images; i++) {
    if (rom->images[i].code_type == GVT_ROM_CODE_EFI && rom->images[i].machine == MACHINE_X64)
      return TRUE;
  }
  return FALSE;
}

gboolean
gvt_rom_parse (const guint8 *data, gsize size, GvtRom *rom, GError **error)
{
  Span rest = { .data = data, .size = size };
  gboolean last = FALSE;

  memset (rom, 0, sizeof *rom);
  if (size < UNIT || size > GVT_ROM_SIZE_MAX) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "an option ROM has 512 bytes to 1 MiB, not %" G_GSIZE_FORMAT " bytes",
                 size);
    return FALSE;
  }
  while (!last) {
    GvtRomImage *image = &rom->images[rom->n_images];

    if (rom->n_images == GVT_ROM_IMAGES_MAX)
      return refuse (&rest, error, "too many images");
    if (rest.size == 0)
      return refuse (&rest, error, "the chain of images has no end");
    if (!read_image (&rest, image, &last, error))
      return FALSE;
    rom->n_images++;
    rest.data += image->length;
    rest.size -= image->length;
    rest.offset += image->length;
  }
  if (has_efi_driver (rom))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "this option ROM has no EFI driver for x86-64, and only UEFI guests need a ROM");
  return FALSE;
}

gboolean
gvt_rom_is_intel (const GvtRom *rom)
{
  for (guint i = 0; i < rom->n_images; i++) {
    if (rom->images[i].vendor != VENDOR_INTEL)
      return FALSE;
  }
  return TRUE;
}
