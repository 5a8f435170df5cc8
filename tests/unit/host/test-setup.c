/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Setup on hosts of all kinds: what it changes, that a second time changes nothing, and that what it
 * takes back is as it was. The distributions' programs are stand-ins that write down how they were
 * called; that is what a case named `recorded-` has of them.
 */

#include "check.h"
#include "fixes.h"
#include "host-tree.h"
#include "hosts.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-steps.h"

#include <string.h>

#include "gvt-error.h"

#define STAND_IN "#!/bin/sh\necho \"${0##*/} $*\" >>\"${0%/usr/*}/log\"\n"
#define FAILING "#!/bin/sh\necho no disk >&2\nexit 1\n"
#define GRUB "GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"
#define DROP_IN "etc/default/grub.d/gvt-manager.cfg"
#define ADDED " i915.enable_gvt=1"

typedef struct {
  const char *name;
  HostSpec host;
  const char *programs[3];
  const char *path; /* a file that is to hold @after */
  const char *after;
  const char *done;   /* the commands run */
  const char *undone; /* those run to take it back */
} Loader;

/* clang-format off */
static const Loader loaders[] = {
  { "recorded-update-grub",
    { OFF, .files = { { "/etc/default/grub", GRUB }, { "/etc/default/grub.d/50-site.cfg", "X=1\n" },
                      { "/boot/grub/grub.cfg", "#\n" } } },
    { "/usr/sbin/update-grub", "/usr/sbin/grub-mkconfig" }, DROP_IN,
    "# Made by gvt-manager; gvt-client setup --revert takes it away.\n"
    "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT i915.enable_gvt=1\"\n",
    "update-grub \n", "update-grub \n" },
  { "recorded-grub-mkconfig",
    { OFF, .distribution = "arch", .files = { { "/etc/default/grub", GRUB }, { "/boot/grub/grub.cfg", "#\n" } } },
    { "/usr/bin/grub-mkconfig" }, "etc/default/grub",
    GRUB "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT i915.enable_gvt=1\" # by gvt-manager\n",
    "grub-mkconfig -o /boot/grub/grub.cfg\n", "grub-mkconfig -o /boot/grub/grub.cfg\n" },
  { "recorded-grubby",
    { OFF, .distribution = "fedora", .files = { { "/boot/loader/entries/a.conf", "options root=x\n" } } },
    { "/usr/sbin/grubby" }, "boot/loader/entries/a.conf", "options root=x\n",
    "grubby --update-kernel=ALL --args=i915.enable_gvt=1\n",
    "grubby --update-kernel=ALL --remove-args=i915.enable_gvt=1\n" },
  { "recorded-rpm-ostree",
    { OFF, .distribution = "fedora", .files = { { "/run/ostree-booted", "" } } },
    { "/usr/bin/rpm-ostree", "/usr/sbin/grubby" }, "run/ostree-booted", "",
    "rpm-ostree kargs --append-if-missing=i915.enable_gvt=1\n",
    "rpm-ostree kargs --delete-if-present=i915.enable_gvt=1\n" },
  { "recorded-kernelstub",
    { OFF, .distribution = "pop ubuntu debian", .files = { { "/etc/kernelstub/configuration", "{}\n" } } },
    { "/usr/bin/kernelstub", "/usr/sbin/update-grub" }, "etc/kernelstub/configuration", "{}\n",
    "kernelstub -a i915.enable_gvt=1\n", "kernelstub -d i915.enable_gvt=1\n" },
  { "recorded-pbl",
    { OFF, .distribution = "opensuse-leap suse opensuse", .files = { { "/etc/default/grub", GRUB } } },
    { "/usr/sbin/pbl", "/usr/sbin/grub-mkconfig" }, "etc/default/grub", GRUB,
    "pbl --add-option i915.enable_gvt=1 --config\n", "pbl --del-option i915.enable_gvt=1 --config\n" },
  { "recorded-sdbootutil",
    { OFF, .distribution = "opensuse-tumbleweed suse", .files = { { "/etc/kernel/cmdline", "root=x quiet\n" } } },
    { "/usr/bin/sdbootutil", "/usr/sbin/pbl" }, "etc/kernel/cmdline", "root=x quiet" ADDED "\n",
    "sdbootutil update-all-entries\n", "sdbootutil update-all-entries\n" },
  { "recorded-mkinitcpio",
    { OFF, .distribution = "arch", .files = { { "/etc/kernel/cmdline", "root=x quiet" } } },
    { "/usr/bin/mkinitcpio" }, "etc/kernel/cmdline", "root=x quiet" ADDED,
    "mkinitcpio -P\n", "mkinitcpio -P\n" },
  { "recorded-kernel-install",
    { OFF, .distribution = "arch", .files = { { "/etc/kernel/cmdline", "root=x\n" } } },
    { "/usr/bin/kernel-install" }, "etc/kernel/cmdline", "root=x" ADDED "\n",
    "kernel-install add-all\n", "kernel-install add-all\n" },
  { "systemd-boot",
    { OFF, .distribution = "arch",
      .files = { { "/boot/loader/entries/arch.conf", "title Arch\noptions root=x rw\ninitrd /i\n" },
                 { "/boot/loader/entries/lts.conf", "options root=x i915.enable_gvt=1\n" } } },
    { NULL }, "boot/loader/entries/arch.conf", "title Arch\noptions root=x rw" ADDED "\ninitrd /i\n", "", "" },
};
/* clang-format on */

