/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts with every way to put parameters on the kernel's command line. Where a program of the
 * distribution is a stand-in, the way's name says `recorded-`: what is tested is what it is called with.
 */

#include "boot-ways.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "boot-words.h"
#include "hosts.h"
#include "setup-steps.h"

#define RECORD "#!/bin/sh -e\nroot=${0%/usr/*}\necho \"${0##*/} $*\" >>\"$root/log\"\n"
#define GRUB_MENU                                                                                  \
  RECORD "GRUB_CMDLINE_LINUX_DEFAULT=\n. \"$root/etc/default/grub\"\n"                             \
         "for f in \"$root\"/etc/default/grub.d/*.cfg; do [ ! -e \"$f\" ] || . \"$f\"; done\n"     \
         "echo \"linux $GRUB_CMDLINE_LINUX_DEFAULT\" >\"$root/boot/grub/grub.cfg\"\n"
#define GRUB_MENU_PLAIN                                                                            \
  RECORD ". \"$root/etc/default/grub\"\necho \"linux $GRUB_CMDLINE_LINUX_DEFAULT\" "               \
         ">\"$root/boot/grub/grub.cfg\"\n"
#define COPIES_COMMAND_LINE RECORD "cp \"$root/etc/kernel/cmdline\" \"$root/boot/made\"\n"
#define ON_ENTRIES "\"$root\"/boot/loader/entries/*.conf"
#define GRUBBY                                                                                     \
  RECORD "case $2 in\n--args=*) sed -i \"s/^options .*/& ${2#*=}/\" " ON_ENTRIES                   \
         " ;;\n--remove-args=*) sed -i \"s/ ${2#*=}//\" " ON_ENTRIES " ;;\nesac\n"
#define KERNELSTUB                                                                                 \
  RECORD "case $1 in\n-a) sed -i \"s/\\]/, \\\"$2\\\"]/\" \"$root/etc/kernelstub/configuration\" " \
         ";;\n"                                                                                    \
         "-d) sed -i \"s/, \\\"$2\\\"//\" \"$root/etc/kernelstub/configuration\" ;;\nesac\n"
#define PBL                                                                                        \
  RECORD "case $1 in\n--add-option) sed -i \"s/_DEFAULT=\\\"[^\\\"]*/& $2/\" "                     \
         "\"$root/etc/default/grub\" ;;\n"                                                         \
         "--del-option) sed -i \"s/ $2//\" \"$root/etc/default/grub\" ;;\nesac\n"

#define GRUB                                                                                       \
  "# "                                                                                             \
  "caf\xe9\nGRUB_TIMEOUT=5\r\n#GRUB_CMDLINE_LINUX=\"i915.enable_gvt=1\"\nGRUB_CMDLINE_LINUX_"      \
  "DEFAULT=\"quiet\"\n"
#define ADDED " i915.enable_gvt=1"
#define GRUB_LINE                                                                                  \
  "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT" ADDED "\" # by gvt-manager\n"
#define DROP_IN "/etc/default/grub.d/gvt-manager.cfg"
#define DROP_IN_TEXT                                                                               \
  "# Made by gvt-manager; gvt-client setup --revert takes it away.\n"                              \
  "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT" ADDED "\"\n"
#define MENU                                                                                       \
  {                                                                                                \
    "/boot/grub/grub.cfg", "linux quiet\n"                                                         \
  }
#define SYSTEMD_BOOT_INFO                                                                          \
  "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

