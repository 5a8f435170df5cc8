/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Option ROMs: whole ones, damaged ones, a real one, and thousands of mutants; and the catalogue.
 */

#include "rom.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gvt-error.h"
#include "host-tree.h"
#include "rom-catalogue.h"
#include "rom-judge.h"

#define MUTANTS 10000
#define REAL_ROM "/usr/lib/ipxe/qemu/efi-virtio.rom"
#define PCIR 0x1c

static void
put16 (GByteArray *rom, gsize at, guint value)
{
  rom->data[at] = value & 0xff;
  rom->data[at + 1] = value >> 8 & 0xff;
}

/* Adds an image of @units times 512 bytes to the chain. */
static void
add_image (GByteArray *rom, guint code_type, guint units, gboolean last)
{
  gsize at = rom->len;
  guint8 sum = 0;

  g_byte_array_set_size (rom, rom->len + units * 512);
  memset (rom->data + at, 0, units * 512);
  put16 (rom, at, 0xaa55);
  put16 (rom, at + 0x18, PCIR);
  memcpy (rom->data + at + PCIR, "PCIR", 4);
  put16 (rom, at + PCIR + 4, 0x8086);
  put16 (rom, at + PCIR + 6, 0x5916);
  put16 (rom, at + PCIR + 0xa, 0x18);
  put16 (rom, at + PCIR + 0x10, units);
  rom->data[at + PCIR + 0x14] = (guint8) code_type;
  rom->data[at + PCIR + 0x15] = last ? 0x80 : 0;
  if (code_type == GVT_ROM_CODE_EFI) {
    put16 (rom, at + 2, units);
    put16 (rom, at + 4, 0x0ef1);
    put16 (rom, at + 8, 11);
    put16 (rom, at + 0xa, 0x8664);
    put16 (rom, at + 0x16, 0x40);
    return;
  }
  rom->data[at + 2] = (guint8) units;
  for (gsize i = at; i < rom->len; i++)
    sum = (guint8) (sum + rom->data[i]);
  rom->data[rom->len - 1] = (guint8) -sum;
}

static GByteArray *
good_rom (void)
{
  GByteArray *rom = g_byte_array_new ();

  add_image (rom, GVT_ROM_CODE_PC, 2, FALSE);
  add_image (rom, GVT_ROM_CODE_EFI, 4, TRUE);
  return rom;
}

static void
test_good (void)
{
  g_autoptr (GByteArray) bytes = good_rom ();
  g_autoptr (GError) error = NULL;
  GvtRom rom;

  g_assert_true (gvt_rom_parse (bytes->data, bytes->len, &rom, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rom.n_images, ==, 2);
  g_assert_cmpuint (rom.images[0].code_type, ==, GVT_ROM_CODE_PC);
  g_assert_cmpuint (rom.images[1].machine, ==, 0x8664);
  g_assert_cmpuint (rom.images[1].offset, ==, 1024);
  g_assert_cmpuint (rom.images[1].device, ==, 0x5916);
  g_assert_true (gvt_rom_is_intel (&rom));
  /* What a dump is padded with. */
  g_byte_array_set_size (bytes, 8192);
  memset (bytes->data + 3072, 0xff, 8192 - 3072);
  g_assert_true (gvt_rom_parse (bytes->data, bytes->len, &rom, NULL));
}

#define EFI 1024

static const struct {
  const char *name;
  gsize at;
  guint value;
  const char *says;
} damages[] = {
  { "signature", 0, 0x55aa, "no image begins here" },
  { "no-pcir", 0x18, 0, "no PCI data structure" },
  { "pcir-unaligned", 0x18, 0x1d, "no PCI data structure" },
  { "pcir-outside", 0x18, 0xfffc, "no PCI data structure" },
  { "pcir-word", PCIR, 0x4951, "no PCI data structure" },
  { "pcir-short", PCIR + 0xa, 0x10, "no PCI data structure" },
  { "pcir-long", PCIR + 0xa, 0xfff0, "larger than its image" },
  { "image-empty", PCIR + 0x10, 0, "cut off" },
  { "image-beyond", PCIR + 0x10, 7, "cut off" },
  { "bios-size", 2, 3, "larger than its image" },
  { "checksum", 0x100, 1, "checksum" },
  { "efi-signature", EFI + 4, 0x0ef2, "signature" },
  { "efi-size", EFI + 2, 5, "larger than its image" },
  { "efi-code", EFI + 0x16, 4096, "outside" },
  { "efi-application", EFI + 8, 10, "no driver" },
  { "efi-compression", EFI + 0xc, 2, "compressed" },
  { "efi-arm", EFI + 0xa, 0xaa64, "no EFI driver for x86-64" },
  { "no-end", EFI + PCIR + 0x14, 3, "no end" },
};

static void
test_damaged (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_autoptr (GByteArray) bytes = good_rom ();
    g_autoptr (GError) error = NULL;
    GvtRom rom;

    put16 (bytes, damages[i].at, damages[i].value);
    g_test_message ("%s", damages[i].name);
    g_assert_false (gvt_rom_parse (bytes->data, bytes->len, &rom, &error));
    g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull (strstr (error->message, damages[i].says));
  }
}

