/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's words about GVT-g, out of journals as systemd writes them.
 */

#include "check.h"
#include "host-tree.h"
#include "kernel-log.h"

#include <glib/gstdio.h>
#include <string.h>

#define JOURNAL_WRITER "/lib/systemd/systemd-journal-remote"
#define BOOT "0123456789abcdef0123456789abcdef"
#define BOOT_ID "01234567-89ab-cdef-0123-456789abcdef\n"
#define OTHER_BOOT "fedcba9876543210fedcba9876543210"
#define UUID "cb33ec6d-ad44-4702-b80f-c176f56afea1"

typedef struct {
  const char *boot;
  const char *transport;
  const char *text;
} Line;

static const HostSpec ready = { .name = "ready",
                                .files = { { "/proc/sys/kernel/random/boot_id", BOOT_ID } } };

/* Has systemd's own program write a journal, from its export format. */
static void
write_journal (const char *tree, const char *directory, const Line *lines, gsize count)
{
  g_autofree char *place = g_build_filename (tree, directory, BOOT, NULL);
  g_autofree char *journal = g_build_filename (place, "system.journal", NULL);
  g_autofree char *export = g_build_filename (tree, "export", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  char *command[] = { (char *) JOURNAL_WRITER, (char *) "-o", journal, export, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  for (gsize i = 0; i < count; i++)
    g_string_append_printf (text,
                            "__REALTIME_TIMESTAMP=%" G_GSIZE_FORMAT "\n"
                            "__MONOTONIC_TIMESTAMP=%" G_GSIZE_FORMAT "\n"
                            "_BOOT_ID=%s\n_TRANSPORT=%s\nMESSAGE=%s\n\n",
                            (gsize) 1700000000000000 + i,
                            1000 + i,
                            lines[i].boot,
                            lines[i].transport,
                            lines[i].text);
  g_assert_no_errno (g_mkdir_with_parents (place, 0755));
  g_file_set_contents (export, text->str, -1, &error);
  g_assert_no_error (error);
  g_spawn_sync (NULL,
                command,
                NULL,
                G_SPAWN_STDERR_TO_DEV_NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_no_errno (g_unlink (export));
}

/* What a check says of the kernel log: ids with their states. */
static GPtrArray *
check_log (const char *tree)
{
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GvtHostFacts) host = gvt_host_facts_read (root);
  GPtrArray *findings = gvt_findings_new ();

  gvt_check_kernel_log (host, findings);
  return findings;
}

static const struct {
  const char *text;
  const char *id;
} translations[] = {
  { "i915 0000:00:02.0: [drm] Unsupported device. GVT-g is disabled", "log.unsupported" },
  { "i915 0000:00:02.0: [drm] GVT-g is disabled for guest", "log.guest" },
  { "i915 0000:00:02.0: [drm] *ERROR* Graphics virtualization is not yet supported with GuC "
    "submission",
    "log.guc" },
  { "gvt: failed to create idle vgpu", "log.failed" },
  { "gvt: vgpu 1: KVM is required to use Intel vGPU", "log.no-kvm" },
  { "vfio_pin_page_external: Task qemu-system-x86 (812) RLIMIT_MEMLOCK (8388608) exceeded",
    "log.memory-lock" },
  { "gvt: fail to allocate resource low GM", "log.no-room" },
  { "gvt: failed to create intel vgpu: -28", "log.no-room" },
  { "gvt: fail to alloc low gm space from host", "log.no-hole" },
  { "gvt: fail to alloc high gm space from host", "log.no-hole" },
  { "gvt: vgpu 1: Failed to alloc fences", "log.no-fences" },
  { "Detected your guest driver doesn't support GVT-g.", "log.guest-driver" },
  { "Graphics resource is not enough for the guest", "log.guest-memory" },
  { "Now vgpu 1 will enter failsafe mode.", "log.failsafe" },
  { "vfio_mdev " UUID ": Device is currently in use, task \"sh\" (812) blocked until device is "
    "released",
    "log.removal-waits" },
  { "usb 1-1: new high-speed USB device", NULL },
};

static void
test_translations (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (translations); i++) {
    const GvtLogMeaning *meaning = gvt_kernel_log_translate (translations[i].text);

    g_assert_cmpstr (meaning != NULL ? meaning->id : NULL, ==, translations[i].id);
  }
}

/* All of them in one journal, and what a person reads of it. */
static void
test_journal (void)
{
  g_autofree char *tree = host_tree_make (&ready);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) findings = NULL;
  Line lines[G_N_ELEMENTS (translations)];
  const GvtFinding *finding;

  for (gsize i = 0; i < G_N_ELEMENTS (translations); i++) {
    lines[i] = (Line){ BOOT, "kernel", translations[i].text };
    if (translations[i].id != NULL)
      g_hash_table_add (ids, (gpointer) translations[i].id);
  }
  host_tree_write (tree, "/sys/bus/mdev/devices/" UUID "/intel_vgpu/vgpu_id", "1\n");
  write_journal (tree, "/run/log/journal", lines, G_N_ELEMENTS (lines));
  findings = check_log (tree);
  g_assert_cmpuint (findings->len, ==, g_hash_table_size (ids));
  for (guint i = 0; i < findings->len; i++) {
    finding = g_ptr_array_index (findings, i);
    g_assert_true (g_hash_table_remove (ids, finding->id));
    g_assert_cmpstr (finding->meaning, !=, "");
    g_assert_cmpstr (finding->remedy, !=, "");
  }
  finding = gvt_findings_find (findings, "log.failsafe");
  g_assert_cmpstr (finding->evidence, ==, "the kernel said: Now vgpu 1 will enter failsafe mode.");
  g_assert_nonnull (strstr (finding->meaning, "(vGPU " UUID ")"));
  g_assert_cmpint (finding->state, ==, GVT_FINDING_NOTE);
  g_assert_cmpint (gvt_findings_find (findings, "log.guc")->state, ==, GVT_FINDING_WARNING);
  host_tree_remove (tree);
}