/* clang-format off */
const BootWay boot_ways[] = {
  { "recorded-update-grub",
    { OFF, .files = { { "/etc/default/grub", GRUB }, { "/etc/default/grub.d/50-site.cfg", "X=1\n" }, MENU } },
    { { "/usr/sbin/update-grub", GRUB_MENU }, { "/usr/sbin/grub-mkconfig", RECORD } },
    DROP_IN, DROP_IN_TEXT, "/boot/grub/grub.cfg", "update-grub \n", "update-grub \n" },
  { "recorded-update-grub-first-drop-in",
    { OFF, .distribution = "ubuntu debian", .files = { { "/etc/default/grub", GRUB }, MENU } },
    { { "/usr/sbin/update-grub", GRUB_MENU } },
    DROP_IN, DROP_IN_TEXT, "/boot/grub/grub.cfg", "update-grub \n", "update-grub \n" },
  { "recorded-grub-mkconfig",
    { OFF, .distribution = "arch", .files = { { "/etc/default/grub", GRUB }, MENU } },
    { { "/usr/bin/grub-mkconfig", GRUB_MENU_PLAIN } },
    "/etc/default/grub", GRUB GRUB_LINE, "/boot/grub/grub.cfg",
    "grub-mkconfig -o /boot/grub/grub.cfg\n", "grub-mkconfig -o /boot/grub/grub.cfg\n" },
  { "recorded-grub-mkconfig-no-final-newline",
    { OFF, .distribution = "void", .files = { { "/etc/default/grub", GRUB "X=2" }, MENU } },
    { { "/usr/bin/grub-mkconfig", GRUB_MENU_PLAIN } },
    "/etc/default/grub", GRUB "X=2\n" GRUB_LINE, "/boot/grub/grub.cfg",
    "grub-mkconfig -o /boot/grub/grub.cfg\n", "grub-mkconfig -o /boot/grub/grub.cfg\n" },
  { "recorded-grub2-mkconfig",
    { OFF, .distribution = "mageia", .files = { { "/etc/default/grub", GRUB }, { "/boot/grub2/grub.cfg", "" } } },
    { { "/usr/sbin/grub2-mkconfig", RECORD } },
    "/etc/default/grub", GRUB GRUB_LINE, "/etc/default/grub",
    "grub2-mkconfig -o /boot/grub2/grub.cfg\n", "grub2-mkconfig -o /boot/grub2/grub.cfg\n" },
  { "recorded-grubby",
    { OFF, .distribution = "fedora",
      .files = { { "/boot/loader/entries/a.conf", "title A\noptions root=x\n" }, { "/etc/default/grub", GRUB } } },
    { { "/usr/sbin/grubby", GRUBBY } }, NULL, NULL, "/boot/loader/entries/a.conf",
    "grubby --update-kernel=ALL --args=i915.enable_gvt=1\n",
    "grubby --update-kernel=ALL --remove-args=i915.enable_gvt=1\n" },
  { "recorded-rpm-ostree",
    { OFF, .distribution = "fedora", .files = { { "/run/ostree-booted", "" },
        { "/boot/loader/entries/ostree-1.conf", "options root=x\n" } } },
    { { "/usr/bin/rpm-ostree", RECORD }, { "/usr/sbin/grubby", RECORD } }, NULL, NULL, NULL,
    "rpm-ostree kargs --append-if-missing=i915.enable_gvt=1\n",
    "rpm-ostree kargs --delete-if-present=i915.enable_gvt=1\n" },
  { "recorded-kernelstub",
    { OFF, .distribution = "pop ubuntu debian",
      .files = { { "/etc/kernelstub/configuration", "{ \"kernel_options\": [\"quiet\"] }\n" },
                 { "/etc/default/grub", GRUB } } },
    { { "/usr/bin/kernelstub", KERNELSTUB }, { "/usr/sbin/update-grub", RECORD } }, NULL, NULL,
    "/etc/kernelstub/configuration",
    "kernelstub -a i915.enable_gvt=1\n", "kernelstub -d i915.enable_gvt=1\n" },
  { "recorded-pbl",
    { OFF, .distribution = "opensuse-leap suse opensuse", .files = { { "/etc/default/grub", GRUB } } },
    { { "/usr/sbin/pbl", PBL }, { "/usr/sbin/grub2-mkconfig", RECORD } }, NULL, NULL, "/etc/default/grub",
    "pbl --add-option i915.enable_gvt=1 --config\n", "pbl --del-option i915.enable_gvt=1 --config\n" },
  { "recorded-sdbootutil",
    { OFF, .distribution = "opensuse-tumbleweed suse",
      .files = { { "/etc/kernel/cmdline", "root=x quiet\n" }, { "/boot/made", "root=x quiet\n" } } },
    { { "/usr/bin/sdbootutil", COPIES_COMMAND_LINE }, { "/usr/sbin/pbl", RECORD } },
    "/etc/kernel/cmdline", "root=x quiet" ADDED "\n", "/boot/made",
    "sdbootutil update-all-entries\n", "sdbootutil update-all-entries\n" },
  { "recorded-mkinitcpio",
    { OFF, .distribution = "arch", .files = { { "/etc/kernel/cmdline", "root=x quiet" }, { "/boot/made", "root=x quiet" } } },
    { { "/usr/bin/mkinitcpio", COPIES_COMMAND_LINE }, { "/usr/bin/kernel-install", RECORD } },
    "/etc/kernel/cmdline", "root=x quiet" ADDED, "/boot/made", "mkinitcpio -P\n", "mkinitcpio -P\n" },
  { "recorded-mkinitcpio-remark-first",
    { OFF, .distribution = "arch",
      .files = { { "/etc/kernel/cmdline", "# ours\n\nroot=x quiet\n" }, { "/boot/made", "# ours\n\nroot=x quiet\n" } } },
    { { "/usr/bin/mkinitcpio", COPIES_COMMAND_LINE } },
    "/etc/kernel/cmdline", "# ours\n\nroot=x quiet" ADDED "\n", "/boot/made", "mkinitcpio -P\n", "mkinitcpio -P\n" },
  { "recorded-kernel-install",
    { OFF, .distribution = "arch", .release = "6.9.7-arch1-1",
      .files = { { "/etc/kernel/cmdline", "root=x\n" }, { "/boot/made", "root=x\n" },
                 { "/lib/modules/6.9.7-arch1-1/vmlinuz", "" }, { "/lib/modules/6.6.1-lts/modules.dep", "" },
                 { "/boot/vmlinuz-6.6.1-lts", "" }, { "/lib/modules/gone/modules.dep", "" } } },
    { { "/usr/bin/kernel-install", COPIES_COMMAND_LINE } },
    "/etc/kernel/cmdline", "root=x" ADDED "\n", "/boot/made",
    "kernel-install add 6.6.1-lts /boot/vmlinuz-6.6.1-lts\n"
    "kernel-install add 6.9.7-arch1-1 /lib/modules/6.9.7-arch1-1/vmlinuz\n",
    "kernel-install add 6.9.7-arch1-1 /lib/modules/6.9.7-arch1-1/vmlinuz\n"
    "kernel-install add 6.6.1-lts /boot/vmlinuz-6.6.1-lts\n" },
  { "systemd-boot",
    { OFF, .distribution = "arch",
      .files = { { "/boot/loader/entries/arch.conf", "title Arch\nlinux /l\noptions root=x rw\ninitrd /i\n" },
                 { "/boot/loader/entries/lts.conf", "linux /l\noptions\troot=x i915.enable_gvt=1\n" },
                 { "/boot/loader/entries/windows.conf", "title W\nefi /w.efi\n" },
                 { "/boot/loader/entries/bare.conf", "title Bare\nlinux /l\n" },
                 { "/boot/loader/entries/readme", "linux /l\n" } } },
    { { NULL } }, "/boot/loader/entries/arch.conf",
    "title Arch\nlinux /l\noptions root=x rw" ADDED "\ninitrd /i\n", "/boot/loader/entries/bare.conf", "", "" },
  { "systemd-boot-beside-grub",
    { OFF,
      .files = { { "/efi/loader/entries/debian.conf", "linux\t/l\noptions\troot=x" },
                 { "/etc/default/grub", GRUB }, MENU, { SYSTEMD_BOOT_INFO, "" } } },
    { { "/usr/sbin/update-grub", GRUB_MENU }, { "/usr/sbin/grub-mkconfig", RECORD } },
    "/efi/loader/entries/debian.conf", "linux\t/l\noptions\troot=x" ADDED,
    "/efi/loader/entries/debian.conf", "", "" },
  { .name = NULL },
};
/* clang-format on */

