/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes: what the ROM catalogue takes is a chain of images by a second opinion, and what it refuses
 * is none.
 */

#include "fuzz.h"
#include "rom-judge.h"
#include "rom.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GvtRom rom;
  g_autoptr (GError) error = NULL;
  gboolean valid = gvt_rom_parse (data, size, &rom, &error);

  g_assert_cmpint (valid, ==, rom_judge (data, size));
  g_assert_true (valid == (error == NULL));
  if (valid) {
    const GvtRomImage *last = &rom.images[rom.n_images - 1];

    g_assert_cmpuint (last->offset + last->length, <=, size);
    gvt_rom_is_intel (&rom);
  }
  return 0;
}
