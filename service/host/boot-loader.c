/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where each distribution keeps the kernel's command line, and what puts parameters there. Reads
 * only: what it answers is a plan. The parameters are constants.
 */

#include "boot-loader.h"

#include "boot-loader-files.h"
#include "boot-words.h"
#include "fixes.h"
#include "gvt-error.h"

#define FIX GVT_FIX_KERNEL_PARAMETERS
#define MINIMAL "i915.enable_gvt=1"
#define GUIDE MINIMAL " i915.enable_guc=0 i915.enable_fbc=0"

typedef gboolean (*Detect) (const GvtHostFacts *host);
typedef void (*Plan) (const GvtHostFacts *host, const char *parameters, GPtrArray *changes);

typedef struct {
  const char *name;
  Detect detect;
  Plan plan;
} BootLoader;

/* Tools that keep the command line themselves show it in these files. */
static gboolean
is_configured (const GvtHostFacts *host, const char *parameters)
{
  static const char *const files[] = { "/etc/default/grub", "/etc/kernelstub/configuration" };
  g_autoptr (GPtrArray) entries = gvt_root_list (host->root, "/boot/loader/entries");
  g_autofree char *running = g_strjoinv (" ", host->command_line);
  mode_t mode;

  if (gvt_boot_has_all (running, parameters))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *text = gvt_host_read_file (host, files[i], &mode);

    if (text != NULL && gvt_boot_has_all (text, parameters))
      return TRUE;
  }
  for (guint i = 0; i < entries->len; i++) {
    g_autofree char *path =
        g_build_filename ("/boot/loader/entries", g_ptr_array_index (entries, i), NULL);
    g_autofree char *text = gvt_host_read_file (host, path, &mode);

    if (text == NULL || !gvt_boot_has_all (text, parameters))
      return FALSE;
  }
  return entries->len > 0;
}

static gboolean
detect_ostree (const GvtHostFacts *host)
{
  return gvt_root_exists (host->root, "/run/ostree-booted") &&
         gvt_host_has_program (host, "rpm-ostree");
}

static void
plan_ostree (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  g_auto (GStrv) words = g_strsplit (parameters, " ", -1);

  if (is_configured (host, parameters))
    return;
  for (char **word = words; *word != NULL; word++) {
    g_autofree char *append = g_strconcat ("--append-if-missing=", *word, NULL);
    g_autofree char *take = g_strconcat ("--delete-if-present=", *word, NULL);

    gvt_setup_add_command (changes,
                           FIX,
                           gvt_host_command (host, "rpm-ostree", "kargs", append, NULL),
                           gvt_host_command (host, "rpm-ostree", "kargs", take, NULL));
  }
}

static gboolean
detect_kernelstub (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "kernelstub");
}

static void
plan_kernelstub (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  if (!is_configured (host, parameters))
    gvt_setup_add_command (changes,
                           FIX,
                           gvt_host_command (host, "kernelstub", "-a", parameters, NULL),
                           gvt_host_command (host, "kernelstub", "-d", parameters, NULL));
}

static gboolean
detect_grubby (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "grubby");
}

static void
plan_grubby (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  g_autofree char *add = g_strconcat ("--args=", parameters, NULL);
  g_autofree char *take = g_strconcat ("--remove-args=", parameters, NULL);

  if (!is_configured (host, parameters))
    gvt_setup_add_command (changes,
                           FIX,
                           gvt_host_command (host, "grubby", "--update-kernel=ALL", add, NULL),
                           gvt_host_command (host, "grubby", "--update-kernel=ALL", take, NULL));
}

static gboolean
detect_pbl (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "pbl") && !gvt_host_has_program (host, "sdbootutil");
}

static void
plan_pbl (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  g_auto (GStrv) words = g_strsplit (parameters, " ", -1);

  if (is_configured (host, parameters))
    return;
  for (char **word = words; *word != NULL; word++)
    gvt_setup_add_command (changes,
                           FIX,
                           gvt_host_command (host, "pbl", "--add-option", *word, "--config", NULL),
                           gvt_host_command (host, "pbl", "--del-option", *word, "--config", NULL));
}

static gboolean
detect_sdbootutil (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "sdbootutil") &&
         gvt_root_exists (host->root, "/etc/kernel/cmdline");
}

static void
plan_sdbootutil (const GvtHostFacts *host, const char *parameters, GPtrArray *changes)
{
  gvt_boot_plan_command_line_file (
      host,
      parameters,
      changes,
      gvt_host_command (host, "sdbootutil", "update-all-entries", NULL));
}

/* The first that is there is the one that counts: tools before the files they write. */
static const BootLoader loaders[] = {
  { "rpm-ostree", detect_ostree, plan_ostree },
  { "kernelstub", detect_kernelstub, plan_kernelstub },
  { "sdbootutil", detect_sdbootutil, plan_sdbootutil },
  { "grubby", detect_grubby, plan_grubby },
  { "pbl", detect_pbl, plan_pbl },
  { "update-grub", gvt_boot_detect_update_grub, gvt_boot_plan_update_grub },
  { "grub-mkconfig", gvt_boot_detect_grub, gvt_boot_plan_grub },
  { "kernel-install", gvt_boot_detect_kernel_install, gvt_boot_plan_kernel_install },
  { "systemd-boot", gvt_boot_detect_entries, gvt_boot_plan_entries },
};

static const BootLoader *
find (const GvtHostFacts *host)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++) {
    if (loaders[i].detect (host))
      return &loaders[i];
  }
  return NULL;
}

const char *
gvt_boot_loader_name (const GvtHostFacts *host)
{
  const BootLoader *loader = find (host);

  return loader != NULL ? loader->name : NULL;
}

gboolean
gvt_boot_loader_plan (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error)
{
  const BootLoader *loader = find (host);

  if (loader == NULL) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_NOT_SUPPORTED,
                         "no boot loader that is known; put " MINIMAL
                         " on the kernel command line by hand, and reboot");
    return FALSE;
  }
  loader->plan (host, guide ? GUIDE : MINIMAL, changes);
  return TRUE;
}
