/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `attach`: finds or makes a vGPU, puts it into the VM's definition, says what is left to
 * do. Main thread. Must leave nothing behind when it fails, and change nothing on a dry run.
 */

#include "attach-checks.h"
#include "display.h"
#include "edit-settings.h"
#include "gvt-error.h"
#include "inspect.h"
#include "json-output.h"
#include "next-step.h"
#include "qemu-syntax.h"
#include "resolve.h"
#include "terminal.h"
#include "vgpu-calls.h"
#include "vm-backups.h"
#include "xml-calls.h"

#include <string.h>
#include <unistd.h>

static struct {
  char *type;
  char *vgpu;
  gboolean dry_run;
} options;

static const GOptionEntry entries[] = {
  { "type",
    0,
    0,
    GVT_OPTION_TEXT,
    &options.type,
    N_ ("Make a vGPU of this type for it (default: the largest with room)"),
    "TYPE" },
  { "vgpu", 0, 0, GVT_OPTION_TEXT, &options.vgpu, N_ ("Give it this vGPU"), "UUID|LABEL" },
  { "dry-run",
    0,
    0,
    G_OPTION_ARG_NONE,
    &options.dry_run,
    N_ ("Only show what would change"),
    NULL },
  G_OPTION_ENTRY_NULL,
};

/* What is to be attached: a vGPU there is, or one to be made. */
typedef struct {
  const GvtVgpu *vgpu;
  const GvtType *place; /* where to make it; NULL if there is one */
  char *uuid;
} Choice;

static void
choice_clear (Choice *choice)
{
  g_clear_pointer (&choice->uuid, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Choice, choice_clear)

static gboolean
choose_new (Choice *choice, const GvtObjects *objects, const char *uuid, GError **error)
{
  const char *type = NULL;

  if (options.type != NULL) {
    type = gvt_resolve_type (objects, options.type, error);
    if (type == NULL)
      return FALSE;
  }
  choice->place = gvt_resolve_placement (objects, type, error);
  if (choice->place == NULL)
    return FALSE;
  choice->uuid = uuid != NULL ? g_strdup (uuid) : g_uuid_string_random ();
  return TRUE;
}

static gboolean
choose_held (Choice *choice, const GvtObjects *objects, const char *uuid, GError **error)
{
  const char *type = NULL;

  choice->vgpu = gvt_resolve_vgpu (objects, uuid, getuid (), NULL);
  if (choice->vgpu == NULL)
    return choose_new (choice, objects, uuid, error); /* it was removed meanwhile */
  choice->uuid = g_strdup (uuid);
  if (options.type == NULL)
    return TRUE;
  type = gvt_resolve_type (objects, options.type, error);
  if (type != NULL && strcmp (type, choice->vgpu->type) != 0)
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_CONFLICT,
                 _ ("the VM has the vGPU %s of type %s already; detach that first"),
                 uuid,
                 choice->vgpu->type);
  return type != NULL && strcmp (type, choice->vgpu->type) == 0;
}

static gboolean
choose (Choice *choice, const GvtObjects *objects, const GvtDomainInfo *info, GError **error)
{
  if (options.vgpu != NULL) {
    choice->vgpu = gvt_resolve_vgpu (objects, options.vgpu, getuid (), error);
    if (choice->vgpu == NULL)
      return FALSE;
    choice->uuid = g_strdup (choice->vgpu->uuid);
    return TRUE;
  }
  if (info->our_vgpus[0] != NULL)
    return choose_held (choice, objects, info->our_vgpus[0], error);
  /* One that was put in by hand is taken over. */
  for (char **uuid = info->vgpus; *uuid != NULL; uuid++) {
    if (gvt_resolve_vgpu (objects, *uuid, getuid (), NULL) != NULL)
      return choose_held (choice, objects, *uuid, error);
  }
  return choose_new (choice, objects, NULL, error);
}

static gboolean
label_is_free (const GvtObjects *objects, const char *label)
{
  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);

    if (vgpu->owner_uid == getuid () && strcmp (vgpu->label, label) == 0)
      return FALSE;
  }
  return strlen (label) > 0 && strlen (label) <= 64 && !g_uuid_string_is_valid (label) &&
         strspn (label, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == strlen (label);
}

