/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client's half of `check`, and how findings are shown.
 */

#include "check-user.h"
#include "findings-display.h"

#include <string.h>

#define GIB ((guint64) 1024 * 1024 * 1024)
#define USUAL                                                                                      \
  .user = "alice", .uri = "qemu:///session", .session = TRUE, .kvm_exists = TRUE,                  \
  .kvm_open = TRUE, .daemon = 812, .daemon_started = 2000, .daemon_limit = 8 << 20,                \
  .hook_installed = TRUE, .hook_changed = 1000, .memory = 16 * GIB

/* Each case says what differs from the usual. */
#pragma GCC diagnostic ignored "-Woverride-init"

typedef struct {
  const char *name;
  GvtUserFacts facts;
  gulong libvirt; /* 0: none to be reached */
  gulong qemu;
  guint64 vm_gib; /* 0: no VM */
  guint64 maximum;
  const char *expected;
} Case;

/* clang-format off */
static const Case cases[] = {
  { "ready", { USUAL }, 9000000, 7002000, 4, 8 * GIB,
    "user.kvm=ok user.libvirt=ok user.qemu=ok user.daemon=ok user.hook-seen=ok user.memory-lock=ok" },
  { "no-kvm", { USUAL, .kvm_exists = FALSE, .kvm_open = FALSE }, 9000000, 7002000, 0, 0,
    "user.kvm=blocker user.libvirt=ok user.qemu=ok user.daemon=ok user.hook-seen=ok" },
  { "kvm-closed", { USUAL, .kvm_open = FALSE }, 9000000, 7002000, 0, 0,
    "user.kvm=blocker user.libvirt=ok user.qemu=ok user.daemon=ok user.hook-seen=ok" },
  { "no-libvirt", { USUAL, .refusal = (char *) "no socket" }, 0, 0, 0, 0, "user.kvm=ok user.libvirt=blocker" },
  { "no-qemu", { USUAL }, 9000000, 0, 0, 0,
    "user.kvm=ok user.libvirt=ok user.qemu=blocker user.daemon=ok user.hook-seen=ok" },
  { "jammy", { USUAL }, 8000000, 6002000, 0, 0,
    "user.kvm=ok user.libvirt=note user.qemu=ok user.daemon=ok user.hook-seen=ok" },
  { "old", { USUAL }, 6000000, 3001000, 0, 0,
    "user.kvm=ok user.libvirt=note user.qemu=warning user.daemon=ok user.hook-seen=ok" },
  { "daemon-older-than-hook", { USUAL, .daemon_started = 500 }, 9000000, 7002000, 0, 0,
    "user.kvm=ok user.libvirt=ok user.qemu=ok user.daemon=ok user.hook-seen=warning" },
  { "no-hook", { USUAL, .hook_installed = FALSE }, 9000000, 7002000, 4, 8 * GIB,
    "user.kvm=ok user.libvirt=ok user.qemu=ok user.daemon=ok user.memory-lock=warning" },
  { "no-hook-but-limit", { USUAL, .hook_installed = FALSE, .daemon_limit = G_MAXUINT64 }, 9000000, 7002000, 4, 8 * GIB,
    "user.kvm=ok user.libvirt=ok user.qemu=ok user.daemon=ok user.memory-lock=ok" },
  { "over-the-maximum", { USUAL }, 9000000, 7002000, 8, 8 * GIB,
    "user.kvm=ok user.libvirt=ok user.qemu=ok user.daemon=ok user.hook-seen=ok user.memory-lock=warning" },
  { "more-than-there-is", { USUAL }, 9000000, 7002000, 64, 0,
    "user.kvm=ok user.libvirt=ok user.qemu=ok user.daemon=ok user.hook-seen=ok user.memory-lock=warning" },
  { "no-daemon", { USUAL, .daemon = 0 }, 9000000, 7002000, 0, 0,
    "user.kvm=ok user.libvirt=ok user.qemu=ok user.daemon=unknown" },
  { "system", { USUAL, .uri = "qemu:///system", .session = FALSE, .kvm_open = FALSE, .daemon = 0 }, 11003000, 10000000, 64, 0,
    "user.libvirt=ok user.qemu=ok" },
};
/* clang-format on */

static GvtLibvirtSurvey *
make_survey (const Case *test)
{
  GvtLibvirtSurvey *survey;

  if (test->libvirt == 0)
    return NULL;
  survey = g_new0 (GvtLibvirtSurvey, 1);
  survey->libvirt = test->libvirt;
  survey->qemu = test->qemu;
  survey->roms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  survey->vms = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_domain_info_free);
  if (test->vm_gib > 0) {
    GvtDomainInfo *vm = g_new0 (GvtDomainInfo, 1);

    vm->name = g_strdup ("win10");
    vm->memory_kib = test->vm_gib * 1024 * 1024;
    g_ptr_array_add (survey->vms, vm);
  }
  return survey;
}

