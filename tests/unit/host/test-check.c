/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `check` finds on hosts of all kinds, exactly: every finding of a host that is ready, minus
 * those that say otherwise.
 */

#include "check.h"
#include "gpu-capacity.h"
#include "host-tree.h"
#include "hosts.h"
#include "last-good.h"

#include <string.h>

/* What a host that is ready shows, all `ok` (its journal, which is none, aside). A case's `expected` says what differs: `id=state`, `-id`
 * for one that is not there, `+id=state` for one more. */
static const char *const ready[] = {
  "gpu.present",  "gpu.driver",        "gpu.render-node", "gpu.boot-display", "virtualisation.kvm",
  "kernel.gvt",   "kernel.enable-gvt", "kernel.guc",      "kernel.iommu",     "modules.kvmgt",
  "vfio.node",    "types.offered",     "aperture.size",   "policy.installed", "libvirt.installed",
  "libvirt.hook", "confinement.roms",  "roms.catalogue",  "limits.login",     "log.gvt",
  NULL,
};

static char *
describe (const GPtrArray *findings)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; ready[i] != NULL; i++) {
    const GvtFinding *finding = gvt_findings_find (findings, ready[i]);

    if (finding == NULL)
      g_string_append_printf (text, "-%s ", ready[i]);
    else if (finding->state !=
             (g_str_equal (ready[i], "log.gvt") ? GVT_FINDING_UNKNOWN : GVT_FINDING_OK))
      g_string_append_printf (text, "%s=%s ", ready[i], gvt_finding_state_name (finding->state));
  }
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    if (!g_strv_contains (ready, finding->id))
      g_string_append_printf (text,
                              "+%s=%s ",
                              finding->id,
                              gvt_finding_state_name (finding->state));
  }
  return g_strdup (g_strchomp (text->str));
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
sort_words (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  for (char **word = words; *word != NULL; word++)
    g_ptr_array_add (sorted, *word);
  g_ptr_array_sort (sorted, compare_words);
  g_ptr_array_add (sorted, NULL);
  return g_strjoinv (" ", (char **) sorted->pdata);
}

/* Whoever reads a finding that is not ok learns what it means and what to do. */
static void
assert_helps (const GvtFinding *finding)
{
  g_assert_cmpstr (finding->evidence, !=, "");
  if (finding->state == GVT_FINDING_OK)
    return;
  g_assert_cmpstr (finding->meaning, !=, "");
  if (finding->state != GVT_FINDING_UNKNOWN)
    g_assert_cmpstr (finding->remedy, !=, "");
}

static void
test_host (gconstpointer data)
{
  const HostSpec *spec = data;
  g_autofree char *tree = host_tree_make (spec);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GPtrArray) findings = gvt_host_check (root);
  g_autofree char *found = describe (findings);
  g_autofree char *sorted = sort_words (found);
  g_autofree char *expected = sort_words (spec->expected);

  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    g_test_message ("%s %s: %s | %s | %s | %s",
                    gvt_finding_state_name (finding->state),
                    finding->id,
                    finding->evidence,
                    finding->meaning,
                    finding->remedy,
                    finding->command);
    assert_helps (finding);
  }
  g_assert_cmpstr (sorted, ==, expected);
  host_tree_remove (tree);
}

static GPtrArray *
check_host (const HostSpec *spec)
{
  g_autofree char *tree = host_tree_make (spec);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  GPtrArray *findings = gvt_host_check (root);

  host_tree_remove (tree);
  return findings;
}

static void
assert_says (const HostSpec *spec, const char *id, const char *what)
{
  g_autoptr (GPtrArray) findings = check_host (spec);
  const GvtFinding *finding = gvt_findings_find (findings, id);
  g_autofree char *all = NULL;

  g_assert_nonnull (finding);
  all =
      g_strjoin ("|", finding->evidence, finding->meaning, finding->remedy, finding->command, NULL);
  if (strstr (all, what) == NULL)
    g_error ("%s: “%s” does not say “%s”", spec->name, all, what);
}