/* Makes the chosen vGPU if there is none; @made is its object's path then. */
static gboolean
make (GvtClient *client,
      const GvtObjects *objects,
      const Choice *choice,
      const char *vm_name,
      char **made,
      GError **error)
{
  GVariantDict dict;

  if (choice->place == NULL)
    return TRUE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "uuid", "s", choice->uuid);
  g_variant_dict_insert (&dict, "define", "b", TRUE);
  g_variant_dict_insert (&dict, "start", "s", "domain");
  g_variant_dict_insert (&dict, "activate", "b", FALSE);
  if (label_is_free (objects, vm_name))
    g_variant_dict_insert (&dict, "label", "s", vm_name);
  *made = gvt_vgpu_create (client,
                           choice->place->gpu,
                           choice->place->id,
                           g_variant_dict_end (&dict),
                           error);
  return *made != NULL;
}

/* Takes back what make() did; the error that led here is the one to tell. */
static gboolean
unmake (GvtClient *client, const char *made)
{
  g_autoptr (GError) error = NULL;

  if (made != NULL && !gvt_vgpu_call (client, made, "Remove", NULL, &error) &&
      !g_error_matches (error, GVT_ERROR, GVT_ERROR_NOT_FOUND))
    gvt_terminal_complain (_ ("the vGPU that was made for it is left: %s"), error->message);
  return FALSE;
}

static void
tell_choice (GvtClient *client, const Choice *choice)
{
  if (choice->place == NULL)
    gvt_terminal_talk (client, _ ("Using the vGPU %s (%s)"), choice->uuid, choice->vgpu->type);
  else if (options.dry_run)
    gvt_terminal_talk (client,
                       _ ("Would make a vGPU %s on %s; its UUID here is an example"),
                       choice->place->id,
                       choice->place->gpu);
  else
    gvt_terminal_talk (client,
                       _ ("Made the vGPU %s (%s on %s)"),
                       choice->uuid,
                       choice->place->id,
                       choice->place->gpu);
}

/* Attaching again without a word of settings is not meant to reset them. */
static gboolean
stays_as_it_is (const GvtDomainInfo *info, const Choice *choice)
{
  return g_strcmp0 (info->our_vgpus[0], choice->uuid) == 0 && !gvt_edit_settings_given ();
}

static char *
edit (GvtClient *client,
      const GvtVm *vm,
      const char *xml,
      const GvtObjects *objects,
      const Choice *choice,
      GError **error)
{
  const char *render_node = gvt_resolve_render_node (objects, choice->place);
  g_autoptr (GVariant) settings = gvt_edit_settings (render_node, error);

  if (settings == NULL)
    return NULL;
  g_variant_ref_sink (settings);
  if ((choice->place != NULL && !gvt_attach_check_type (choice->place, settings, error)) ||
      !gvt_qemu_syntax_check (settings, gvt_vm_libvirt_version (vm), error))
    return NULL;
  return gvt_xml_edit (client,
                       xml,
                       choice->uuid,
                       gvt_qemu_syntax_choose (settings, gvt_vm_libvirt_version (vm)),
                       error);
}

static gboolean
check_graphics (const GvtVm *vm, const GvtDomainInfo *info, const char *edited, GError **error)
{
  g_autoptr (GvtDomainInfo) after = gvt_domain_inspect (edited, error);
  g_autofree char *capabilities = NULL;

  if (after == NULL)
    return FALSE;
  capabilities = gvt_vm_get_capabilities (vm, info->emulator, info->machine, info->type);
  return gvt_attach_check_graphics (info, after, capabilities, error);
}

/* Root's domains the service reads again, edits and defines; here the edit tells what would be
 * refused before anything is made, and is what a dry run shows. */
static gboolean
change (GvtClient *client,
        const GvtVm *vm,
        const char *xml,
        const char *edited,
        const char *uuid,
        GError **error)
{
  if (gvt_vm_is_system (gvt_vm_uri (client)))
    return gvt_xml_attach (client, gvt_vm_name (vm), uuid, gvt_edit_settings (NULL, NULL), error);
  return gvt_vm_change (vm, xml, edited, "attach", uuid, error);
}

static void
tell_done (GvtClient *client, const GvtVm *vm, const Choice *choice)
{
  tell_choice (client, choice);
  if (choice->vgpu != NULL && !choice->vgpu->defined)
    gvt_terminal_talk (client,
                       _ ("It is gone after a reboot; to keep it:  gvt-client define %s"),
                       choice->uuid);
  gvt_next_step_tell (client, vm);
}

