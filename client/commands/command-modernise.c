/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `modernise`: what somebody once wrote into a VM's definition by hand becomes an attachment
 * like attach's. Main thread. Must not make or remove a vGPU, and change nothing on a dry run.
 */

#include "display.h"
#include "gvt-error.h"
#include "inspect.h"
#include "next-step.h"
#include "qemu-syntax.h"
#include "resolve.h"
#include "terminal.h"
#include "vm-backups.h"
#include "xml-calls.h"

#include <string.h>
#include <unistd.h>

#define CREATE "gvt-client create TYPE --uuid %s --define --start domain --inactive"

static struct {
  gboolean dry_run;
} options;

static const GOptionEntry entries[] = {
  { "dry-run",
    0,
    0,
    G_OPTION_ARG_NONE,
    &options.dry_run,
    N_ ("Only show what would change"),
    NULL },
  G_OPTION_ENTRY_NULL,
};

/* What ModerniseXml takes: the GPU that draws, where the recipe leaves that open. */
static GVariant *
modernise_options (const GvtVm *vm, const GvtObjects *objects, const GvtVgpu *vgpu)
{
  const char *render_node = vgpu != NULL ? gvt_resolve_gpu_render_node (objects, vgpu->gpu) : NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (render_node != NULL && *render_node != '\0')
    g_variant_dict_insert (&dict, "render-node", "s", render_node);
  return gvt_qemu_syntax_choose (g_variant_dict_end (&dict), gvt_vm_libvirt_version (vm));
}

/* The recipe's UUID was made by whoever wrote it; often nothing else makes it any more. */
static void
tell_next (const GvtClient *client, const GvtVm *vm, const GvtVgpu *vgpu, const char *uuid)
{
  g_autofree char *command = g_strdup_printf (CREATE, uuid);

  if (vgpu == NULL)
    gvt_terminal_talk (client,
                       _ ("There is no vGPU %s yet; to have one while %s runs:\n  %s"),
                       uuid,
                       gvt_vm_name (vm),
                       command);
  else
    gvt_next_step_tell (client, vm);
}

/* Root's domains the service changes, which takes what it is told for what was there by hand; the
 * text is then what it would make of them. */
static char *
as_the_service_would (GvtClient *client,
                      const GvtVm *vm,
                      const char *xml,
                      const GvtDomainInfo *modern,
                      GError **error)
{
  return gvt_xml_edit (client,
                       xml,
                       modern->our_vgpus[0],
                       gvt_qemu_syntax_choose (modern->settings, gvt_vm_libvirt_version (vm)),
                       error);
}

/* The service gives a system domain only a vGPU that it knows. */
static gboolean
attach_system (GvtClient *client,
               const GvtVm *vm,
               const GvtDomainInfo *info,
               const GvtObjects *objects,
               GError **error)
{
  const char *uuid = info->our_vgpus[0];

  if (gvt_resolve_vgpu (objects, uuid, getuid (), NULL) == NULL) {
    g_autofree char *command = g_strdup_printf (CREATE, uuid);

    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 _ ("there is no vGPU %s yet; first make it known:  %s"),
                 uuid,
                 command);
    return FALSE;
  }
  return gvt_xml_attach (client, gvt_vm_name (vm), uuid, info->settings, error);
}

static char *
modern_text (GvtClient *client,
             const GvtVm *vm,
             const char *xml,
             const GvtObjects *objects,
             GError **error)
{
  g_autoptr (GvtDomainInfo) before = gvt_domain_inspect (xml, error);
  const GvtVgpu *vgpu = NULL;

  if (before == NULL)
    return NULL;
  if (before->vgpus[0] != NULL)
    vgpu = gvt_resolve_vgpu (objects, before->vgpus[0], getuid (), NULL);
  return gvt_xml_modernise (client, xml, modernise_options (vm, objects, vgpu), error);
}

/* @info is of @modern. */
static gboolean
show (GvtClient *client,
      const GvtVm *vm,
      const char *xml,
      const char *modern,
      const GvtDomainInfo *info,
      GError **error)
{
  g_autofree char *edited = NULL;

  if (gvt_vm_is_system (gvt_vm_uri (client))) {
    edited = as_the_service_would (client, vm, xml, info, error);
    if (edited == NULL)
      return FALSE;
  }
  return gvt_display_diff (xml, edited != NULL ? edited : modern, gvt_vm_name (vm), error);
}

static gboolean
modernise (GvtClient *client, const GvtVm *vm, const char *xml, GError **error)
{
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);
  g_autofree char *modern = objects != NULL ? modern_text (client, vm, xml, objects, error) : NULL;
  g_autoptr (GvtDomainInfo) info = modern != NULL ? gvt_domain_inspect (modern, error) : NULL;
  const char *uuid = NULL;
  gboolean done;

  if (info == NULL)
    return FALSE;
  if (strcmp (xml, modern) == 0) {
    gvt_terminal_talk (client,
                       _ ("%s has no vGPU that was put in by hand; nothing changed"),
                       gvt_vm_name (vm));
    return TRUE;
  }
  if (options.dry_run)
    return show (client, vm, xml, modern, info, error);
  uuid = info->our_vgpus[0];
  done = gvt_vm_is_system (gvt_vm_uri (client))
             ? attach_system (client, vm, info, objects, error)
             : gvt_vm_change (vm, xml, modern, "modernise", uuid, error);
  if (!done)
    return FALSE;
  gvt_terminal_talk (client, _ ("%s has the vGPU %s in the current form"), gvt_vm_name (vm), uuid);
  tell_next (client, vm, gvt_resolve_vgpu (objects, uuid, getuid (), NULL), uuid);
  return TRUE;
}

static gboolean
run_modernise (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtVm) vm = gvt_vm_open (gvt_vm_uri (client), args[0], error);
  g_autofree char *xml = vm != NULL ? gvt_vm_get_xml (vm, error) : NULL;

  return xml != NULL && modernise (client, vm, xml, error);
}

const GvtVerb gvt_verb_modernise = {
  .name = "modernise",
  .synopsis = "DOMAIN [--dry-run]",
  .summary = N_ ("Put a vGPU that a VM was given by hand into the current form"),
  .details = N_ (
      "Finds a <hostdev> and the -set, -device, override and environment lines around it, which\n"
      "current libvirt and QEMU no longer take, and writes what they were meant to do as “attach”\n"
      "does. What no setting stands for is named, and nothing changed. “detach” takes the vGPU\n"
      "out afterwards; “restore” brings the old lines back.\n"),
  .examples = "gvt-client modernise win10 --dry-run\n"
              "gvt-client modernise win10\n",
  .options = entries,
  .min_args = 1,
  .max_args = 1,
  .run = run_modernise,
};