static void
assert_only (const char *tree, const char *id, GvtFindingState state)
{
  g_autoptr (GPtrArray) findings = check_log (tree);
  const GvtFinding *finding;

  g_assert_cmpuint (findings->len, ==, 1);
  finding = g_ptr_array_index (findings, 0);
  g_assert_cmpstr (finding->id, ==, id);
  g_assert_cmpint (finding->state, ==, state);
}

/* What another boot, or anybody but the kernel said, is not this kernel's word. */
static void
test_others (void)
{
  static const Line lines[] = {
    { OTHER_BOOT, "kernel", "Now vgpu 1 will enter failsafe mode." },
    { BOOT, "stdout", "Now vgpu 1 will enter failsafe mode." },
    { BOOT, "kernel", "Linux version 6.1.0-27-amd64" },
  };
  g_autofree char *tree = host_tree_make (&ready);

  write_journal (tree, "/var/log/journal", lines, G_N_ELEMENTS (lines));
  assert_only (tree, "log.gvt", GVT_FINDING_OK);
  host_tree_remove (tree);
}

/* A journal on disk from before the host kept it in memory does not speak for this boot. */
static void
test_old_journal (void)
{
  static const Line old = { OTHER_BOOT, "kernel", "Linux version 6.1.0-27-amd64" };
  static const Line now = { BOOT, "kernel", "gvt: failed to create idle vgpu" };
  g_autofree char *tree = host_tree_make (&ready);

  write_journal (tree, "/var/log/journal", &old, 1);
  assert_only (tree, "log.gvt", GVT_FINDING_UNKNOWN);
  write_journal (tree, "/run/log/journal", &now, 1);
  assert_only (tree, "log.failed", GVT_FINDING_WARNING);
  host_tree_remove (tree);
}

/* A journal cut short, or nothing of the kind, is no journal. */
static void
test_damaged (void)
{
  static const Line now = { BOOT, "kernel", "gvt: failed to create idle vgpu" };
  g_autofree char *tree = host_tree_make (&ready);
  g_autofree char *journal =
      g_build_filename (tree, "/run/log/journal/" BOOT "/system.journal", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  write_journal (tree, "/run/log/journal", &now, 1);
  g_file_get_contents (journal, &bytes, &length, &error);
  g_assert_no_error (error);
  for (gsize cut = 0; cut < length; cut = cut == 0 ? 100 : cut * 3) {
    g_autoptr (GPtrArray) findings = NULL;

    g_file_set_contents (journal, bytes, (gssize) cut, &error);
    g_assert_no_error (error);
    findings = check_log (tree);
    g_assert_cmpuint (findings->len, ==, 1);
  }
  host_tree_write (tree, "/run/log/journal/" BOOT "/system.journal", "not a journal");
  assert_only (tree, "log.gvt", GVT_FINDING_UNKNOWN);
  host_tree_remove (tree);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel-log/translations", test_translations);
  g_test_add_func ("/kernel-log/journal", test_journal);
  g_test_add_func ("/kernel-log/others", test_others);
  g_test_add_func ("/kernel-log/old-journal", test_old_journal);
  g_test_add_func ("/kernel-log/damaged", test_damaged);
  return g_test_run ();
}
