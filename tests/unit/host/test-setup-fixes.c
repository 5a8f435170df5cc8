/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every fix on a host that lacks it: done, a check is satisfied; done again, nothing changes; taken
 * back, the host's disk is as it was.
 */

#include "boot-ways.h"
#include "check.h"
#include "fixes.h"
#include "hosts.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-steps.h"

#include <glib/gstdio.h>
#include <string.h>

#include "gvt-error.h"

#define MODULES_FILE "/etc/modules-load.d/gvt-manager.conf"
#define HOOK_FILE "/etc/libvirt/hooks/qemu.d/gvt-manager"
#define LIMITS_FILE "/etc/security/limits.d/gvt-manager.conf"
#define TMPFILES_FILE "/etc/tmpfiles.d/gvt-manager-vfio.conf"
#define MADE_BY "# Made by gvt-manager; gvt-client setup --revert takes it away.\n"

#define RECORD "#!/bin/sh -e\nroot=${0%/usr/*}\necho \"${0##*/} $*\" >>\"$root/log\"\n"
#define MODPROBE                                                                                   \
  RECORD "mkdir -p \"$root/sys/module/$1\" \"$root/dev/vfio\"\n: >\"$root/dev/vfio/vfio\"\n"
#define TMPFILES RECORD "mkdir \"$root/dev/vfio\"\n: >\"$root/dev/vfio/vfio\"\n"

/**
 * Case:
 * @program: a stand-in that writes down how it was called, and what it does
 * @finding: the finding that names the fix
 * @before: its state before
 * @mends_said: what the evidence says when it is mended
 * @text: what the fix writes to @path
 * @log: how the stand-in was called
 * @notes: what a revert says it leaves
 */
typedef struct {
  const char *name;
  const char *fix;
  HostSpec host;
  const char *program[2];
  const char *finding;
  GvtFindingState before;
  const char *says;
  const char *path;
  guint mode;
  const char *text;
  const char *log;
  const char *notes;
} Case;

/* clang-format off */
static const Case cases[] = {
  { "modules", GVT_FIX_MODULES, { .at_boot = "", .loaded = "i915 kvm_intel" },
    { "/usr/sbin/modprobe", MODPROBE }, "modules.kvmgt", GVT_FINDING_BLOCKER, "loaded, also at boot",
    MODULES_FILE, 0644, MADE_BY "kvmgt\n", "modprobe kvmgt\n",
    "--revert leaves kvmgt loaded until the next boot\n" },
  { "modules-loaded-by-hand", GVT_FIX_MODULES, { .at_boot = "" },
    { "/sbin/modprobe", MODPROBE }, "modules.kvmgt", GVT_FINDING_WARNING, "loaded, also at boot",
    MODULES_FILE, 0644, MADE_BY "kvmgt\n", "", "" },
  { "modules-vfio-mdev", GVT_FIX_MODULES,
    { .at_boot = "", .loaded = "i915 kvm_intel kvmgt", .modules = "kvmgt vfio_mdev", .release = "5.4.0-150-generic",
      .without = { "/etc/modules-load.d" } },
    { "/usr/sbin/modprobe", MODPROBE }, "modules.vfio_mdev", GVT_FINDING_BLOCKER, "loaded, also at boot",
    MODULES_FILE, 0644, MADE_BY "kvmgt\nvfio_mdev\n", "modprobe vfio_mdev\n",
    "--revert leaves vfio_mdev loaded until the next boot\n" },
  { "hook", GVT_FIX_HOOK, { .without = { HOOK_FILE } }, { NULL }, "libvirt.hook", GVT_FINDING_WARNING,
    "installed and open", HOOK_FILE, 0755, NULL, "", "" },
  { "hook-without-its-directories", GVT_FIX_HOOK, { .without = { "/etc/libvirt" } }, { NULL },
    "libvirt.hook", GVT_FINDING_WARNING, "installed and open", HOOK_FILE, 0755, NULL, "", "" },
  { "hook-not-executable", GVT_FIX_HOOK, { .without = { HOOK_FILE }, .files = { { HOOK_FILE, "#!/bin/sh\n" } } },
    { NULL }, "libvirt.hook", GVT_FINDING_WARNING, "installed and open", HOOK_FILE, 0755, NULL, "", "" },
  { "memory-lock", GVT_FIX_MEMORY_LOCK, { .files = { { "/etc/security/limits.conf", "# none\n" } } }, { NULL },
    "limits.login", GVT_FINDING_OK, "@kvm unlimited", LIMITS_FILE, 0644,
    MADE_BY "@kvm - memlock unlimited\n", "", "" },
  { "vfio-directory", GVT_FIX_VFIO_DIRECTORY, { .without = { "/dev/vfio" } },
    { "/usr/bin/systemd-tmpfiles", TMPFILES }, "vfio.node", GVT_FINDING_BLOCKER, "/dev/vfio/vfio is there",
    TMPFILES_FILE, 0644, MADE_BY "d /dev/vfio 0755 root root -\n",
    "systemd-tmpfiles --create " TMPFILES_FILE "\n", "--revert leaves /dev/vfio there until the next boot\n" },
};
/* clang-format on */

