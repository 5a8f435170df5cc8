/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `rom`: the catalogue of option ROMs. Main thread, blocking. Files are read here, with the
 * user's rights; the service gets bytes.
 */

#include "bus.h"
#include "display.h"
#include "gvt-error.h"
#include "gvt-names.h"
#include "json-output.h"
#include "libvirt-survey.h"
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the service takes. */
#define LARGEST_ROM (1024 * 1024)

static char *option_name;

static GVariant *
call (GvtClient *client,
      const char *method,
      GVariant *parameters,
      const char *reply_type,
      GError **error)
{
  return gvt_bus_call (client,
                       GVT_PATH,
                       GVT_INTERFACE_HOST,
                       method,
                       parameters,
                       G_VARIANT_TYPE (reply_type),
                       error);
}

static gboolean
fail_to_read (const char *file, int code, GError **error)
{
  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (code),
               _ ("cannot read %s: %s"),
               file,
               code == EFBIG ? _ ("an option ROM has at most 1 MiB") : g_strerror (code));
  return FALSE;
}

static GBytes *
read_rom (const char *file, GError **error)
{
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  g_autofree char *data = g_malloc (LARGEST_ROM + 1);
  gsize length = 0;
  gssize count = -1;
  int code = errno;

  while (fd >= 0 && length <= LARGEST_ROM) {
    count = TEMP_FAILURE_RETRY (read (fd, data + length, LARGEST_ROM + 1 - length));
    code = errno;
    if (count <= 0)
      break;
    length += (gsize) count;
  }
  if (fd >= 0)
    close (fd);
  if (length > LARGEST_ROM || count < 0) {
    fail_to_read (file, count < 0 ? code : EFBIG, error);
    return NULL;
  }
  return g_bytes_new (data, length);
}

static const char *
get_string (GVariant *entries, const char *key)
{
  const char *value = "";

  g_variant_lookup (entries, key, "&s", &value);
  return value;
}

static char *
join_images (GVariant *entries)
{
  g_auto (GStrv) images = NULL;

  return g_variant_lookup (entries, "images", "^as", &images) ? g_strjoinv (", ", images)
                                                              : g_strdup ("");
}

/* The service's warnings, and what became of what it installed. */
static char *
describe_trouble (GVariant *entries)
{
  const char *warning = get_string (entries, "warning");
  gboolean unchanged = TRUE;

  if (g_variant_lookup (entries, "unchanged", "b", &unchanged) && !unchanged)
    return g_strdup (_ ("its bytes changed since it was installed"));
  return g_strdup (warning);
}

static void
tell_trouble (GvtClient *client, GVariant *list, const char *only)
{
  GVariantIter iter;
  GVariant *entries;

  g_variant_iter_init (&iter, list);
  while ((entries = g_variant_iter_next_value (&iter)) != NULL) {
    g_autoptr (GVariant) owned = entries;
    g_autofree char *trouble = describe_trouble (owned);
    const char *name = get_string (owned, "name");

    if (*trouble != '\0' && (only == NULL || strcmp (only, name) == 0))
      gvt_terminal_talk (client, "%s: %s", name, trouble);
  }
}

static void
add_json (JsonBuilder *builder, GVariant *entries, const char *vms)
{
  g_autofree char *images = join_images (entries);
  g_autofree char *trouble = describe_trouble (entries);
  guint64 size = 0;

  json_builder_begin_object (builder);
  gvt_json_add_string (builder, "name", get_string (entries, "name"));
  gvt_json_add_string (builder, "sha256", get_string (entries, "sha256"));
  gvt_json_add_string (builder, "installed", get_string (entries, "installed"));
  g_variant_lookup (entries, "size", "t", &size);
  gvt_json_add_number (builder, "size", (gint64) size);
  gvt_json_add_string (builder, "images", images);
  gvt_json_add_string (builder, "warning", trouble);
  gvt_json_add_string (builder, "vms", vms);
  json_builder_end_object (builder);
}

static void
add_row (GvtTable *table, GVariant *entries, const char *vms)
{
  g_autofree char *images = join_images (entries);
  g_autofree char *hash = g_strndup (get_string (entries, "sha256"), 12);
  g_autofree char *size = NULL;
  g_autofree char *date = g_strndup (get_string (entries, "installed"), strlen ("2026-01-01"));
  guint64 bytes = 0;

  g_variant_lookup (entries, "size", "t", &bytes);
  size = g_strdup_printf ("%" G_GUINT64_FORMAT " KiB", bytes / 1024);
  gvt_table_add (table, get_string (entries, "name"), GVT_STYLE_HEADING);
  gvt_table_add (table, images, GVT_STYLE_PLAIN);
  gvt_table_add (table, size, GVT_STYLE_PLAIN);
  gvt_table_add (table, hash, GVT_STYLE_FAINT);
  gvt_table_add (table, date, GVT_STYLE_PLAIN);
  gvt_table_add (table, vms, GVT_STYLE_PLAIN);
}

