/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `detach`: takes a vGPU out of the VM's definition and removes it. Main thread. Must
 * leave a vGPU alone that a running VM uses, and change nothing on a dry run.
 */

#include "display.h"
#include "gvt-error.h"
#include "inspect.h"
#include "resolve.h"
#include "terminal.h"
#include "vgpu-calls.h"
#include "vm-backups.h"
#include "xml-calls.h"

#include <unistd.h>

static struct {
  char *vgpu;
  gboolean keep;
  gboolean dry_run;
} options;

static const GOptionEntry entries[] = {
  { "vgpu",
    0,
    0,
    GVT_OPTION_TEXT,
    &options.vgpu,
    N_ ("Which one (default: the one that was attached)"),
    "UUID|LABEL" },
  { "keep", 0, 0, G_OPTION_ARG_NONE, &options.keep, N_ ("Do not remove the vGPU itself"), NULL },
  { "dry-run",
    0,
    0,
    G_OPTION_ARG_NONE,
    &options.dry_run,
    N_ ("Only show what would change"),
    NULL },
  G_OPTION_ENTRY_NULL,
};

static char *
choose (const GvtObjects *objects, const GvtDomainInfo *info, const char *name, GError **error)
{
  const GvtVgpu *vgpu;

  if (options.vgpu == NULL && info->our_vgpus[0] != NULL)
    return g_strdup (info->our_vgpus[0]);
  if (options.vgpu == NULL) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 _ ("%s has no vGPU that was attached here; --vgpu names another"),
                 name);
    return NULL;
  }
  vgpu = gvt_resolve_vgpu (objects, options.vgpu, getuid (), error);
  if (vgpu != NULL)
    return g_strdup (vgpu->uuid);
  if (!g_uuid_string_is_valid (options.vgpu))
    return NULL;
  /* It need not exist to be in the text. */
  g_clear_error (error);
  return g_ascii_strdown (options.vgpu, -1);
}

static gboolean
remove_vgpu (GvtClient *client, const GvtObjects *objects, const char *uuid, GError **error)
{
  const GvtVgpu *vgpu = gvt_resolve_vgpu (objects, uuid, getuid (), NULL);

  if (options.keep || vgpu == NULL)
    return TRUE;
  if (!gvt_vgpu_call (client, vgpu->path, "Remove", NULL, error)) {
    g_prefix_error (error, _ ("the VM no longer has it, but the vGPU %s is left: "), uuid);
    return FALSE;
  }
  gvt_terminal_talk (client, _ ("Removed the vGPU %s"), uuid);
  return TRUE;
}

/* Root's domains the service reads again, strips and defines. */
static gboolean
change (GvtClient *client,
        const GvtVm *vm,
        const char *xml,
        const char *stripped,
        const char *uuid,
        GError **error)
{
  if (gvt_vm_is_system (gvt_vm_uri (client)))
    return gvt_xml_detach (client, gvt_vm_name (vm), uuid, error);
  return gvt_vm_change (vm, xml, stripped, "detach", uuid, error);
}

static gboolean
run_detach (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtVm) vm = gvt_vm_open (gvt_vm_uri (client), args[0], error);
  g_autofree char *xml = vm != NULL ? gvt_vm_get_xml (vm, error) : NULL;
  g_autoptr (GvtDomainInfo) info = xml != NULL ? gvt_domain_inspect (xml, error) : NULL;
  g_autoptr (GvtObjects) objects = info != NULL ? gvt_objects_fetch (client, error) : NULL;
  g_autofree char *uuid = objects != NULL ? choose (objects, info, args[0], error) : NULL;
  g_autofree char *stripped = uuid != NULL ? gvt_xml_strip (client, xml, uuid, error) : NULL;

  if (stripped == NULL)
    return FALSE;
  if (options.dry_run) {
    if (!options.keep && gvt_resolve_vgpu (objects, uuid, getuid (), NULL) != NULL)
      gvt_terminal_talk (client, _ ("Would also remove the vGPU %s"), uuid);
    return gvt_display_diff (xml, stripped, gvt_vm_name (vm), error);
  }
  if (!change (client, vm, xml, stripped, uuid, error))
    return FALSE;
  gvt_terminal_talk (client, _ ("Took the vGPU out of %s"), gvt_vm_name (vm));
  if (gvt_vm_is_running (vm) && !options.keep) {
    gvt_terminal_talk (client,
                       _ ("%s runs and uses it until it stops; then:  gvt-client remove %s"),
                       gvt_vm_name (vm),
                       uuid);
    return TRUE;
  }
  return remove_vgpu (client, objects, uuid, error);
}

const GvtVerb gvt_verb_detach = {
  .name = "detach",
  .synopsis = "DOMAIN [--vgpu UUID|LABEL] [--keep] [--dry-run]",
  .summary = N_ ("Take a vGPU out of a VM again, and remove it"),
  .details = N_ (
      "The VM's definition is as it was before “attach”, with what was changed since.\n"),
  .examples = "gvt-client detach win10\n",
  .options = entries,
  .min_args = 1,
  .max_args = 1,
  .run = run_detach,
};