static const GvtFinding *
find (const GPtrArray *findings, const char *id)
{
  const GvtFinding *finding = gvt_findings_find (findings, id);

  g_assert_nonnull (finding);
  return finding;
}

static void
assert_mode (const char *tree, const char *path, guint mode)
{
  g_autofree char *file = g_build_filename (tree, path, NULL);
  GStatBuf status;

  g_assert_no_errno (g_stat (file, &status));
  g_assert_cmpuint (status.st_mode & 07777, ==, mode);
}

/* A check asks for it before, unless nobody needs it, and is satisfied after. */
static void
assert_checked (GvtRoot *root, const Case *test, gboolean done)
{
  g_autoptr (GPtrArray) findings = gvt_host_check (root);
  const GvtFinding *finding = find (findings, test->finding);

  if (done) {
    g_assert_cmpstr (gvt_finding_state_name (finding->state), ==, "ok");
    g_assert_nonnull (strstr (finding->evidence, test->says));
    return;
  }
  g_assert_cmpint (finding->state, ==, test->before);
  g_assert_null (strstr (finding->evidence, test->says));
  if (test->before != GVT_FINDING_OK)
    g_assert_cmpstr (finding->fix, ==, test->fix);
}

static void
test_fix (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *tree = host_tree_make (&test->host);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autofree char *before = NULL;
  g_autofree char *notes = NULL;

  if (test->program[0] != NULL)
    setup_add_program (tree, test->program[0], test->program[1]);
  before = setup_picture_of (tree);
  assert_checked (root, test, FALSE);
  setup_apply (root, test->fix, FALSE);
  if (test->text != NULL)
    setup_assert_text (tree, test->path, test->text);
  assert_mode (tree, test->path, test->mode);
  setup_assert_log (tree, test->log);
  assert_checked (root, test, TRUE);
  setup_assert_done (root, test->fix);
  notes = setup_read_notes (root);
  g_assert_cmpstr (notes, ==, test->notes);
  setup_assert_reverted (root, tree, before);
  setup_assert_log (tree, "");
  host_tree_remove (tree);
}

/* The tables leave no fix out. */
static void
test_every_fix (void)
{
  static const char *const fixes[] = { GVT_FIX_MODULES,
                                       GVT_FIX_HOOK,
                                       GVT_FIX_MEMORY_LOCK,
                                       GVT_FIX_VFIO_DIRECTORY,
                                       GVT_FIX_KERNEL_PARAMETERS /* test-setup.c */ };
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_setup_find_fix ("", &error));
  for (gsize i = 0; i < G_N_ELEMENTS (fixes); i++) {
    char *at = strstr (error->message, fixes[i]);

    g_assert_nonnull (at);
    memset (at, ',', strlen (fixes[i]));
  }
  g_assert_cmpstr (g_strchomp (g_strdelimit (error->message, ",", ' ')),
                   ==,
                   "there is no such fix; the fixes are:");
}

/* Without names: all that a check asks for, together, and all of it back. */
static void
test_all_needed (void)
{
  const BootWay *way = boot_way_find ("recorded-update-grub-first-drop-in");
  const char *all[] = { NULL };
  g_autofree char *tree = boot_way_make (way);
  g_autofree char *hook = g_build_filename (tree, HOOK_FILE, NULL);
  g_autofree char *modules = g_build_filename (tree, "/etc/modules-load.d/gvt.conf", NULL);
  g_autofree char *before = NULL;
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_unlink (hook));
  g_assert_no_errno (g_unlink (modules));
  before = setup_picture_of (tree);
  changes = gvt_setup_plan (root, all, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (changes->len, ==, 4); /* drop-in, update-grub, modules, hook */
  gvt_setup_apply (root, changes, &error);
  g_assert_no_error (error);
  boot_way_reboot (way, tree);
  findings = gvt_host_check (root);
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    g_assert_cmpstr (finding->fix, ==, "");
  }
  again = gvt_setup_plan (root, all, FALSE, NULL);
  g_assert_cmpuint (again->len, ==, 0);
  setup_assert_reverted (root, tree, before);
  host_tree_remove (tree);
}

