/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `report`: what a maintainer asks for, in one text that can be shown to strangers. Main
 * thread, blocking. Must not change anything, nor print anything that was not redacted.
 */

#include "check-service.h"
#include "check-user.h"
#include "findings-display.h"
#include "objects.h"
#include "redact.h"
#include "terminal.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void
add_heading (GString *text, const char *heading)
{
  g_string_append_printf (text, "%s== %s ==\n", text->len > 0 ? "\n" : "", heading);
}

static void
add_file (GString *text, const char *name, const char *path)
{
  g_autofree char *content = NULL;

  if (g_file_get_contents (path, &content, NULL, NULL))
    g_string_append_printf (text, "%s: %s\n", name, g_strchomp (content));
}

static void
add_versions (GString *text, const GvtUserFacts *facts)
{
  const GvtLibvirtSurvey *survey = facts->survey;
  g_autofree char *distribution = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  struct utsname system;

  add_heading (text, "Versions");
  g_string_append (text, "gvt-manager: " GVT_VERSION "\n");
  if (distribution != NULL)
    g_string_append_printf (text, "distribution: %s\n", distribution);
  if (uname (&system) == 0)
    g_string_append_printf (text, "kernel: %s %s\n", system.release, system.version);
  add_file (text, "command line", "/proc/cmdline");
  if (survey != NULL)
    g_string_append_printf (text,
                            "libvirt: %lu.%lu.%lu\nQEMU: %lu.%lu.%lu\n",
                            survey->libvirt / 1000000,
                            survey->libvirt / 1000 % 1000,
                            survey->libvirt % 1000,
                            survey->qemu / 1000000,
                            survey->qemu / 1000 % 1000,
                            survey->qemu % 1000);
}

static void
add_objects (GString *text, GvtClient *client)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, &refusal);

  add_heading (text, "GPUs, types, vGPUs");
  if (objects == NULL) {
    g_string_append_printf (text, "%s\n", refusal->message);
    return;
  }
  for (guint i = 0; i < objects->gpus->len; i++) {
    const GvtGpu *gpu = g_ptr_array_index (objects->gpus, i);

    g_string_append_printf (text, "%s %s %s\n", gpu->name, gpu->model, gpu->driver);
  }
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);

    g_string_append_printf (text, "%s: %u more\n", type->id, type->available_instances);
  }
  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);

    g_string_append_printf (text,
                            "%s %s %s start=%s %s\n",
                            vgpu->uuid,
                            vgpu->type,
                            vgpu->state,
                            vgpu->start,
                            vgpu->failure);
  }
}

static void
add_checks (GString *text, GvtClient *client, const GvtUserFacts *facts)
{
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  guint64 maximum;
  g_autofree char *shown = NULL;

  add_heading (text, "gvt-client check");
  maximum = gvt_check_service (client, findings);
  gvt_check_user (facts, maximum, findings);
  shown = gvt_findings_render (findings, 0, FALSE);
  g_string_append (text, shown);
}

/* What the user may read of it; the rest is among the checks, in words. */
static void
add_kernel_log (GString *text)
{
  g_autoptr (GSubprocess) journalctl = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                             G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                                         NULL,
                                                         "journalctl",
                                                         "--dmesg",
                                                         "--boot",
                                                         "--no-pager",
                                                         "--no-hostname",
                                                         "--lines=200",
                                                         "--grep=gvt|i915|vfio|kvm|DMAR",
                                                         NULL);
  g_autofree char *output = NULL;

  add_heading (text, "Kernel log");
  if (journalctl != NULL &&
      g_subprocess_communicate_utf8 (journalctl, NULL, NULL, &output, NULL, NULL) &&
      output != NULL && *output != '\0')
    g_string_append (text, output);
  else
    g_string_append (text, "nothing that you may read\n");
}

static void
add_vm (GString *text, const GvtUserFacts *facts)
{
  add_heading (text, "A VM with a vGPU");
  if (facts->survey != NULL && facts->survey->example != NULL)
    g_string_append (text, facts->survey->example);
  else
    g_string_append (text, "none\n");
}

/* @instead is (transfer full). XML writes some names in another way. */
static void
add_name (GPtrArray *names, const char *name, char *instead)
{
  char *escaped = g_markup_escape_text (name, -1);

  g_ptr_array_add (names, escaped);
  g_ptr_array_add (names, g_strdup (instead));
  g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_add (names, instead);
}

/* Names, each with what is to stand for it; the longer ones before those that they contain. */
static char **
list_names (const GvtUserFacts *facts)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *host = g_get_host_name ();
  g_autofree char *short_host = g_strndup (host, strcspn (host, "."));

  for (guint i = 0; facts->survey != NULL && i < facts->survey->vms->len; i++) {
    const GvtDomainInfo *vm = g_ptr_array_index (facts->survey->vms, i);

    add_name (names, vm->name, g_strdup_printf ("VM-%u", i + 1));
  }
  /* Everybody's name is no secret, and part of many words. */
  if (geteuid () != 0) {
    add_name (names, g_get_home_dir (), g_strdup ("HOME"));
    add_name (names, g_get_user_name (), g_strdup ("USER"));
  }
  add_name (names, host, g_strdup ("HOST"));
  add_name (names, short_host, g_strdup ("HOST"));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static gboolean
run_report (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtUserFacts) facts = gvt_user_facts_read (client);
  g_auto (GStrv) names = list_names (facts);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *shown = NULL;

  add_versions (text, facts);
  add_objects (text, client);
  add_checks (text, client, facts);
  add_kernel_log (text);
  add_vm (text, facts);
  shown = gvt_redact (text->str, (const char *const *) names);
  gvt_terminal_write (shown);
  gvt_terminal_talk (client, _ ("Look through it before you show it to anybody."));
  return TRUE;
}

const GvtVerb gvt_verb_report = {
  .name = "report",
  .synopsis = "",
  .summary = N_ ("Print what a maintainer asks for, without what is nobody's business"),
  .details = N_ (
      "Versions, command line, checks, kernel log and one VM's XML, as text. UUIDs, addresses,\n"
      "passwords, serial numbers, files of disks, and the names of you, the host and your VMs "
      "with\n"
      "a vGPU are replaced.\n"),
  .examples = "gvt-client report >report.txt\n",
  .run = run_report,
};