/* clang-format off */
static void
test_words (void)
{
  const HostSpec tiger = { .name = "tiger", .device = 0x9a49, .no_types = TRUE };
  const HostSpec haswell = { .name = "haswell", .device = 0x0412, .no_types = TRUE };
  const HostSpec small = { .name = "small", .aperture = 256 };
  const HostSpec tiny = { .name = "tiny", .aperture = 128 };
  const HostSpec old_guc = { .name = "guc", .enable_guc = "1", .release = "5.10.0-1" };
  const HostSpec new_guc = { .name = "guc", .enable_guc = "1", .release = "6.8.0-1" };
  const HostSpec fresh = { .name = "fresh", OFF };
  const HostSpec prepared = { .name = "prepared", OFF,
    .files = { { "/boot/loader/entries/arch.conf", "title Arch\noptions root=/dev/sda2 i915.enable_gvt=1 rw\n" } } };
  const HostSpec commented = { .name = "commented", OFF,
    .files = { { "/etc/default/grub", "#GRUB_CMDLINE_LINUX=\"i915.enable_gvt=1\"\n" } } };
  const HostSpec updated = { .name = "updated", .no_types = TRUE, .release = "6.8.0-45-generic",
    .files = { { "/var/lib/gvt-manager/last-good-kernel", "6.5.0-44-generic\n" },
               { "/lib/modules/6.5.0-44-generic/modules.dep", "" } } };
  const HostSpec cloud = { .name = "cloud", .modules = "i915", .loaded = "i915",
    .files = { { "/lib/modules/6.1.0-27-amd64x/modules.dep", "kernel/drivers/gpu/drm/i915/kvmgt.ko:\n" } } };
  const HostSpec broadwell = { .name = "broadwell", .device = 0x1616, .aperture = 256 };
  const HostSpec hybrid = { .name = "hybrid", .other_gpu = "10de:1f91" };
  const HostSpec bare = { .name = "bare", .no_intel = TRUE, .other_gpu = "10de:1f91" };
  const HostSpec arch = { .name = "arch", .distribution = "manjaro arch", .without = { "/usr/sbin/libvirtd" } };

  assert_says (&tiger, "gpu.present", "SR-IOV");
  assert_says (&haswell, "gpu.present", "older than Broadwell");
  assert_says (&small, "aperture.size", "2 of i915-GVTg_V5_8 or 1 of i915-GVTg_V5_4");
  assert_says (&small, "aperture.size", "512 MiB gives 6 of i915-GVTg_V5_8 or 3 of i915-GVTg_V5_4 or 1 of i915-GVTg_V5_2");
  assert_says (&tiny, "aperture.size", "DVMT");
  assert_says (&old_guc, "kernel.guc", "does not load at all");
  assert_says (&new_guc, "kernel.guc", "leaves GVT-g out");
  assert_says (&fresh, "kernel.enable-gvt", "gvt-client setup kernel-parameters");
  assert_says (&prepared, "kernel.enable-gvt", "/boot/loader/entries switches it on: reboot");
  assert_says (&broadwell, "aperture.size", "1 of i915-GVTg_V4_4");
  assert_says (&hybrid, "gpu.boot-display", "0000:01:00.0");
  assert_says (&bare, "gpu.present", "iGPU Multi-Monitor");
  assert_says (&commented, "kernel.enable-gvt", "gvt-client setup kernel-parameters");
  assert_says (&updated, "kernel.last-good", "boot Linux 6.5.0-44-generic, which is still installed");
  assert_says (&cloud, "kernel.gvt", "6.1.0-27-amd64x");
  assert_says (&arch, "libvirt.installed", "pacman -S");
}
/* clang-format on */

/* The kernel's arithmetic, by hand. */
static void
test_capacity (void)
{
  static const guint expected[][1 + GVT_CAPACITY_SIZES] = {
    { 128, 0, 0, 0, 0 },  { 256, 2, 1, 0, 0 },  { 512, 6, 3, 1, 0 },
    { 1024, 7, 5, 2, 1 }, { 2048, 4, 3, 1, 0 }, { 8192, 0, 0, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++) {
    for (guint size = 0; size < GVT_CAPACITY_SIZES; size++)
      g_assert_cmpuint (gvt_gpu_capacity (expected[i][0], size), ==, expected[i][1 + size]);
  }
}

static void
test_last_good (void)
{
  const HostSpec good = { .name = "good", .release = "6.5.0-44-generic" };
  g_autofree char *tree = host_tree_make (&good);
  g_autoptr (GvtRoot) root = gvt_root_new (tree, NULL);
  g_autoptr (GvtHostFacts) host = NULL;
  g_autofree char *kernel = NULL;

  host_tree_write (tree, "/var/lib/gvt-manager/vgpus/keep", "");
  gvt_last_good_remember (root);
  host = gvt_host_facts_read (root);
  kernel = gvt_last_good_kernel (host);
  g_assert_cmpstr (kernel, ==, "6.5.0-44-generic");
  host_tree_remove (tree);
}

static void
test_variant (void)
{
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  g_autoptr (GPtrArray) again = gvt_findings_new ();
  g_autoptr (GVariant) variant = NULL;
  const GvtFinding *finding;

  gvt_finding_fix (gvt_findings_add (findings, "a.b", GVT_FINDING_BLOCKER, "not UTF-8: %s", "\xff"),
                   "modules");
  variant = g_variant_ref_sink (gvt_findings_to_variant (findings));
  gvt_findings_from_variant (again, variant);
  g_assert_cmpuint (again->len, ==, 1);
  finding = gvt_findings_find (again, "a.b");
  g_assert_cmpint (finding->state, ==, GVT_FINDING_BLOCKER);
  g_assert_cmpstr (finding->evidence, ==, "not UTF-8: \xef\xbf\xbd");
  g_assert_cmpstr (finding->fix, ==, "modules");
  g_assert_cmpstr (finding->command, ==, "gvt-client setup modules");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const HostSpec *host = hosts; host->name != NULL; host++) {
    g_autofree char *path = g_strconcat ("/host/check/", host->name, NULL);

    g_test_add_data_func (path, host, test_host);
  }
  g_test_add_func ("/host/words", test_words);
  g_test_add_func ("/host/capacity", test_capacity);
  g_test_add_func ("/host/last-good", test_last_good);
  g_test_add_func ("/host/variant", test_variant);
  return g_test_run ();
}
