/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Boot loaders whose command line stands in a file that a person edits too. Reads only: what it
 * answers is a plan. What is added can be told from the rest, so that it can be taken out again.
 */

#include "boot-loader-files.h"

#include <string.h>

#include "boot-loader.h"
#include "boot-words.h"
#include "fixes.h"

#define FIX GVT_FIX_KERNEL_PARAMETERS
#define GRUB_DROP_IN "/etc/default/grub.d/gvt-manager.cfg"

/* /etc/kernel/cmdline is one line. */
void
gvt_boot_plan_command_line_file (const GvtHostFacts *host,
                                 const char *parameters,
                                 GPtrArray *changes,
                                 GStrv rebuild)
{
  g_auto (GStrv) owned = rebuild;
  mode_t mode;
  g_autofree char *text = gvt_host_read_file (host, "/etc/kernel/cmdline", &mode);
  g_autofree char *missing = gvt_boot_missing_words (text != NULL ? text : "", parameters);
  gsize length;

  if (text == NULL || *missing == '\0')
    return;
  length = strcspn (text, "\n");
  gvt_setup_add_file (changes,
                      FIX,
                      "/etc/kernel/cmdline",
                      g_strdup (text),
                      g_strdup_printf ("%.*s%s%s", (int) length, text, missing, text + length),
                      mode,
                      missing);
  gvt_setup_add_command (changes, FIX, g_strdupv (owned), g_strdupv (owned));
}

gboolean
gvt_boot_detect_update_grub (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "update-grub") &&
         gvt_root_exists (host->root, "/etc/default/grub");
}

/* Debian's grub-mkconfig reads /etc/default/grub.d, so that nobody's file has to be touched. */
void
gvt_boot_plan_update_grub (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  mode_t mode;
  g_autofree char *before = gvt_host_read_file (host, GRUB_DROP_IN, &mode);
  g_autofree char *grub = gvt_host_read_file (host, "/etc/default/grub", &mode);
  g_autofree char *after = g_strdup_printf (
      "# Made by gvt-manager; gvt-client setup --revert takes it away.\n"
      "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT %s\"\n",
      parameters);

  if (g_strcmp0 (before, after) == 0 || (before != NULL && gvt_boot_has_all (before, parameters)) ||
      (grub != NULL && gvt_boot_has_all (grub, parameters)))
    return;
  gvt_setup_add_file (changes,
                      FIX,
                      GRUB_DROP_IN,
                      g_steal_pointer (&before),
                      g_steal_pointer (&after),
                      0644,
                      NULL);
  gvt_setup_add_command (changes,
                         FIX,
                         gvt_host_command (host, "update-grub", NULL),
                         gvt_host_command (host, "update-grub", NULL));
}

gboolean
gvt_boot_detect_grub (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "grub-mkconfig") &&
         gvt_root_exists (host->root, "/etc/default/grub") &&
         gvt_root_exists (host->root, "/boot/grub/grub.cfg");
}

/* The file is a shell script: a line at its end adds to what it set. */
void
gvt_boot_plan_grub (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  mode_t mode;
  g_autofree char *text = gvt_host_read_file (host, "/etc/default/grub", &mode);
  g_autofree char *missing = gvt_boot_missing_words (text != NULL ? text : "", parameters);
  g_autofree char *line = g_strdup_printf (
      "%sGRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT%s\" # by gvt-manager\n",
      text == NULL || *text == '\0' || g_str_has_suffix (text, "\n") ? "" : "\n",
      missing);

  if (text == NULL || *missing == '\0')
    return;
  gvt_setup_add_file (changes,
                      FIX,
                      "/etc/default/grub",
                      g_strdup (text),
                      g_strconcat (text, line, NULL),
                      mode,
                      line);
  gvt_setup_add_command (
      changes,
      FIX,
      gvt_host_command (host, "grub-mkconfig", "-o", "/boot/grub/grub.cfg", NULL),
      gvt_host_command (host, "grub-mkconfig", "-o", "/boot/grub/grub.cfg", NULL));
}

gboolean
gvt_boot_detect_kernel_install (const GvtHostFacts *host)
{
  return gvt_root_exists (host->root, "/etc/kernel/cmdline") &&
         (gvt_host_has_program (host, "mkinitcpio") ||
          gvt_host_has_program (host, "kernel-install"));
}

void
gvt_boot_plan_kernel_install (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  gvt_boot_plan_command_line_file (
      host,
      parameters,
      changes,
      gvt_host_has_program (host, "mkinitcpio")
          ? gvt_host_command (host, "mkinitcpio", "-P", NULL)
          : gvt_host_command (host, "kernel-install", "add-all", NULL));
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

static void
plan_entry (const GvtHostFacts *host, const char *path, const char *parameters, GPtrArray *changes)
{
  mode_t mode;
  g_autofree char *text = gvt_host_read_file (host, path, &mode);
  const char *line = text == NULL                                   ? NULL
                     : g_str_has_prefix (text, "options ")          ? text
                     : (line = strstr (text, "\noptions ")) != NULL ? line + 1
                                                                    : NULL;
  g_autofree char *missing = gvt_boot_missing_words (text != NULL ? text : "", parameters);
  gsize end;

  if (line == NULL || *missing == '\0')
    return;
  end = (gsize) (line - text) + strcspn (line, "\n");
  gvt_setup_add_file (changes,
                      FIX,
                      path,
                      g_strdup (text),
                      g_strdup_printf ("%.*s%s%s", (int) end, text, missing, text + end),
                      mode,
                      missing);
}

void
gvt_boot_plan_entries (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  const char *directory = entries_directory (host);
  g_autoptr (GPtrArray) names = gvt_root_list (host->root, directory);

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (directory, g_ptr_array_index (names, i), NULL);

    if (g_str_has_suffix (path, ".conf"))
      plan_entry (host, path, parameters, changes);
  }
}