static char *
make_host (const Loader *loader)
{
  char *tree = host_tree_make (&loader->host);

  for (gsize i = 0; i < G_N_ELEMENTS (loader->programs) && loader->programs[i] != NULL; i++)
    setup_add_program (tree, loader->programs[i], STAND_IN);
  return tree;
}

static void
test_loader (gconstpointer data)
{
  const Loader *loader = data;
  g_autofree char *tree = make_host (loader);
  g_autofree char *before = setup_picture_of (tree);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) again = NULL;
  g_autofree char *after = NULL;
  g_autofree char *edited = NULL;

  setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  setup_assert_text (tree, loader->path, loader->after);
  setup_assert_log (tree, loader->done);
  again = setup_plan (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  g_assert_cmpuint (again->len, ==, 0);

  setup_revert (root);
  setup_assert_log (tree, loader->undone);
  after = setup_picture_of (tree);
  g_assert_cmpstr (after, ==, before);

  /* Once more, with an administrator at work beside it. */
  setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  host_tree_write (tree, "/etc/default/zz-neighbour", "edited\n");
  setup_revert (root);
  g_clear_pointer (&after, g_free);
  after = setup_picture_of (tree);
  edited = g_strdup (strstr (after, "/etc/default/zz-neighbour"));
  g_assert_nonnull (edited);
  *strchr (edited, '\n') = '\0';
  g_assert_cmpstr (edited, ==, "/etc/default/zz-neighbour 100644 edited");
  host_tree_remove (tree);
}

/* In a file that somebody edited after setup, only what setup added goes. */
static void
test_edited_since (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++) {
    const Loader *loader = &loaders[i];
    g_autofree char *tree = NULL;
    g_autofree char *original = NULL;
    g_autofree char *now = NULL;
    g_autofree char *edited = NULL;
    g_autofree char *expected = NULL;
    g_autoptr (GvtRoot) root = NULL;

    if (strstr (loader->after, "enable_gvt") == NULL || g_str_equal (loader->path, DROP_IN))
      continue;
    tree = make_host (loader);
    root = gvt_root_new (tree, NULL);
    original = setup_read_below (tree, loader->path);
    setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
    now = setup_read_below (tree, loader->path);
    edited = g_strconcat ("# mine\n", now, NULL);
    expected = g_strconcat ("# mine\n", original, NULL);
    host_tree_write (tree, loader->path, edited);
    setup_revert (root);
    setup_assert_text (tree, loader->path, expected);
    host_tree_remove (tree);
  }
}

/* Our own drop-in, made somebody's by an edit, stays. */
static void
test_edited_drop_in (void)
{
  g_autofree char *tree = make_host (&loaders[0]);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);

  setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  host_tree_write (tree, DROP_IN, "GRUB_CMDLINE_LINUX_DEFAULT=\"mine\"\n");
  setup_revert (root);
  setup_assert_text (tree, DROP_IN, "GRUB_CMDLINE_LINUX_DEFAULT=\"mine\"\n");
  host_tree_remove (tree);
}

