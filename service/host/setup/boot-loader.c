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
#include "setup-file.h"

#define FIX GVT_FIX_KERNEL_PARAMETERS
#define MINIMAL "i915.enable_gvt=1"
#define GUIDE MINIMAL " i915.enable_guc=0 i915.enable_fbc=0"
#define ENTRIES "/boot/loader/entries"

typedef gboolean (*Detect) (const GvtHostFacts *host);
typedef void (*Plan) (const GvtHostFacts *host, char **parameters, GPtrArray *changes);

typedef struct {
  const char *name;
  Detect detect;
  Plan plan;
} BootLoader;

typedef enum {
  NOWHERE,
  SOMEWHERE,
  EVERYWHERE,
} Where;

/* The boot entries that have a parameter; without entries, the running kernel stands for them. */
static Where
find_in_entries (const GvtHostFacts *host, const char *parameter)
{
  g_autoptr (GPtrArray) names = gvt_root_list (host->root, ENTRIES);
  guint count = 0;
  mode_t mode;

  if (names->len == 0)
    return g_strv_contains ((const char *const *) host->command_line, parameter) ? EVERYWHERE
                                                                                 : NOWHERE;
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (ENTRIES, g_ptr_array_index (names, i), NULL);
    g_autofree char *text = gvt_setup_file_read (host->root, path, &mode);

    if (text != NULL && gvt_boot_has_word (text, parameter))
      count++;
  }
  return count == names->len ? EVERYWHERE : count > 0 ? SOMEWHERE : NOWHERE;
}

/* The file in which a tool keeps the command line. */
static Where
find_in_file (const GvtHostFacts *host, const char *path, const char *parameter)
{
  mode_t mode;
  g_autofree char *text = gvt_setup_file_read (host->root, path, &mode);

  return text != NULL && gvt_boot_has_word (text, parameter) ? EVERYWHERE : NOWHERE;
}

/* Both commands are (transfer full). */
static void
plan_parameter (GPtrArray *changes, Where where, GStrv add, GStrv take)
{
  GvtSetupChange *change;

  if (where == EVERYWHERE) {
    g_strfreev (add);
    g_strfreev (take);
    return;
  }
  change = gvt_setup_add_command (changes, FIX, add, take);
  if (where == SOMEWHERE) {
    g_clear_pointer (&change->undo, g_strfreev);
    change->note = g_strdup (
        "--revert leaves the kernel parameter, which some boot entries had before");
  }
}

static gboolean
detect_ostree (const GvtHostFacts *host)
{
  return gvt_root_exists (host->root, "/run/ostree-booted") &&
         gvt_host_has_program (host, "rpm-ostree");
}

/* One entry has it: the other is of the deployment before, which stays as it is. */
static void
plan_ostree (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  for (char **word = parameters; *word != NULL; word++) {
    g_autofree char *append = g_strconcat ("--append-if-missing=", *word, NULL);
    g_autofree char *take = g_strconcat ("--delete-if-present=", *word, NULL);

    plan_parameter (changes,
                    find_in_entries (host, *word) != NOWHERE ? EVERYWHERE : NOWHERE,
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
plan_kernelstub (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  for (char **word = parameters; *word != NULL; word++)
    plan_parameter (changes,
                    find_in_file (host, "/etc/kernelstub/configuration", *word),
                    gvt_host_command (host, "kernelstub", "-a", *word, NULL),
                    gvt_host_command (host, "kernelstub", "-d", *word, NULL));
}

static gboolean
detect_grubby (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "grubby");
}

static void
plan_grubby (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  for (char **word = parameters; *word != NULL; word++) {
    g_autofree char *add = g_strconcat ("--args=", *word, NULL);
    g_autofree char *take = g_strconcat ("--remove-args=", *word, NULL);

    plan_parameter (changes,
                    find_in_entries (host, *word),
                    gvt_host_command (host, "grubby", "--update-kernel=ALL", add, NULL),
                    gvt_host_command (host, "grubby", "--update-kernel=ALL", take, NULL));
  }
}

static gboolean
detect_pbl (const GvtHostFacts *host)
{
  return gvt_host_has_program (host, "pbl") && !gvt_host_has_program (host, "sdbootutil");
}

static void
plan_pbl (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  for (char **word = parameters; *word != NULL; word++)
    plan_parameter (changes,
                    find_in_file (host, GVT_BOOT_GRUB_FILE, *word),
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
plan_sdbootutil (const GvtHostFacts *host, char **parameters, GPtrArray *changes)
{
  if (gvt_boot_plan_command_line_file (host, parameters, changes))
    gvt_setup_add_command (changes,
                           FIX,
                           gvt_host_command (host, "sdbootutil", "update-all-entries", NULL),
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

gboolean
gvt_boot_loader_plan (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error)
{
  const BootLoader *loader = find (host);
  g_auto (GStrv) parameters = g_strsplit (guide ? GUIDE : MINIMAL, " ", -1);

  if (loader == NULL) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_NOT_SUPPORTED,
                         "no boot loader that is known; put " MINIMAL
                         " on the kernel command line by hand, and reboot");
    return FALSE;
  }
  loader->plan (host, parameters, changes);
  return TRUE;
}
