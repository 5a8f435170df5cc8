/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Boot loaders whose command line stands in a file that a person edits too. Reads only: what it
 * answers is a plan. What is added can be told from the rest, so that it can be taken out again.
 */

#include "boot-loader-files.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "boot-loader.h"
#include "boot-words.h"
#include "fixes.h"
#include "setup-file.h"

#define FIX GVT_FIX_KERNEL_PARAMETERS
#define GRUB_DROP_INS "/etc/default/grub.d"
#define GRUB_DROP_IN GRUB_DROP_INS "/gvt-manager.cfg"
#define COMMAND_LINE "/etc/kernel/cmdline"

/* The interface of boot loaders with systemd (systemd.io/BOOT_LOADER_INTERFACE): four bytes of
 * attributes, then UTF-16. */
#define LOADER_INFO "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define SYSTEMD_BOOT "systemd-boot"

/* A command that carries on what files say is its own undoing. */
static void
add_rebuild (GPtrArray *changes, GStrv command)
{
  gvt_setup_add_command (changes, FIX, command, g_strdupv (command));
}

/* Where words can be added: behind those that are there, not behind a remark, which mkinitcpio and later
 * kernel-install pass over. NULL if the last line is a remark without an end. */
static const char *
find_end_of_words (const char *text)
{
  for (const char *line = text;; line++) {
    const char *end = line + strcspn (line, "\n");
    const char *first = line + strspn (line, " \t\r\f\v");

    if (*first != '#' && (first < end || *end == '\0'))
      return end;
    if (*end == '\0')
      return NULL;
    line = end;
  }
}

gboolean
gvt_boot_plan_command_line_file (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  mode_t mode;
  g_autofree char *text = gvt_setup_file_read (host->root, COMMAND_LINE, &mode);
  g_autofree char *missing = gvt_boot_missing_words (text, parameters);
  g_autofree char *line = g_strconcat ("\n", missing, NULL);
  const char *end;

  if (text == NULL || *missing == '\0')
    return FALSE;
  end = find_end_of_words (text);
  if (end != NULL)
    gvt_setup_add_insertion (changes, FIX, COMMAND_LINE, text, mode, (gsize) (end - text), missing);
  else
    gvt_setup_add_insertion (changes, FIX, COMMAND_LINE, text, mode, strlen (text), line);
  return TRUE;
}

/* Hosts often keep a GRUB that they do not boot with any more. */
static gboolean
is_booted_by_systemd_boot (const GvtHostFacts *host)
{
  guint8 bytes[4 + 2 * (sizeof SYSTEMD_BOOT - 1)];
  int fd = gvt_root_open (host->root, LOADER_INFO, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  gssize count = fd < 0 ? -1 : TEMP_FAILURE_RETRY (read (fd, bytes, sizeof bytes));
  gboolean same = count == (gssize) sizeof bytes;

  if (fd >= 0)
    close (fd);
  for (gsize i = 0; same && i < strlen (SYSTEMD_BOOT); i++)
    same = bytes[4 + 2 * i] == SYSTEMD_BOOT[i] && bytes[5 + 2 * i] == 0;
  return same;
}

gboolean
gvt_boot_detect_update_grub (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "update-grub") &&
         gvt_root_exists (host->root, GVT_BOOT_GRUB_FILE) && !is_booted_by_systemd_boot (host);
}

