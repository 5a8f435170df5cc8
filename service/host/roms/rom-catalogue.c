/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The catalogue of option ROMs: the one writer of its directory and of the notes about it. Worker
 * threads. A name becomes part of a path only after gvt_rom_check_name().
 */

#include "rom-catalogue.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "durable-file.h"
#include "gvt-error.h"
#include "rom.h"
#include "rom-use.h"
#include "uuid.h"

#define NOTES "/var/lib/gvt-manager/roms"
#define NOTE_MAX 4096
#define NOTE_GROUP "ROM"

/* Of two installations of one name, one comes too late. */
static GMutex catalogue;

gboolean
gvt_rom_check_name (const char *name, GError **error)
{
  static const char permitted[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-";
  g_autofree char *quoted = NULL;

  if (*name != '\0' && *name != '.' && *name != '-' && strlen (name) <= 64 &&
      strspn (name, permitted) == strlen (name))
    return TRUE;
  quoted = gvt_quote (name);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               "%s cannot be the name of a ROM: at most 64 letters, digits, dots, underscores and "
               "hyphens, beginning with a letter, a digit or an underscore",
               quoted);
  return FALSE;
}

static char *
path_of (const char *name)
{
  return g_build_filename (GVT_ROM_DIRECTORY, name, NULL);
}

static char *
note_path_of (const char *name)
{
  return g_build_filename (NOTES, name, NULL);
}

static gboolean
write_note (GvtRoot *root, const char *name, const char *sha256, GError **error)
{
  g_autoptr (GKeyFile) note = g_key_file_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format_iso8601 (now);
  g_autofree char *path = note_path_of (name);
  g_autofree char *temporary = g_strdup_printf (NOTES "/.%s.new", name);
  const GvtDurableFile file = { .path = path, .temporary = temporary, .mode = 0600 };
  g_autofree char *text = NULL;

  g_key_file_set_string (note, NOTE_GROUP, "SHA256", sha256);
  g_key_file_set_string (note, NOTE_GROUP, "Installed", date);
  text = g_key_file_to_data (note, NULL, NULL);
  return gvt_durable_write_text (root, &file, text, error);
}

static gboolean
write_rom (GvtRoot *root, GBytes *bytes, const char *name, const char *sha256, GError **error)
{
  g_autofree char *path = path_of (name);
  g_autofree char *temporary = g_strdup_printf (GVT_ROM_DIRECTORY "/.%s.new", name);
  const GvtDurableFile rom = { .path = path, .temporary = temporary, .mode = 0644 };

  if (gvt_root_exists (root, path)) {
    g_set_error (
        error,
        GVT_ERROR,
        GVT_ERROR_ALREADY_EXISTS,
        "there is a ROM %s already; choose another name, or remove it first: gvt-client rom "
        "remove %s",
        name,
        name);
    return FALSE;
  }
  /* The note first: a note without a ROM says nothing, a ROM without a note looks like another's. */
  return write_note (root, name, sha256, error) && gvt_durable_write (root, &rom, bytes, error);
}

char *
gvt_rom_install (GvtRoot *root, GBytes *bytes, const char *name, GError **error)
{
  g_autofree char *sha256 = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gboolean written;
  GvtRom rom;

  if (!gvt_rom_parse (data, size, &rom, error))
    return NULL;
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_mutex_lock (&catalogue);
  written = write_rom (root, bytes, name, sha256, error);
  g_mutex_unlock (&catalogue);
  return written ? g_steal_pointer (&sha256) : NULL;
}

/* At most one byte more than a ROM has, so that what is larger shows. */
static GByteArray *
read_rom (GvtRoot *root, const char *name, mode_t *mode)
{
  g_autofree char *path = path_of (name);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int fd = gvt_root_open (root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  struct stat status;
  gssize count = 0;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode)) {
    gsize size = MIN ((guint64) status.st_size, GVT_ROM_SIZE_MAX + 1);

    *mode = status.st_mode;
    g_byte_array_set_size (bytes, (guint) size);
    count = TEMP_FAILURE_RETRY (read (fd, bytes->data, size));
  }
  close (fd);
  if (count <= 0)
    return NULL;
  g_byte_array_set_size (bytes, (guint) count);
  return g_steal_pointer (&bytes);
}