/* Every shorter piece of a ROM is refused, and read to its own end only (the copy has no more). */
static void
test_truncated (void)
{
  g_autoptr (GByteArray) bytes = good_rom ();
  GvtRom rom;

  for (gsize size = 0; size < bytes->len; size += 7) {
    g_autofree guint8 *piece = g_memdup2 (bytes->data, size);

    g_assert_false (gvt_rom_parse (piece, size, &rom, NULL));
  }
}

static void
test_many_images (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  GvtRom rom;

  for (guint i = 0; i < GVT_ROM_IMAGES_MAX + 1; i++)
    add_image (bytes, GVT_ROM_CODE_EFI, 1, FALSE);
  g_assert_false (gvt_rom_parse (bytes->data, bytes->len, &rom, &error));
  g_assert_nonnull (strstr (error->message, "too many"));
}

static GByteArray *
real_rom (void)
{
  g_autofree char *data = NULL;
  gsize size;
  GByteArray *bytes = g_byte_array_new ();

  if (!g_file_get_contents (REAL_ROM, &data, &size, NULL))
    g_error ("%s is missing: install ipxe-qemu", REAL_ROM);
  return g_byte_array_append (bytes, (const guint8 *) data, (guint) size);
}

static void
test_real (void)
{
  g_autoptr (GByteArray) bytes = real_rom ();
  g_autoptr (GError) error = NULL;
  GvtRom rom;

  g_assert_true (gvt_rom_parse (bytes->data, bytes->len, &rom, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rom.n_images, ==, 2);
  g_assert_cmpuint (rom.images[0].code_type, ==, GVT_ROM_CODE_PC);
  g_assert_cmpuint (rom.images[1].code_type, ==, GVT_ROM_CODE_EFI);
  g_assert_cmpuint (rom.images[1].vendor, ==, 0x1af4);
  g_assert_false (gvt_rom_is_intel (&rom));
}

/* Turns a few bytes into others: those of a header, of a PCI data structure, or any. */
static void
mutate (guint8 *rom, gsize size)
{
  static const guint8 telling[] = { 0, 1, 3, 0x10, 0x18, 0x1c, 0x55, 0x7f, 0x80, 0xaa, 0xff };
  static const gsize fields[] = { 0,           2,           4,           8,
                                  0xa,         0xc,         0x16,        0x18,
                                  0x19,        PCIR,        PCIR + 0xa,  PCIR + 0xb,
                                  PCIR + 0x10, PCIR + 0x11, PCIR + 0x14, PCIR + 0x15 };

  for (int flips = g_test_rand_int_range (1, 4); flips > 0 && size > 0; flips--) {
    gsize image = 512 * (gsize) g_test_rand_int_range (0, (int) (size / 512) + 1);
    gsize field = g_test_rand_int_range (0, 4) > 0
                      ? fields[g_test_rand_int_range (0, G_N_ELEMENTS (fields))]
                      : (gsize) g_test_rand_int_range (0, 512);
    guint8 value = g_test_rand_bit () ? telling[g_test_rand_int_range (0, G_N_ELEMENTS (telling))]
                                      : (guint8) g_test_rand_int_range (0, 256);

    rom[(image + field) % size] = value;
  }
}

/* What is accepted is a chain by another's opinion, and what is refused is none; the address sanitizer
 * sees reads of what is not there. */
static void
test_mutants (void)
{
  g_autoptr (GByteArray) good = good_rom ();
  g_autoptr (GByteArray) real = real_rom ();
  guint accepted = 0;

  for (guint i = 0; i < MUTANTS; i++) {
    const GByteArray *from = i % 16 == 0 ? real : good;
    gsize size = g_test_rand_int_range (0, 4) == 0
                     ? (gsize) g_test_rand_int_range (0, (int) from->len + 1)
                     : from->len;
    g_autofree guint8 *mutant = g_memdup2 (from->data, size);
    GvtRom rom;
    gboolean valid;

    mutate (mutant, size);
    valid = gvt_rom_parse (mutant, size, &rom, NULL);
    g_assert_cmpint (valid, ==, rom_judge (mutant, size));
    accepted += valid;
  }
  g_test_message ("%u of %u mutants are valid chains", accepted, MUTANTS);
  /* A test of refusals alone, or of none, would be no test. */
  g_assert_cmpuint (accepted, >, MUTANTS / 100);
  g_assert_cmpuint (accepted, <, MUTANTS / 2);
}

static void
test_names (void)
{
  static const char *const good[] = { "a", "vbios_gvt_uefi.rom", "_x-1.2" };
  static const char *const bad[] = { "", ".x", "..", "-x", "a/b", "../x", "a b", "ä", "a\n" };
  g_autofree char *too_long = g_strnfill (65, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (gvt_rom_check_name (good[i], NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (gvt_rom_check_name (bad[i], NULL));
  g_assert_false (gvt_rom_check_name (too_long, NULL));
}

static void
assert_refused (const GError *error, int code, const char *says)
{
  g_assert_error (error, GVT_ERROR, code);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_catalogue (void)
{
  g_autofree char *tree = g_dir_make_tmp ("gvt-rom-XXXXXX", NULL);
  g_autoptr (GByteArray) array = good_rom ();
  g_autoptr (GBytes) bytes = g_bytes_new (array->data, array->len);
  g_autoptr (GBytes) nonsense = g_bytes_new_static ("U", 1);
  g_autofree char *file = g_build_filename (tree, GVT_ROM_DIRECTORY, "gvt.rom", NULL);
  g_autoptr (GvtRoot) root = NULL;
  g_autofree char *sha256 = NULL;
  g_autoptr (GVariant) list = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GError) error = NULL;
  struct stat status;

  host_tree_write (tree, "/usr/share/vgabios/.hidden", "x");
  host_tree_write (tree, "/var/lib/gvt-manager/vgpus/.x", "");
  root = gvt_root_new (tree, NULL);
  g_assert_false (gvt_rom_install (root, nonsense, "x", NULL));

  sha256 = gvt_rom_install (root, bytes, "gvt.rom", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (file, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0644);
  g_assert_cmpuint (status.st_size, ==, 3072);
  g_assert_null (gvt_rom_install (root, bytes, "gvt.rom", &error));
  assert_refused (error, GVT_ERROR_ALREADY_EXISTS, "already");
  g_clear_error (&error);

  list = g_variant_ref_sink (gvt_rom_list (root));
  shown = g_variant_print (list, FALSE);
  g_assert_cmpuint (g_variant_n_children (list), ==, 1);
  g_assert_nonnull (strstr (shown, sha256));
  g_assert_nonnull (strstr (shown, "'unchanged': <true>"));
  g_assert_nonnull (strstr (shown, "['bios 8086:5916', 'efi 8086:5916']"));
  g_assert_null (strstr (shown, "warning"));

  host_tree_write (tree, "/etc/libvirt/qemu/win10.xml", "value='/usr/share/vgabios/gvt.rom'/>");
  g_assert_false (gvt_rom_remove (root, "gvt.rom", &error));
  assert_refused (error, GVT_ERROR_BUSY, "VM win10 of qemu:///system");
  g_clear_error (&error);
  host_tree_write (tree, "/etc/libvirt/qemu/win10.xml", "value='/usr/share/vgabios/gvt.rom2'/>");
  host_tree_write (tree, "/proc/812/cmdline", "qemu-system romfile=/usr/share/vgabios/gvt.rom");
  g_assert_false (gvt_rom_remove (root, "gvt.rom", &error));
  assert_refused (error, GVT_ERROR_BUSY, "process 812");
  g_clear_error (&error);
  host_tree_write (tree, "/proc/812/cmdline", "cat /usr/share/vgabios/gvt.rom");
  g_assert_true (gvt_rom_remove (root, "gvt.rom", &error));
  g_assert_no_error (error);
  g_assert_false (gvt_rom_remove (root, "gvt.rom", &error));
  assert_refused (error, GVT_ERROR_NOT_FOUND, "rom list");
  host_tree_remove (tree);
}

/* Whatever lies there, the list names what is odd about it. */
static void
test_strange_catalogue (void)
{
  g_autofree char *tree = g_dir_make_tmp ("gvt-rom-XXXXXX", NULL);
  g_autoptr (GByteArray) array = good_rom ();
  g_autoptr (GBytes) bytes = g_bytes_new (array->data, array->len);
  g_autofree char *fifo = g_build_filename (tree, GVT_ROM_DIRECTORY, "fifo", NULL);
  g_autofree char *sha256 = NULL;
  g_autofree char *closed = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GvtRoot) root = NULL;
  g_autoptr (GVariant) list = NULL;

  host_tree_write (tree, "/usr/share/vgabios/text", "not a ROM");
  host_tree_write (tree, "/usr/share/vgabios/a name", "not ours to name");
  host_tree_write (tree, "/usr/share/vgabios/directory/x", "");
  host_tree_write (tree, "/var/lib/gvt-manager/roms/text", "not a note");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  root = gvt_root_new (tree, NULL);
  sha256 = gvt_rom_install (root, bytes, "changed", NULL);
  host_tree_write (tree, "/usr/share/vgabios/changed", "somebody else's");
  g_free (sha256);
  sha256 = gvt_rom_install (root, bytes, "closed", NULL);
  closed = g_build_filename (tree, GVT_ROM_DIRECTORY, "closed", NULL);
  g_assert_no_errno (g_chmod (closed, 0600));

  list = g_variant_ref_sink (gvt_rom_list (root));
  shown = g_variant_print (list, FALSE);
  g_assert_cmpuint (g_variant_n_children (list), ==, 3);
  g_assert_nonnull (strstr (shown, "it is not readable for all"));
  g_assert_nonnull (strstr (shown, "'unchanged': <false>"));
  g_assert_nonnull (strstr (shown, "an option ROM has 512 bytes to 1 MiB"));
  host_tree_remove (tree);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rom/good", test_good);
  g_test_add_func ("/rom/damaged", test_damaged);
  g_test_add_func ("/rom/truncated", test_truncated);
  g_test_add_func ("/rom/many-images", test_many_images);
  g_test_add_func ("/rom/real", test_real);
  g_test_add_func ("/rom/mutants", test_mutants);
  g_test_add_func ("/rom/names", test_names);
  g_test_add_func ("/rom/catalogue", test_catalogue);
  g_test_add_func ("/rom/strange-catalogue", test_strange_catalogue);
  return g_test_run ();
}