static void
test_unknown (void)
{
  const HostSpec host = { .name = "host", OFF };
  const char *parameters[] = { GVT_FIX_KERNEL_PARAMETERS, NULL };
  const char *nonsense[] = { "../../etc/passwd", NULL };
  g_autofree char *tree = host_tree_make (&host);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_setup_plan (root, parameters, FALSE, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (gvt_setup_plan (root, nonsense, FALSE, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  setup_revert (root); /* of nothing */
  host_tree_remove (tree);
}

/* The fix writes what the package installs. */
static void
test_hook_is_the_packages (void)
{
  const HostSpec host = { .name = "host", .without = { HOOK_FILE } };
  g_autofree char *tree = host_tree_make (&host);
  g_autofree char *packaged = NULL;
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);

  g_assert_true (g_file_get_contents (GVT_HOOK_FILE, &packaged, NULL, NULL));
  setup_apply (root, GVT_FIX_HOOK, FALSE);
  setup_assert_text (tree, HOOK_FILE, packaged);
  host_tree_remove (tree);
}

/* Only the permissions are wrong: they come back as they were, and so does the owner. */
static void
test_mode_only (void)
{
  const HostSpec host = { .name = "host" };
  g_autofree char *tree = host_tree_make (&host);
  g_autofree char *packaged = NULL;
  g_autofree char *hook = g_build_filename (tree, HOOK_FILE, NULL);
  g_autofree char *before = NULL;
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);

  g_assert_true (g_file_get_contents (GVT_HOOK_FILE, &packaged, NULL, NULL));
  host_tree_write (tree, HOOK_FILE, packaged);
  g_assert_no_errno (g_chmod (hook, 0640));
  before = setup_picture_of (tree);
  setup_apply (root, GVT_FIX_HOOK, FALSE);
  assert_mode (tree, HOOK_FILE, 0755);
  setup_assert_reverted (root, tree, before);
  /* An administrator's own choice since is kept. */
  setup_apply (root, GVT_FIX_HOOK, FALSE);
  g_assert_no_errno (g_chmod (hook, 0700));
  setup_revert (root);
  assert_mode (tree, HOOK_FILE, 0700);
  host_tree_remove (tree);
}

/* What an administrator's own update-grub would have made of the menu. */
static void
test_language (void)
{
  static const struct {
    const char *path;
    const char *text;
    const char *log;
  } files[] = {
    { "/etc/default/locale", "# mine\nLC_TIME=C\nLANG=\"de_DE.UTF-8\"\n", "de_DE.UTF-8\n" },
    { "/etc/locale.conf", "LANG=fr_FR.UTF-8", "fr_FR.UTF-8\n" },
    { "/etc/locale.conf", "LANG='", "C.UTF-8\n" },
    { "/etc/other", "", "C.UTF-8\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    const HostSpec host = { .name = "host",
                            .at_boot = "",
                            .loaded = "i915",
                            .files = { { files[i].path, files[i].text } } };
    g_autofree char *tree = host_tree_make (&host);
    g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);

    setup_add_program (tree, "/usr/sbin/modprobe", "#!/bin/sh\necho $LANG >\"${0%/usr/*}/log\"\n");
    setup_apply (root, GVT_FIX_MODULES, FALSE);
    setup_assert_log (tree, files[i].log);
    host_tree_remove (tree);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/setup/fix/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_fix);
  }
  g_test_add_func ("/setup/every-fix", test_every_fix);
  g_test_add_func ("/setup/all-needed", test_all_needed);
  g_test_add_func ("/setup/unknown", test_unknown);
  g_test_add_func ("/setup/hook-is-the-packages", test_hook_is_the_packages);
  g_test_add_func ("/setup/language", test_language);
  g_test_add_func ("/setup/mode-only", test_mode_only);
  return g_test_run ();
}