static void
add_note (GvtRoot *root, GVariantDict *entries, const char *name, const char *sha256)
{
  g_autofree char *path = note_path_of (name);
  g_autofree char *text = gvt_root_read_text (root, path, NOTE_MAX, NULL);
  g_autoptr (GKeyFile) note = g_key_file_new ();
  g_autofree char *noted = NULL;
  g_autofree char *date = NULL;

  if (text == NULL || !g_key_file_load_from_data (note, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    return;
  noted = g_key_file_get_string (note, NOTE_GROUP, "SHA256", NULL);
  date = g_key_file_get_string (note, NOTE_GROUP, "Installed", NULL);
  if (noted == NULL || date == NULL || !g_utf8_validate (date, -1, NULL))
    return;
  g_variant_dict_insert (entries, "installed", "s", date);
  g_variant_dict_insert (entries, "unchanged", "b", g_str_equal (noted, sha256));
}

static void
add_images (GVariantDict *entries, const GvtRom *rom)
{
  g_autoptr (GStrvBuilder) images = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < rom->n_images; i++) {
    const GvtRomImage *image = &rom->images[i];
    g_autofree char *text = g_strdup_printf ("%s %04x:%04x",
                                             image->code_type == GVT_ROM_CODE_PC    ? "bios"
                                             : image->code_type == GVT_ROM_CODE_EFI ? "efi"
                                                                                    : "other",
                                             image->vendor,
                                             image->device);

    g_strv_builder_add (images, text);
  }
  list = g_strv_builder_end (images);
  g_variant_dict_insert_value (entries,
                               "images",
                               g_variant_new_strv ((const char *const *) list, -1));
}

/* What is odd about it; NULL if nothing is. Fills in @rom as far as it can be read. */
static char *
find_oddity (const GByteArray *bytes, mode_t mode, GvtRom *rom)
{
  g_autoptr (GError) error = NULL;

  if (!gvt_rom_parse (bytes->data, bytes->len, rom, &error))
    return g_strdup (error->message);
  if ((mode & S_IROTH) == 0)
    return g_strdup ("it is not readable for all, so VMs of users' sessions cannot have it");
  if (!gvt_rom_is_intel (rom))
    return g_strdup ("it is not for a device of Intel (8086)");
  return NULL;
}

static GVariant *
describe (GvtRoot *root, const char *name)
{
  mode_t mode = 0;
  g_autoptr (GByteArray) bytes = read_rom (root, name, &mode);
  g_autofree char *sha256 = NULL;
  g_autofree char *oddity = NULL;
  GVariantDict entries;
  GvtRom rom;

  if (bytes == NULL)
    return NULL;
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
  g_variant_dict_init (&entries, NULL);
  g_variant_dict_insert (&entries, "name", "s", name);
  g_variant_dict_insert (&entries, "size", "t", (guint64) bytes->len);
  g_variant_dict_insert (&entries, "sha256", "s", sha256);
  add_note (root, &entries, name, sha256);
  oddity = find_oddity (bytes, mode, &rom);
  if (oddity != NULL)
    g_variant_dict_insert (&entries, "warning", "s", oddity);
  add_images (&entries, &rom);
  return g_variant_dict_end (&entries);
}

GVariant *
gvt_rom_list (GvtRoot *root)
{
  g_autoptr (GPtrArray) names = gvt_root_list (root, GVT_ROM_DIRECTORY);
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    /* What attach could not name is no part of the catalogue. */
    GVariant *entry = gvt_rom_check_name (name, NULL) ? describe (root, name) : NULL;

    if (entry != NULL)
      g_variant_builder_add_value (&list, entry);
  }
  return g_variant_builder_end (&list);
}

static gboolean
remove_rom (GvtRoot *root, const char *name, GError **error)
{
  g_autofree char *path = path_of (name);
  g_autofree char *note = note_path_of (name);
  g_autofree char *user = NULL;

  if (!gvt_root_exists (root, path)) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 "there is no ROM %s; gvt-client rom list shows them",
                 name);
    return FALSE;
  }
  user = gvt_rom_find_user (root, path);
  if (user != NULL) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_BUSY,
                 "ROM %s is used by %s; take it out there first",
                 name,
                 user);
    return FALSE;
  }
  return gvt_durable_remove (root, path, error) && gvt_durable_remove (root, note, error);
}

gboolean
gvt_rom_remove (GvtRoot *root, const char *name, GError **error)
{
  gboolean removed;

  g_mutex_lock (&catalogue);
  removed = remove_rom (root, name, error);
  g_mutex_unlock (&catalogue);
  return removed;
}