static void
test_user (gconstpointer data)
{
  const Case *test = data;
  GvtUserFacts facts = test->facts;
  g_autoptr (GvtLibvirtSurvey) survey = make_survey (test);
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  g_autoptr (GString) found = g_string_new (NULL);

  facts.survey = survey;
  gvt_check_user (&facts, test->maximum, findings);
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    g_assert_cmpstr (finding->evidence, !=, "");
    if (finding->state != GVT_FINDING_OK)
      g_assert_cmpstr (finding->meaning, !=, "");
    if (finding->state != GVT_FINDING_OK && finding->state != GVT_FINDING_UNKNOWN)
      g_assert_cmpstr (finding->remedy, !=, "");
    g_string_append_printf (found,
                            "%s%s=%s",
                            i > 0 ? " " : "",
                            finding->id,
                            gvt_finding_state_name (finding->state));
  }
  g_assert_cmpstr (found->str, ==, test->expected);
}

static GPtrArray *
some_findings (void)
{
  GPtrArray *findings = gvt_findings_new ();
  GvtFinding *finding;

  gvt_findings_add (findings, "gpu.present", GVT_FINDING_OK, "UHD Graphics 620");
  finding = gvt_findings_add (findings, "x.note", GVT_FINDING_NOTE, "a \033[2Jnote");
  gvt_finding_means (finding, "it means");
  finding = gvt_findings_add (findings, "x.first", GVT_FINDING_BLOCKER, "first");
  gvt_finding_mend (finding,
                    "do it; and if that is not enough, as it sometimes is not, then do what this "
                    "very long sentence says");
  gvt_finding_fix (finding, "modules");
  gvt_findings_add (findings, "x.second", GVT_FINDING_BLOCKER, "second");
  return findings;
}

static void
test_text (void)
{
  g_autoptr (GPtrArray) findings = some_findings ();
  g_autofree char *text = gvt_findings_render (findings, 0, FALSE);
  g_autofree char *colourful = gvt_findings_render (findings, 0, TRUE);

  g_assert_cmpstr (
      text,
      ==,
      "In the way:\n  x first\n"
      "      → do it; and if that is not enough, as it sometimes is not, then do what this very "
      "long\n        sentence says\n        gvt-client setup modules\n  x second\n"
      "\nWorth knowing:\n  - a ?[2Jnote\n      it means\n"
      "\nIn order:\n  + UHD Graphics 620\n"
      "\nBegin with: gvt-client setup modules\n");
  g_assert_nonnull (strstr (colourful, "  \033[31mx\033[0m first\n"));
  g_assert_true (gvt_findings_block (findings));
}

static GvtFinding *
add_blocker (GPtrArray *findings, const char *id)
{
  GvtFinding *finding = gvt_findings_add (findings, id, GVT_FINDING_BLOCKER, "%s", id);

  gvt_finding_mend (finding, "remedy of %s", id);
  return finding;
}

/* A newcomer's list ends where only a person can go on, with setup once for all of its fixes. */
static void
test_steps (void)
{
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  g_autofree char *text = NULL;
  g_autofree char *bios = NULL;

  gvt_finding_fix (add_blocker (findings, "a.a"), "kernel-parameters");
  gvt_finding_fix (add_blocker (findings, "a.b"), "modules");
  gvt_finding_run (add_blocker (findings, "a.c"), "sudo apt install it");
  text = gvt_findings_render (findings, 0, FALSE);
  g_assert_cmpstr (strstr (text, "To do"),
                   ==,
                   "To do, in this order:\n  1. gvt-client setup\n  2. sudo apt install it\n"
                   "  3. systemctl reboot\n  4. gvt-client check\n");
  g_ptr_array_set_size (findings, 0);
  add_blocker (findings, "gpu.present");
  gvt_finding_run (add_blocker (findings, "a.c"), "sudo apt install it");
  bios = gvt_findings_render (findings, 0, FALSE);
  g_assert_cmpstr (strstr (bios, "Begin"), ==, "Begin with: remedy of gpu.present\n");
}

static void
test_nothing (void)
{
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  g_autofree char *text = NULL;
  g_autofree char *json = gvt_findings_json (findings);

  gvt_findings_add (findings, "a.b", GVT_FINDING_WARNING, "hm");
  text = gvt_findings_render (findings, 0, FALSE);
  g_assert_false (gvt_findings_block (findings));
  g_assert_nonnull (strstr (text, "Nothing is in the way"));
  g_assert_cmpstr (json, ==, "[]\n");
}

static void
test_json (void)
{
  g_autoptr (GPtrArray) findings = some_findings ();
  g_autofree char *json = gvt_findings_json (findings);
  const char *first = strstr (json, "\"x.first\"");
  const char *last = strstr (json, "\"gpu.present\"");

  g_assert_nonnull (first);
  g_assert_true (first < last);
  g_assert_nonnull (strstr (json, "\"state\" : \"blocker\""));
  g_assert_nonnull (strstr (json, "\"fix\" : \"modules\""));
  g_assert_nonnull (strstr (json, "\"command\" : null"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/client/check-user/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_user);
  }
  g_test_add_func ("/client/findings/text", test_text);
  g_test_add_func ("/client/findings/steps", test_steps);
  g_test_add_func ("/client/findings/nothing", test_nothing);
  g_test_add_func ("/client/findings/json", test_json);
  return g_test_run ();
}
