/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Builds hosts of all kinds below a temporary directory, as the checks and fixes see them.
 */

#include "host-tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PCI "/sys/devices/pci0000:00/"

void
host_tree_write (const char *tree, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (tree, path, NULL);
  g_autofree char *directory = g_path_get_dirname (full);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_file_set_contents (full, text, -1, &error);
  g_assert_no_error (error);
}

static void write_format (const char *tree, const char *path, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
write_format (const char *tree, const char *path, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  host_tree_write (tree, path, text);
}

static void
link_to (const char *tree, const char *path, const char *target)
{
  g_autofree char *full = g_build_filename (tree, path, NULL);
  g_autofree char *directory = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_assert_cmpint (symlink (target, full), ==, 0);
}

static void
make_executable (const char *tree, const char *path)
{
  g_autofree char *full = g_build_filename (tree, path, NULL);

  host_tree_write (tree, path, "#!/bin/sh\n");
  g_assert_cmpint (g_chmod (full, 0755), ==, 0);
}

static void
add_display (const char *tree,
             const char *address,
             const char *vendor,
             const char *device,
             const char *driver,
             guint aperture,
             gboolean boot_vga)
{
  g_autofree char *home = g_strconcat (PCI, address, NULL);
  g_autofree char *link = g_strconcat ("/sys/bus/pci/devices/", address, NULL);
  g_autofree char *target = g_strconcat ("../../../devices/pci0000:00/", address, NULL);
  g_autofree char *driver_target = g_strconcat ("../../../bus/pci/drivers/", driver, NULL);
  const struct {
    const char *name;
    char *text;
  } attributes[] = {
    { "vendor", g_strdup_printf ("0x%s\n", vendor) },
    { "device", g_strdup_printf ("0x%s\n", device) },
    { "class", g_strdup ("0x030000\n") },
    { "boot_vga", g_strdup (boot_vga ? "1\n" : "0\n") },
    { "resource",
      g_strdup_printf ("0x00000000de000000 0x00000000deffffff 0x0000000000140204\n"
                       "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
                       "0x%016x 0x%016x 0x000000000014220c\n",
                       aperture > 0 ? 0x80000000 : 0,
                       aperture > 0 ? 0x80000000 + aperture * 1024 * 1024 - 1 : 0) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (attributes); i++) {
    g_autofree char *path = g_build_filename (home, attributes[i].name, NULL);

    host_tree_write (tree, path, attributes[i].text);
    g_free (attributes[i].text);
  }
  link_to (tree, link, target);
  if (*driver != '\0') {
    g_autofree char *path = g_build_filename (home, "driver", NULL);
    g_autofree char *node = g_build_filename (home, "drm/renderD128/dev", NULL);

    link_to (tree, path, driver_target);
    if (strcmp (driver, "vfio-pci") != 0)
      host_tree_write (tree, node, "226:128\n");
  }
}

static void
add_types (const char *tree, const HostSpec *spec)
{
  static const guint low[] = { 64, 128, 256, 512 };
  static const char *const suffixes[] = { "8", "4", "2", "1" };
  guint aperture = spec->aperture > 0 ? spec->aperture : 512;
  guint device = spec->device > 0 ? spec->device : 0x5916;

  link_to (tree, "/sys/class/mdev_bus/0000:00:02.0", "../../devices/pci0000:00/0000:00:02.0");
  for (gsize i = 0; i < G_N_ELEMENTS (low) && (aperture - 128) / low[i] > 0; i++) {
    g_autofree char *directory = g_strdup_printf (
        PCI "0000:00:02.0/mdev_supported_types/i915-GVTg_V%c_%s/",
        device >> 8 == 0x16 ? '4' : '5',
        suffixes[i]);
    g_autofree char *available = g_strconcat (directory, "available_instances", NULL);
    g_autofree char *api = g_strconcat (directory, "device_api", NULL);

    write_format (tree, available, "%u\n", (aperture - 128) / low[i]);
    host_tree_write (tree, api, "vfio-pci\n");
  }
}

static const char * or (const char *given, const char *otherwise)
{
  return given != NULL ? given : otherwise;
}

static void
add_kernel (const char *tree, const HostSpec *spec)
{
  const char *release = or (spec->release, "6.1.0-27-amd64");
  g_autofree char *dep = g_build_filename ("/lib/modules", release, "modules.dep", NULL);
  g_auto (GStrv) modules = g_strsplit (or (spec->modules, "kvmgt i915 kvm-intel vfio"), " ", -1);
  g_auto (GStrv) loaded = g_strsplit (or (spec->loaded, "i915 kvmgt kvm_intel vfio"), " ", -1);
  g_autoptr (GString) text = g_string_new (NULL);

  write_format (tree, "/proc/sys/kernel/osrelease", "%s\n", release);
  write_format (
      tree,
      "/proc/cmdline",
      "%s\n",
      or (spec->command_line, "BOOT_IMAGE=/vmlinuz root=UUID=1 ro quiet i915.enable_gvt=1"));
  write_format (tree,
                "/proc/cpuinfo",
                "processor\t: 0\nflags\t\t: fpu %s sse\n",
                or (spec->cpu_flags, "vmx"));
  for (char **name = modules; *name != NULL && **name != '\0'; name++)
    g_string_append_printf (text, "kernel/drivers/%s.ko.xz: kernel/lib/crc.ko.xz\n", *name);
  if (modules[0] != NULL)
    host_tree_write (tree, dep, text->str);
  for (char **name = loaded; *name != NULL && **name != '\0'; name++) {
    g_autofree char *path = g_build_filename ("/sys/module", *name, "refcnt", NULL);

    host_tree_write (tree, path, "0\n");
  }
  if (g_strv_contains ((const char *const *) loaded, "i915")) {
    if (* or (spec->enable_gvt, "Y") != '\0')
      write_format (tree,
                    "/sys/module/i915/parameters/enable_gvt",
                    "%s\n",
                    or (spec->enable_gvt, "Y"));
    write_format (tree,
                  "/sys/module/i915/parameters/enable_guc",
                  "%s\n",
                  or (spec->enable_guc, "-1"));
  }
  write_format (tree,
                "/etc/modules-load.d/gvt.conf",
                "# for vGPUs\n%s\n",
                or (spec->at_boot, "kvmgt"));
}

static void
add_userland (const char *tree, const HostSpec *spec)
{
  g_auto (GStrv) names = g_strsplit (or (spec->distribution, "debian"), " ", 2);

  write_format (tree,
                "/etc/os-release",
                "PRETTY_NAME=\"A distribution\"\nID=%s\nID_LIKE=\"%s\"\n",
                names[0],
                names[1] != NULL ? names[1] : "");
  make_executable (tree, "/usr/sbin/libvirtd");
  make_executable (tree, "/usr/bin/qemu-system-x86_64");
  make_executable (tree, "/etc/libvirt/hooks/qemu.d/gvt-manager");
  host_tree_write (tree, "/usr/share/polkit-1/actions/org.gvt.manager.policy", "<policyconfig/>\n");
  host_tree_write (tree, "/dev/vfio/vfio", "");
  host_tree_write (tree, "/var/lib/gvt-manager/vgpus/x", "");
}

static int
delete_one (const char *path)
{
  g_autoptr (GDir) directory = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    directory = g_dir_open (path, 0, NULL);
  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL) {
    g_autofree char *below = g_build_filename (path, name, NULL);

    delete_one (below);
  }
  return g_remove (path);
}

char *
host_tree_make (const HostSpec *spec)
{
  g_autoptr (GError) error = NULL;
  char *tree = g_dir_make_tmp ("gvt-host-XXXXXX", &error);
  g_autofree char *device = g_strdup_printf ("%04x", spec->device > 0 ? spec->device : 0x5916);

  g_assert_no_error (error);
  if (!spec->no_intel)
    add_display (tree,
                 "0000:00:02.0",
                 "8086",
                 device,
                 or (spec->driver, "i915"),
                 spec->aperture > 0 ? spec->aperture : 512,
                 spec->other_gpu == NULL);
  if (spec->other_gpu != NULL) {
    g_auto (GStrv) ids = g_strsplit (spec->other_gpu, ":", 2);

    add_display (tree, "0000:01:00.0", ids[0], ids[1], "nouveau", 256, TRUE);
  }
  if (!spec->no_intel && !spec->no_types)
    add_types (tree, spec);
  add_kernel (tree, spec);
  add_userland (tree, spec);
  for (gsize i = 0; i < G_N_ELEMENTS (spec->without) && spec->without[i] != NULL; i++) {
    g_autofree char *path = g_build_filename (tree, spec->without[i], NULL);

    g_assert_cmpint (delete_one (path), ==, 0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (spec->files) && spec->files[i][0] != NULL; i++)
    host_tree_write (tree, spec->files[i][0], spec->files[i][1]);
  if (spec->closed != NULL) {
    g_autofree char *path = g_build_filename (tree, spec->closed, NULL);

    g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  }
  return tree;
}

void
host_tree_remove (const char *tree)
{
  g_assert_cmpint (delete_one (tree), ==, 0);
}