static gboolean
run_list (GvtClient *client, GError **error)
{
  static const char *const headings[] = { N_ ("NAME"),   N_ ("IMAGES"),    N_ ("SIZE"),
                                          N_ ("SHA256"), N_ ("INSTALLED"), N_ ("YOUR VMS"),
                                          NULL };
  g_autoptr (GVariant) reply = call (client, "ListRoms", NULL, "(aa{sv})", error);
  /* Without libvirt there are no VMs to name. */
  g_autoptr (GvtLibvirtSurvey) survey = reply != NULL
                                            ? gvt_libvirt_survey (gvt_vm_uri (client), NULL)
                                            : NULL;
  g_autoptr (GvtTable) table = gvt_table_new (headings);
  g_autoptr (GVariant) list = NULL;
  g_autofree char *text = NULL;
  JsonBuilder *builder;

  gvt_table_may (table, GVT_TABLE_DROP, 3, 0);
  gvt_table_may (table, GVT_TABLE_DROP, 4, 0);
  if (reply == NULL)
    return FALSE;
  list = g_variant_get_child_value (reply, 0);
  builder = json_builder_begin_array (json_builder_new ());
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) entries = g_variant_get_child_value (list, i);
    const char *vms = survey != NULL
                          ? g_hash_table_lookup (survey->roms, get_string (entries, "name"))
                          : NULL;

    add_json (builder, entries, vms);
    add_row (table, entries, vms);
  }
  text = gvt_json_end (json_builder_end_array (builder), TRUE);
  if (client->json)
    gvt_terminal_write (text);
  else if (g_variant_n_children (list) > 0)
    gvt_display_table (table, "");
  else
    gvt_terminal_talk (client, _ ("No ROM. Only UEFI guests that show their firmware want one."));
  if (!client->json)
    tell_trouble (client, list, NULL);
  return TRUE;
}

static gboolean
run_install (GvtClient *client, const char *file, GError **error)
{
  g_autofree char *name = option_name != NULL ? g_strdup (option_name) : g_path_get_basename (file);
  g_autoptr (GBytes) bytes = read_rom (file, error);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) reply_list = NULL;
  const char *sha256;

  if (bytes == NULL)
    return FALSE;
  reply = call (client,
                "InstallRom",
                g_variant_new ("(@aysa{sv})",
                               g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE),
                               name,
                               NULL),
                "(s)",
                error);
  if (reply == NULL)
    return FALSE;
  g_variant_get (reply, "(&s)", &sha256);
  gvt_terminal_write (sha256);
  gvt_terminal_write ("\n");
  gvt_terminal_talk (client, _ ("Use it:  gvt-client attach VM --dma-buf --rom %s"), name);
  reply_list = call (client, "ListRoms", NULL, "(aa{sv})", NULL);
  if (reply_list != NULL) {
    g_autoptr (GVariant) list = g_variant_get_child_value (reply_list, 0);

    tell_trouble (client, list, name);
  }
  return TRUE;
}

static gboolean
run_remove (GvtClient *client, const char *name, GError **error)
{
  g_autoptr (GvtLibvirtSurvey) survey = gvt_libvirt_survey (gvt_vm_uri (client), NULL);
  const char *vms = survey != NULL ? g_hash_table_lookup (survey->roms, name) : NULL;
  g_autoptr (GVariant) reply = NULL;

  if (vms != NULL) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_BUSY,
                 _ ("ROM %s is used by your VM %s; detach it there first"),
                 name,
                 vms);
    return FALSE;
  }
  reply = call (client, "RemoveRom", g_variant_new ("(sa{sv})", name, NULL), "()", error);
  return reply != NULL;
}

static gboolean
run_rom (GvtClient *client, char **args, GError **error)
{
  gboolean with_argument = args[1] != NULL;

  if (strcmp (args[0], "list") == 0 && !with_argument)
    return run_list (client, error);
  if (strcmp (args[0], "install") == 0 && with_argument)
    return run_install (client, args[1], error);
  if (strcmp (args[0], "remove") == 0 && with_argument)
    return run_remove (client, args[1], error);
  g_set_error_literal (error,
                       G_OPTION_ERROR,
                       G_OPTION_ERROR_FAILED,
                       _ ("say list, install FILE or remove NAME"));
  return FALSE;
}

static const GOptionEntry options[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name, N_ ("Its name in the catalogue"), "NAME" },
  G_OPTION_ENTRY_NULL,
};

const GvtVerb gvt_verb_rom = {
  .name = "rom",
  .synopsis = "list | install FILE [--name NAME] | remove NAME",
  .summary = N_ ("List, install and remove option ROMs for UEFI guests"),
  .details = N_ (
      "The ROM is checked and copied to /usr/share/vgabios, where every VM may read it; attach\n"
      "takes its name. Installing and removing need an administrator.\n"),
  .examples = "gvt-client rom install ~/vbios_gvt_uefi.rom\n"
              "gvt-client attach win10 --display spice-gl --dma-buf --rom vbios_gvt_uefi.rom\n",
  .options = options,
  .min_args = 1,
  .max_args = 2,
  .run = run_rom,
};
