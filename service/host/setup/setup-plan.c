/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fixes consist of. Reads only: what it answers is a plan. Whatever ends up in a file is a
 * constant of this file or of boot-loader.c.
 */

#include "setup-plan.h"

#include "boot-loader.h"
#include "boot-words.h"
#include "check.h"
#include "fixes.h"
#include "gvt-error.h"
#include "setup-file.h"

#define MADE_BY "# Made by gvt-manager; gvt-client setup --revert takes it away.\n"

#define MODULES_FILE "/etc/modules-load.d/gvt-manager.conf"
#define HOOK_FILE "/etc/libvirt/hooks/qemu.d/gvt-manager"
#define LIMITS_FILE "/etc/security/limits.d/gvt-manager.conf"
#define TMPFILES_FILE "/etc/tmpfiles.d/gvt-manager-vfio.conf"

/* The very one that is installed (data/hook). */
static const char hook_text[] =
#include "hook-text.h"
    ;

/* For those who do not want limits raised at run time; it takes a new login. */
#define LIMITS_TEXT MADE_BY "@kvm - memlock unlimited\n"
#define TMPFILES_TEXT MADE_BY "d /dev/vfio 0755 root root -\n"

typedef gboolean (*Plan) (const GvtHostFacts *host,
                          gboolean guide,
                          GPtrArray *changes,
                          GError **error);

typedef struct {
  const char *name;
  Plan plan;
} Fix;

/* Whether there was something to do. */
static gboolean
plan_file (const GvtHostFacts *host,
           const char *fix,
           const char *path,
           const char *text,
           mode_t mode,
           GPtrArray *changes)
{
  mode_t mode_now;
  g_autofree char *before = gvt_setup_file_read (host->root, path, &mode_now);

  if (g_strcmp0 (before, text) == 0 && mode_now == mode)
    return FALSE;
  gvt_setup_add_file (changes, fix, path, before, mode_now, text, mode);
  return TRUE;
}

/* What cannot be taken back says so in a note. @command and @note are (transfer full). */
static void
plan_program (const char *fix, GPtrArray *changes, GStrv command, char *note)
{
  gvt_setup_add_command (changes, fix, command, NULL)->note = note;
}

/* Unloading kvmgt would end every vGPU there is. */
static void
plan_module (const GvtHostFacts *host, const char *module, GPtrArray *changes)
{
  if (!gvt_host_module_is_loaded (host, module) && gvt_host_has_program (host, "modprobe"))
    plan_program (GVT_FIX_MODULES,
                  changes,
                  gvt_host_command (host, "modprobe", module, NULL),
                  g_strdup_printf ("--revert leaves %s loaded until the next boot", module));
}

static gboolean
plan_modules (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error)
{
  gboolean with_vfio_mdev = host->modules != NULL &&
                            g_hash_table_contains (host->modules, "vfio_mdev");

  plan_file (host,
             GVT_FIX_MODULES,
             MODULES_FILE,
             with_vfio_mdev ? MADE_BY "kvmgt\nvfio_mdev\n" : MADE_BY "kvmgt\n",
             0644,
             changes);
  plan_module (host, "kvmgt", changes);
  if (with_vfio_mdev)
    plan_module (host, "vfio_mdev", changes);
  return TRUE;
}

static gboolean
plan_hook (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error)
{
  plan_file (host, GVT_FIX_HOOK, HOOK_FILE, hook_text, 0755, changes);
  return TRUE;
}

static gboolean
plan_memory_lock (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error)
{
  plan_file (host, GVT_FIX_MEMORY_LOCK, LIMITS_FILE, LIMITS_TEXT, 0644, changes);
  return TRUE;
}

static gboolean
plan_vfio_directory (const GvtHostFacts *host, gboolean guide, GPtrArray *changes, GError **error)
{
  if (plan_file (host, GVT_FIX_VFIO_DIRECTORY, TMPFILES_FILE, TMPFILES_TEXT, 0644, changes) &&
      gvt_host_has_program (host, "systemd-tmpfiles"))
    plan_program (GVT_FIX_VFIO_DIRECTORY,
                  changes,
                  gvt_host_command (host, "systemd-tmpfiles", "--create", TMPFILES_FILE, NULL),
                  g_strdup ("--revert leaves /dev/vfio there until the next boot"));
  return TRUE;
}

static const Fix known_fixes[] = {
  { GVT_FIX_KERNEL_PARAMETERS, gvt_boot_loader_plan },
  { GVT_FIX_MODULES, plan_modules },
  { GVT_FIX_HOOK, plan_hook },
  { GVT_FIX_MEMORY_LOCK, plan_memory_lock },
  { GVT_FIX_VFIO_DIRECTORY, plan_vfio_directory },
};

static const Fix *
find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_fixes); i++) {
    if (g_str_equal (known_fixes[i].name, name))
      return &known_fixes[i];
  }
  return NULL;
}

const char *
gvt_setup_find_fix (const char *name, GError **error)
{
  const Fix *fix = find (name);

  if (fix != NULL)
    return fix->name;
  g_set_error_literal (error,
                       GVT_ERROR,
                       GVT_ERROR_INVALID_ARGUMENT,
                       "there is no such fix; the fixes are: " GVT_FIX_KERNEL_PARAMETERS
                       ", " GVT_FIX_MODULES ", " GVT_FIX_HOOK ", " GVT_FIX_MEMORY_LOCK
                       ", " GVT_FIX_VFIO_DIRECTORY);
  return NULL;
}

/* What a check asks for, in the order of the table. */
static GStrv
needed_fixes (GvtRoot *root, gboolean guide)
{
  g_autoptr (GPtrArray) findings = gvt_host_check (root);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (known_fixes); i++) {
    const char *name = known_fixes[i].name;
    /* What guides add is nothing that a check asks for. */
    gboolean needed = guide && g_str_equal (name, GVT_FIX_KERNEL_PARAMETERS);

    for (guint j = 0; !needed && j < findings->len; j++) {
      const GvtFinding *finding = g_ptr_array_index (findings, j);

      needed = g_str_equal (finding->fix, name);
    }
    if (needed)
      g_strv_builder_add (names, name);
  }
  return g_strv_builder_end (names);
}

/* A new file in place of a link would take the name away from what it leads to. */
static gboolean
check_paths (GvtRoot *root, const GPtrArray *changes, GError **error)
{
  for (guint i = 0; i < changes->len; i++) {
    const GvtSetupChange *change = g_ptr_array_index (changes, i);
    g_autofree char *target = change->path != NULL ? gvt_root_read_link_name (root, change->path)
                                                   : NULL;

    if (target == NULL)
      continue;
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_SUPPORTED,
                 "%s is a symbolic link, which setup does not replace; make it a file, or change "
                 "by hand what it leads to",
                 change->path);
    return FALSE;
  }
  return TRUE;
}

GPtrArray *
gvt_setup_plan (GvtRoot *root, const char *const *fixes, gboolean guide, GError **error)
{
  g_autoptr (GvtHostFacts) host = gvt_host_facts_read (root);
  g_autoptr (GPtrArray) changes = gvt_setup_changes_new ();
  g_auto (GStrv) needed = fixes[0] == NULL ? needed_fixes (root, guide)
                                           : g_strdupv ((char **) fixes);

  for (char **name = needed; *name != NULL; name++) {
    const Fix *fix = find (*name);

    if (fix == NULL) {
      gvt_setup_find_fix (*name, error);
      return NULL;
    }
    if (!fix->plan (host, guide, changes, error))
      return NULL;
  }
  return check_paths (root, changes, error) ? g_steal_pointer (&changes) : NULL;
}
