/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fixes that are files of our own: what they hold, that a check is satisfied then, and that they go
 * again.
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

static void
assert_reverts (const HostSpec *spec, const char *fix, const char *path, const char *says)
{
  g_autofree char *tree = host_tree_make (spec);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) again = NULL;

  before = setup_picture_of (tree);
  setup_apply (root, fix, FALSE);
  text = setup_read_below (tree, path);
  g_assert_nonnull (text);
  g_assert_nonnull (strstr (text, says));
  again = setup_plan (root, fix, FALSE);
  g_assert_cmpuint (again->len, ==, 0);
  setup_revert (root);
  after = setup_picture_of (tree);
  g_assert_cmpstr (after, ==, before);
  host_tree_remove (tree);
}

static void
test_files (void)
{
  const HostSpec host = { .name = "host", .at_boot = "" };
  const HostSpec old = { .name = "old", .modules = "kvmgt vfio_mdev" };
  const HostSpec hookless = { .name = "hookless",
                              .without = { "/etc/libvirt/hooks/qemu.d/gvt-manager" } };

  assert_reverts (&host, GVT_FIX_MODULES, "/etc/modules-load.d/gvt-manager.conf", "\nkvmgt\n");
  assert_reverts (&old, GVT_FIX_MODULES, "/etc/modules-load.d/gvt-manager.conf", "\nvfio_mdev\n");
  assert_reverts (&hookless,
                  GVT_FIX_HOOK,
                  "/etc/libvirt/hooks/qemu.d/gvt-manager",
                  "exec gvt-client hook \"$@\"");
  assert_reverts (&host,
                  GVT_FIX_MEMORY_LOCK,
                  "/etc/security/limits.d/gvt-manager.conf",
                  "@kvm - memlock unlimited\n");
  assert_reverts (&host,
                  GVT_FIX_VFIO_DIRECTORY,
                  "/etc/tmpfiles.d/gvt-manager-vfio.conf",
                  "d /dev/vfio 0755 root root -\n");
}

static GvtFindingState
state_of (GvtRoot *root, const char *id)
{
  g_autoptr (GPtrArray) findings = gvt_host_check (root);
  const GvtFinding *finding = gvt_findings_find (findings, id);

  g_assert_nonnull (finding);
  return finding->state;
}

/* What a check complains of, the fix that it names mends. */
static void
test_check_is_ok_then (void)
{
  const HostSpec host = { .name = "host",
                          .at_boot = "",
                          .without = { "/etc/libvirt/hooks/qemu.d/gvt-manager" } };
  const char *all[] = { NULL };
  g_autofree char *tree = host_tree_make (&host);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) changes = NULL;

  g_assert_cmpint (state_of (root, "modules.kvmgt"), ==, GVT_FINDING_WARNING);
  g_assert_cmpint (state_of (root, "libvirt.hook"), ==, GVT_FINDING_WARNING);
  changes = gvt_setup_plan (root, all, FALSE, NULL);
  g_assert_cmpuint (changes->len, ==, 2);
  g_assert_true (gvt_setup_apply (root, changes, NULL));
  g_assert_cmpint (state_of (root, "modules.kvmgt"), ==, GVT_FINDING_OK);
  g_assert_cmpint (state_of (root, "libvirt.hook"), ==, GVT_FINDING_OK);
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
  const HostSpec host = { .name = "host", .without = { "/etc/libvirt/hooks/qemu.d/gvt-manager" } };
  g_autofree char *tree = host_tree_make (&host);
  g_autofree char *packaged = NULL;
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);

  g_assert_true (g_file_get_contents (GVT_HOOK_FILE, &packaged, NULL, NULL));
  setup_apply (root, GVT_FIX_HOOK, FALSE);
  setup_assert_text (tree, "/etc/libvirt/hooks/qemu.d/gvt-manager", packaged);
  host_tree_remove (tree);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/setup/files", test_files);
  g_test_add_func ("/setup/check-is-ok-then", test_check_is_ok_then);
  g_test_add_func ("/setup/unknown", test_unknown);
  g_test_add_func ("/setup/hook-is-the-packages", test_hook_is_the_packages);
  return g_test_run ();
}
