/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a valid option ROM is, said as conditions on fields. All numbers are signed and wider than any
 * field, so that nothing wraps; a field outside of the bytes reads as -1, which fits no condition.
 */

#include "rom-judge.h"

typedef struct {
  const uint8_t *bytes;
  int64_t length;
} Rom;

static int64_t
field (const Rom *rom, int64_t at, int width)
{
  int64_t value = 0;

  if (at < 0 || at + width > rom->length)
    return -1;
  for (int i = width - 1; i >= 0; i--)
    value = value * 256 + rom->bytes[at + i];
  return value;
}

static bool
is_bios (const Rom *rom, int64_t begin, int64_t end)
{
  int64_t size = 512 * field (rom, begin + 2, 1);
  int64_t sum = 0;

  for (int64_t at = begin; at < begin + size && at < end; at++)
    sum += rom->bytes[at];
  return size > 0 && begin + size <= end && sum % 256 == 0;
}

static bool
is_efi (const Rom *rom, int64_t begin, int64_t end)
{
  int64_t size = 512 * field (rom, begin + 2, 2);
  int64_t subsystem = field (rom, begin + 8, 2);
  int64_t compression = field (rom, begin + 12, 2);
  int64_t code = field (rom, begin + 22, 2);

  return field (rom, begin + 4, 4) == 0x0ef1 && size > 0 && begin + size <= end &&
         (subsystem == 11 || subsystem == 12) && (compression == 0 || compression == 1) &&
         code >= 26 && code < size;
}

/* Where the image that begins there ends; 0 if it is none. */
static int64_t
end_of_image (const Rom *rom, int64_t begin, bool *efi, bool *last)
{
  int64_t pointer = field (rom, begin + 24, 2);
  int64_t pcir = begin + pointer;
  int64_t length = field (rom, pcir + 10, 2);
  int64_t end = begin + 512 * field (rom, pcir + 16, 2);
  int64_t type = field (rom, pcir + 20, 1);
  bool whole = field (rom, begin, 2) == 0xaa55 && pointer >= 26 && pointer % 4 == 0 &&
               pcir + 24 <= rom->length && field (rom, pcir, 4) == 0x52494350 && length >= 24 &&
               end > begin && end <= rom->length && pcir + length <= end;

  if (!whole || (type == 0 && !is_bios (rom, begin, end)) ||
      (type == 3 && !is_efi (rom, begin, end)))
    return 0;
  *efi = *efi || (type == 3 && field (rom, begin + 10, 2) == 0x8664);
  *last = field (rom, pcir + 21, 1) >= 128;
  return end;
}

bool
rom_judge (const uint8_t *bytes, size_t length)
{
  Rom rom = { bytes, (int64_t) length };
  int64_t at = 0;
  bool efi = false;
  bool last = false;

  if (length < 512 || length > 1024 * 1024)
    return false;
  for (int images = 0; images < 16 && !last; images++) {
    at = end_of_image (&rom, at, &efi, &last);
    if (at == 0)
      return false;
  }
  return last && efi;
}