/* What GRUB's shell makes of the file: what was there, then ours. */
static void
test_shell (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autofree char *tree = make_host (&loaders[i]);
    g_autofree char *script = NULL;
    g_autofree char *output = NULL;
    g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
    char *shell[] = { (char *) "/bin/sh", (char *) "-euc", NULL, NULL };
    int status;

    setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, TRUE);
    script = g_strdup_printf (
        "cd %s/etc/default; . ./grub; for f in grub.d/*.cfg; do [ ! -e $f ] || "
        ". ./$f; done; echo \"$GRUB_CMDLINE_LINUX_DEFAULT|$GRUB_TIMEOUT\"",
        tree);
    shell[2] = script;
    g_assert_true (g_spawn_sync (NULL,
                                 shell,
                                 NULL,
                                 G_SPAWN_DEFAULT,
                                 NULL,
                                 NULL,
                                 &output,
                                 NULL,
                                 &status,
                                 NULL));
    g_assert_cmpint (status, ==, 0);
    g_assert_cmpstr (output, ==, "quiet i915.enable_gvt=1 i915.enable_guc=0 i915.enable_fbc=0|5\n");
    host_tree_remove (tree);
  }
}

static void
test_guide (void)
{
  g_autofree char *tree = make_host (&loaders[0]);
  g_autofree char *before = setup_picture_of (tree);
  g_autofree char *after = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) again = NULL;

  setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, TRUE);
  text = setup_read_below (tree, DROP_IN);
  g_assert_nonnull (strstr (text, "i915.enable_gvt=1 i915.enable_guc=0 i915.enable_fbc=0\""));
  /* What is there already is not taken away by asking for less. */
  again = setup_plan (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  g_assert_cmpuint (again->len, ==, 0);
  setup_revert (root);
  after = setup_picture_of (tree);
  g_assert_cmpstr (after, ==, before);
  host_tree_remove (tree);
}

/* The boot loader's file says so; a reboot is what is left to do. */
static void
test_reboot_is_left (void)
{
  g_autofree char *tree = make_host (&loaders[0]);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) findings = NULL;

  setup_apply (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  findings = gvt_host_check (root);
  g_assert_nonnull (strstr (gvt_findings_find (findings, "kernel.enable-gvt")->remedy, "reboot"));
  g_assert_cmpstr (gvt_findings_find (findings, "kernel.enable-gvt")->fix, ==, "");
  host_tree_remove (tree);
}

/* A tool that fails: nothing is left of what was begun, and its words come through. */
static void
test_failure (void)
{
  g_autofree char *tree = make_host (&loaders[0]);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;

  setup_add_program (tree, "/usr/sbin/update-grub", FAILING);
  before = setup_picture_of (tree);
  changes = setup_plan (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  g_assert_false (gvt_setup_apply (root, changes, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "no disk"));
  after = setup_picture_of (tree);
  g_assert_cmpstr (after, ==, before);
  host_tree_remove (tree);
}

/* Between plan and deed somebody else wrote the file. */
static void
test_conflict (void)
{
  g_autofree char *tree = make_host (&loaders[1]);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) changes = setup_plan (root, GVT_FIX_KERNEL_PARAMETERS, FALSE);
  g_autoptr (GError) error = NULL;

  host_tree_write (tree, "/etc/default/grub", "mine\n");
  g_assert_false (gvt_setup_apply (root, changes, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_CONFLICT);
  setup_assert_text (tree, "/etc/default/grub", "mine\n");
  host_tree_remove (tree);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++) {
    g_autofree char *path = g_strconcat ("/setup/loader/", loaders[i].name, NULL);

    g_test_add_data_func (path, &loaders[i], test_loader);
  }
  g_test_add_func ("/setup/edited-since", test_edited_since);
  g_test_add_func ("/setup/edited-drop-in", test_edited_drop_in);
  g_test_add_func ("/setup/shell", test_shell);
  g_test_add_func ("/setup/guide", test_guide);
  g_test_add_func ("/setup/reboot-is-left", test_reboot_is_left);
  g_test_add_func ("/setup/failure", test_failure);
  g_test_add_func ("/setup/conflict", test_conflict);
  return g_test_run ();
}