/* What update-grub reads, somebody's file before ours. */
static char *
read_grub_files (const GvtHostFacts *host)
{
  g_autoptr (GPtrArray) names = gvt_root_list (host->root, GRUB_DROP_INS);
  g_autoptr (GString) all = g_string_new (NULL);
  mode_t mode;

  for (guint i = 0; i <= names->len; i++) {
    g_autofree char *path =
        i < names->len ? g_build_filename (GRUB_DROP_INS, g_ptr_array_index (names, i), NULL)
                       : g_strdup (GVT_BOOT_GRUB_FILE);
    g_autofree char *text = gvt_setup_file_read (host->root, path, &mode);

    if (text != NULL && (i == names->len || g_str_has_suffix (path, ".cfg")))
      g_string_append_printf (all, "%s\n", text);
  }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* Debian's grub-mkconfig reads /etc/default/grub.d, so that nobody's file has to be touched. */
void
gvt_boot_plan_update_grub (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  mode_t mode;
  g_autofree char *before = gvt_setup_file_read (host->root, GRUB_DROP_IN, &mode);
  g_autofree char *all = read_grub_files (host);
  g_autofree char *missing = gvt_boot_missing_words (all, parameters);
  g_autofree char *words = g_strjoinv (" ", parameters);
  g_autofree char *after = g_strdup_printf (
      "# Made by gvt-manager; gvt-client setup --revert takes it away.\n"
      "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT %s\"\n",
      words);

  if (*missing == '\0')
    return;
  gvt_setup_add_file (changes, FIX, GRUB_DROP_IN, before, mode, after, 0644);
  add_rebuild (changes, gvt_host_command (host, "update-grub", NULL));
}

/* Some distributions rename GRUB to grub2. */
static const struct {
  const char *program;
  const char *menu;
} grubs[] = {
  { "grub-mkconfig", "/boot/grub/grub.cfg" },
  { "grub2-mkconfig", "/boot/grub2/grub.cfg" },
};

static gssize
find_grub (const GvtHostFacts *host)
{
  for (gsize i = 0; i < G_N_ELEMENTS (grubs); i++) {
    if (gvt_host_has_program (host, grubs[i].program) &&
        gvt_root_exists (host->root, grubs[i].menu))
      return (gssize) i;
  }
  return -1;
}

gboolean
gvt_boot_detect_grub (const GvtHostFacts *host)
{
  return find_grub (host) >= 0 && gvt_root_exists (host->root, GVT_BOOT_GRUB_FILE) &&
         !is_booted_by_systemd_boot (host);
}

/* The file is a shell script: a line at its end adds to what it set. */
void
gvt_boot_plan_grub (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  gssize grub = find_grub (host);
  mode_t mode;
  g_autofree char *text = gvt_setup_file_read (host->root, GVT_BOOT_GRUB_FILE, &mode);
  g_autofree char *missing = gvt_boot_missing_words (text, parameters);
  g_autofree char *line = NULL;

  if (text == NULL || *missing == '\0')
    return;
  line = g_strdup_printf (
      "%sGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT%s\" # by gvt-manager\n",
      *text == '\0' || g_str_has_suffix (text, "\n") ? "" : "\n",
      missing);
  gvt_setup_add_insertion (changes, FIX, GVT_BOOT_GRUB_FILE, text, mode, strlen (text), line);
  add_rebuild (changes, gvt_host_command (host, grubs[grub].program, "-o", grubs[grub].menu, NULL));
}

gboolean
gvt_boot_detect_kernel_install (const GvtHostFacts *host)
{
  return gvt_root_exists (host->root, COMMAND_LINE) &&
         (gvt_host_has_program (host, "mkinitcpio") ||
          gvt_host_has_program (host, "kernel-install"));
}

/* Before systemd 255 there is no `add-all`. */
static void
add_kernels (const GvtHostFacts *host, GPtrArray *changes)
{
  g_autoptr (GPtrArray) releases = gvt_root_list (host->root, "/lib/modules");

  for (guint i = 0; i < releases->len; i++) {
    const char *release = g_ptr_array_index (releases, i);
    g_autofree char *in_modules = g_build_filename ("/lib/modules", release, "vmlinuz", NULL);
    g_autofree char *in_boot = g_strconcat ("/boot/vmlinuz-", release, NULL);
    const char *image = gvt_root_exists (host->root, in_modules) ? in_modules
                        : gvt_root_exists (host->root, in_boot)  ? in_boot
                                                                 : NULL;

    if (image != NULL)
      add_rebuild (changes, gvt_host_command (host, "kernel-install", "add", release, image, NULL));
  }
}

void
gvt_boot_plan_kernel_install (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  if (!gvt_boot_plan_command_line_file (host, parameters, changes))
    return;
  if (gvt_host_has_program (host, "mkinitcpio"))
    add_rebuild (changes, gvt_host_command (host, "mkinitcpio", "-P", NULL));
  else
    add_kernels (host, changes);
}

static const char *
entries_directory (const GvtHostFacts *host)
{
  static const char *const directories[] = { "/boot/loader/entries",
                                             "/efi/loader/entries",
                                             "/boot/efi/loader/entries" };

  for (gsize i = 0; i < G_N_ELEMENTS (directories); i++) {
    g_autoptr (GPtrArray) names = gvt_root_list (host->root, directories[i]);

    if (names->len > 0)
      return directories[i];
  }
  return NULL;
}

gboolean
gvt_boot_detect_entries (const GvtHostFacts *host)
{
  return entries_directory (host) != NULL;
}

/* An entry that starts no Linux has no command line of ours. */
static void
plan_entry (const GvtHostFacts *host, const char *path, char **parameters, GPtrArray *changes)
{
  mode_t mode;
  g_autofree char *text = gvt_setup_file_read (host->root, path, &mode);
  g_autofree char *missing = gvt_boot_missing_words (text, parameters);
  g_autofree char *line = g_strconcat ("options", missing, "\n", NULL);
  const char *options;

  if (text == NULL || *missing == '\0' || gvt_boot_find_line (text, "linux") == NULL)
    return;
  options = gvt_boot_find_line (text, "options");
  if (options != NULL)
    gvt_setup_add_insertion (changes,
                             FIX,
                             path,
                             text,
                             mode,
                             (gsize) (options - text) + strcspn (options, "\n"),
                             missing);
  else
    gvt_setup_add_insertion (changes,
                             FIX,
                             path,
                             text,
                             mode,
                             (gsize) (gvt_boot_find_line (text, "linux") - text),
                             line);
}

void
gvt_boot_plan_entries (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  const char *directory = entries_directory (host);
  g_autoptr (GPtrArray) names = gvt_root_list (host->root, directory);

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (directory, g_ptr_array_index (names, i), NULL);

    if (g_str_has_suffix (path, ".conf"))
      plan_entry (host, path, parameters, changes);
  }
}