/* @uuid becomes that of the vGPU which the VM has now. */
static gboolean
attach (GvtClient *client, const char *name, char **uuid, GError **error)
{
  g_autoptr (GvtVm) vm = gvt_vm_open (gvt_vm_uri (client), name, error);
  g_autofree char *xml = vm != NULL ? gvt_vm_get_xml (vm, error) : NULL;
  g_autoptr (GvtDomainInfo) info = xml != NULL ? gvt_domain_inspect (xml, error) : NULL;
  g_autoptr (GvtObjects) objects = info != NULL ? gvt_objects_fetch (client, error) : NULL;
  g_auto (Choice) choice = { 0 };
  g_autofree char *edited = NULL;
  g_autofree char *made = NULL;

  if (objects == NULL || !choose (&choice, objects, info, error))
    return FALSE;
  edited = stays_as_it_is (info, &choice) ? g_strdup (xml)
                                          : edit (client, vm, xml, objects, &choice, error);
  if (edited == NULL || !check_graphics (vm, info, edited, error))
    return FALSE;
  gvt_attach_warn (client, info, choice.place != NULL ? choice.place->id : choice.vgpu->type);
  if (options.dry_run) {
    tell_choice (client, &choice);
    return gvt_display_diff (xml, edited, gvt_vm_name (vm), error);
  }
  *uuid = g_strdup (choice.uuid);
  if (!make (client, objects, &choice, gvt_vm_name (vm), &made, error))
    return FALSE;
  if (strcmp (xml, edited) == 0) {
    if (made == NULL)
      gvt_terminal_talk (client,
                         _ ("%s has the vGPU %s already; nothing changed"),
                         name,
                         choice.uuid);
    else
      tell_choice (client, &choice); /* the VM had one that was gone */
    return TRUE;
  }
  if (!change (client, vm, xml, edited, choice.uuid, error))
    return unmake (client, made);
  tell_done (client, vm, &choice);
  return TRUE;
}

static gboolean
print_json (GvtClient *client, const char *uuid, GError **error)
{
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);
  const GvtVgpu *vgpu = objects != NULL ? gvt_resolve_vgpu (objects, uuid, getuid (), error) : NULL;
  JsonBuilder *builder = NULL;

  if (vgpu == NULL)
    return FALSE;
  builder = json_builder_new ();
  gvt_json_add_vgpu (builder, vgpu);
  gvt_display_json (builder);
  return TRUE;
}

static gboolean
run_attach (GvtClient *client, char **args, GError **error)
{
  g_autofree char *uuid = NULL;
  GVariant *settings = NULL;

  if (options.type != NULL && options.vgpu != NULL) {
    g_set_error (error,
                 G_OPTION_ERROR,
                 G_OPTION_ERROR_BAD_VALUE,
                 _ ("--type makes a vGPU and --vgpu takes one there is: give one of them"));
    return FALSE;
  }
  settings = gvt_edit_settings (NULL, error);
  if (settings == NULL)
    return FALSE;
  g_variant_unref (g_variant_ref_sink (settings));
  gvt_edit_settings_tell_preset (client);
  if (!attach (client, args[0], &uuid, error))
    return FALSE;
  return !client->json || options.dry_run || print_json (client, uuid, error);
}

const GvtVerb gvt_verb_attach = {
  .name = "attach",
  .synopsis = "DOMAIN [--type TYPE | --vgpu UUID|LABEL] " GVT_EDIT_SETTINGS_SYNOPSIS " [--dry-run]",
  .summary = N_ ("Give a VM a vGPU: make one or take one there is, and edit the VM"),
  .details = N_ (
      "The vGPU that it makes exists from the VM's start to the VM's end. Attaching again changes\n"
      "nothing, or the settings that are given; “detach” takes everything back.\n"),
  .examples = "gvt-client attach win10\n"
              "gvt-client attach win10 --preset windows-uefi --dry-run\n"
              "gvt-client attach win10 --type V5_4 --display spice-gl\n",
  .options = entries,
  .settings = gvt_edit_settings_entries,
  .min_args = 1,
  .max_args = 1,
  .run = run_attach,
};
