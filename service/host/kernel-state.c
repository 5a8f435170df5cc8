/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kernel was built with, and what it is told. Worker threads; reads only.
 */

#include "kernel-state.h"

#include <string.h>

#include "boot-words.h"
#include "gpu-generation.h"

#define MODULES_MAX (8 * 1024 * 1024)
#define TEXT_MAX (1024 * 1024)
#define GRUB_DROP_INS "/etc/default/grub.d"

/* Where distributions put a kernel's configuration. */
static GvtAnswer
ask_configuration (GvtRoot *root, const char *release)
{
  g_autofree char *in_boot = g_strdup_printf ("/boot/config-%s", release);
  g_autofree char *in_modules = g_strdup_printf ("/lib/modules/%s/config", release);
  g_autofree char *text = gvt_root_read_text (root, in_boot, TEXT_MAX, NULL);

  if (text == NULL)
    text = gvt_root_read_text (root, in_modules, TEXT_MAX, NULL);
  if (text == NULL)
    return GVT_UNKNOWN;
  return strstr (text, "\nCONFIG_DRM_I915_GVT_KVMGT=") != NULL ? GVT_YES : GVT_NO;
}

GvtAnswer
gvt_kernel_has_gvt (const GvtHostFacts *host, const char *release)
{
  g_autofree char *path = g_build_filename ("/lib/modules", release, "modules.dep", NULL);
  g_autofree char *modules = NULL;

  if (*release == '\0')
    return GVT_UNKNOWN;
  if (g_str_equal (release, host->release)) {
    if (gvt_host_module_is_loaded (host, "kvmgt") ||
        (host->modules != NULL && g_hash_table_contains (host->modules, "kvmgt")))
      return GVT_YES;
    return host->modules != NULL ? GVT_NO : ask_configuration (host->root, release);
  }
  modules = gvt_root_read_text (host->root, path, MODULES_MAX, NULL);
  if (modules == NULL)
    return ask_configuration (host->root, release);
  return strstr (modules, "/kvmgt.ko") != NULL ? GVT_YES : GVT_NO;
}

GvtAnswer
gvt_kernel_gvt_is_on (const GvtHostFacts *host)
{
  g_autofree char *value = gvt_host_module_parameter (host, "i915", "enable_gvt");

  if (value == NULL)
    return GVT_UNKNOWN;
  return gvt_host_is_on (value) ? GVT_YES : GVT_NO;
}

gboolean
gvt_kernel_can_divide (const GvtHostFacts *host)
{
  const char *name;

  return host->gpu != NULL && gvt_gpu_generation (host->gpu->device, &name) == GVT_GPU_SUPPORTED &&
         g_strcmp0 (host->gpu->driver, "i915") == 0 &&
         gvt_kernel_has_gvt (host, host->release) != GVT_NO;
}

/* The value behind `enable_gvt=`, wherever the format of the file puts quotes. */
static gboolean
switches_on (const char *text, const char *parameter)
{
  gboolean on = FALSE;

  for (const char *at = text; (at = strstr (at, parameter)) != NULL; at += strlen (parameter))
    on = at[strlen (parameter)] == '=' && gvt_host_is_on (at + strlen (parameter) + 1);
  return on;
}

static gboolean
file_switches_on (GvtRoot *root, const char *path, const char *parameter)
{
  g_autofree char *text = gvt_root_read_text (root, path, TEXT_MAX, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  gboolean on = FALSE;

  for (char **line = lines; *line != NULL; line++)
    on = on || (*g_strstrip (*line) != '#' && switches_on (*line, parameter));
  return on;
}

/* modprobe's: "options i915 enable_gvt=1". */
static char *
find_in_modprobe (const GvtHostFacts *host)
{
  static const char *const directories[] = { "/etc/modprobe.d",
                                             "/run/modprobe.d",
                                             "/usr/lib/modprobe.d",
                                             "/lib/modprobe.d",
                                             NULL };
  g_auto (GStrv) lines = gvt_host_read_lines (host, directories, ".conf");

  for (char **line = lines; *line != NULL; line++) {
    if (g_regex_match_simple ("^options\\s+i915\\s", *line, 0, 0) &&
        switches_on (*line, "enable_gvt"))
      return g_strdup ("/etc/modprobe.d");
  }
  return NULL;
}

/* grub.cfg is made of all of them. */
static char *
find_in_grub_drop_ins (GvtRoot *root)
{
  g_autoptr (GPtrArray) names = gvt_root_list (root, GRUB_DROP_INS);

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (GRUB_DROP_INS, g_ptr_array_index (names, i), NULL);

    if (g_str_has_suffix (path, ".cfg") && file_switches_on (root, path, GVT_PARAMETER))
      return g_steal_pointer (&path);
  }
  return NULL;
}

/* Each entry boots for itself: those of Linux have to agree. */
static gboolean
entries_switch_on (GvtRoot *root, const char *directory)
{
  g_autoptr (GPtrArray) names = gvt_root_list (root, directory);
  guint count = 0;

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (directory, g_ptr_array_index (names, i), NULL);
    g_autofree char *text = gvt_root_read_text (root, path, TEXT_MAX, NULL);

    if (!g_str_has_suffix (path, ".conf") || text == NULL ||
        (gvt_boot_find_line (text, "linux") == NULL &&
         gvt_boot_find_line (text, "options") == NULL))
      continue;
    if (!file_switches_on (root, path, GVT_PARAMETER))
      return FALSE;
    count++;
  }
  return count > 0;
}

char *
gvt_kernel_configured_place (const GvtHostFacts *host)
{
  static const char *const files[] = { "/etc/default/grub",
                                       "/etc/kernel/cmdline",
                                       "/etc/kernelstub/configuration" };
  static const char *const directories[] = { "/boot/loader/entries",
                                             "/efi/loader/entries",
                                             "/boot/efi/loader/entries" };
  char *drop_in;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    if (file_switches_on (host->root, files[i], GVT_PARAMETER))
      return g_strdup (files[i]);
  }
  drop_in = find_in_grub_drop_ins (host->root);
  if (drop_in != NULL)
    return drop_in;
  for (gsize i = 0; i < G_N_ELEMENTS (directories); i++) {
    if (entries_switch_on (host->root, directories[i]))
      return g_strdup (directories[i]);
  }
  return find_in_modprobe (host);
}

GPtrArray *
gvt_kernel_list (const GvtHostFacts *host)
{
  return gvt_root_list (host->root, "/lib/modules");
}