const BootWay *
boot_way_find (const char *name)
{
  const BootWay *way = boot_ways;

  while (way->name != NULL && !g_str_equal (way->name, name))
    way++;
  g_assert_nonnull (way->name);
  return way;
}

/* The variable as the kernel shows it: attributes, then UTF-16. */
static void
add_loader_info (const char *tree)
{
  static const char info[] = "\6\0\0\0s\0y\0s\0t\0e\0m\0d\0-\0b\0o\0o\0t\0 \0002\0005\0002\0\0";
  g_autofree char *path = g_build_filename (tree, SYSTEMD_BOOT_INFO, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, info, sizeof info, &error);
  g_assert_no_error (error);
}

char *
boot_way_make (const BootWay *way)
{
  char *tree = host_tree_make (&way->host);
  g_autofree char *path = way->path != NULL ? g_build_filename (tree, way->path, NULL) : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (way->programs) && way->programs[i][0] != NULL; i++)
    setup_add_program (tree, way->programs[i][0], way->programs[i][1]);
  for (gsize i = 0; i < G_N_ELEMENTS (way->host.files) && way->host.files[i][0] != NULL; i++) {
    if (g_str_equal (way->host.files[i][0], SYSTEMD_BOOT_INFO))
      add_loader_info (tree);
  }
  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_assert_no_errno (chown (path, 1, 2));
    g_assert_no_errno (g_chmod (path, 0640));
  }
  return tree;
}

void
boot_way_reboot (const BootWay *way, const char *tree)
{
  if (way->boots != NULL) {
    g_autofree char *text = setup_read_below (tree, way->boots);

    g_assert_true (gvt_boot_has_word (text, "i915.enable_gvt=1"));
  }
  host_tree_write (tree, "/proc/cmdline", "root=x quiet" ADDED "\n");
  host_tree_write (tree, "/proc/sys/kernel/random/boot_id", "the-next-boot\n");
  host_tree_write (tree, "/sys/module/i915/parameters/enable_gvt", "Y\n");
}

void
boot_bed_begin (BootBed *self, const BootWay *way)
{
  self->way = way;
  self->tree = boot_way_make (way);
  self->root = gvt_root_new (self->tree, NULL);
  self->before = setup_picture_of (self->tree);
}

void
boot_bed_end (BootBed *self)
{
  host_tree_remove (self->tree);
  gvt_root_unref (self->root);
  g_free (self->tree);
  g_free (self->before);
}
