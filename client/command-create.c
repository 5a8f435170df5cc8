/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `create`. Main thread. Must not check what the service checks.
 */

#include "json-output.h"
#include "resolve.h"
#include "terminal.h"
#include "vgpu-calls.h"

#include <string.h>

static struct {
  char *gpu;
  char *uuid;
  char *label;
  char *start;
  gboolean define;
  gboolean inactive;
} options;

static const GOptionEntry entries[] = {
  { "gpu",
    0,
    0,
    GVT_OPTION_TEXT,
    &options.gpu,
    "On this GPU (default: where there is room)",
    "GPU" },
  { "uuid",
    0,
    0,
    GVT_OPTION_TEXT,
    &options.uuid,
    "With this UUID (default: a random one)",
    "UUID" },
  { "label", 0, 0, GVT_OPTION_TEXT, &options.label, "A name of your choosing", "LABEL" },
  { "define", 0, 0, G_OPTION_ARG_NONE, &options.define, "Keep it across reboots", NULL },
  { "start",
    0,
    0,
    GVT_OPTION_TEXT,
    &options.start,
    "Keep it; start it when: manual, domain, boot",
    "WHEN" },
  { "inactive",
    0,
    0,
    G_OPTION_ARG_NONE,
    &options.inactive,
    "Only define it, do not make the device",
    NULL },
  G_OPTION_ENTRY_NULL,
};

static GVariant *
create_options (void)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (options.uuid != NULL)
    g_variant_dict_insert (&dict, "uuid", "s", options.uuid);
  if (options.label != NULL)
    g_variant_dict_insert (&dict, "label", "s", options.label);
  if (options.start != NULL)
    g_variant_dict_insert (&dict, "start", "s", options.start);
  if (options.define || options.inactive)
    g_variant_dict_insert (&dict, "define", "b", TRUE);
  if (options.inactive)
    g_variant_dict_insert (&dict, "activate", "b", FALSE);
  return g_variant_dict_end (&dict);
}

static void
tell (GvtClient *client, const GvtVgpu *vgpu)
{
  if (client->json) {
    JsonBuilder *builder = json_builder_new ();
    g_autofree char *text = NULL;

    gvt_json_add_vgpu (builder, vgpu);
    text = gvt_json_end (builder, TRUE);
    gvt_terminal_write (text);
  } else {
    gvt_terminal_write (vgpu->uuid);
    gvt_terminal_write ("\n");
  }
  if (vgpu->active)
    gvt_terminal_talk (client,
                       "Created %s on %s; node %s",
                       vgpu->type,
                       vgpu->gpu,
                       *vgpu->device_node != '\0' ? vgpu->device_node : "not there yet");
  else
    gvt_terminal_talk (client, "Defined %s on %s; not active", vgpu->type, vgpu->gpu);
}

static gboolean
run_create (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtObjects) before = gvt_objects_fetch (client, error);
  g_autoptr (GvtObjects) after = NULL;
  g_autofree char *path = NULL;
  const GvtVgpu *vgpu;
  const char *type;

  if (before == NULL)
    return FALSE;
  type = gvt_resolve_type (before, args[0], error);
  if (type == NULL)
    return FALSE;
  path = gvt_vgpu_create (client,
                          options.gpu != NULL ? options.gpu : "",
                          type,
                          create_options (),
                          error);
  if (path == NULL)
    return FALSE;
  after = gvt_objects_fetch (client, error);
  if (after == NULL)
    return FALSE;
  vgpu = gvt_objects_find_vgpu (after, path);
  if (vgpu == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s is gone again", path);
    return FALSE;
  }
  tell (client, vgpu);
  return TRUE;
}

const GvtVerb gvt_verb_create = {
  .name = "create",
  .synopsis =
      "TYPE [--gpu GPU] [--uuid UUID] [--label LABEL] [--define] [--start WHEN] [--inactive]",
  .summary = "Make a vGPU; prints its UUID",
  .details = "TYPE is a type's name, or the end of one if that is clear: V5_4 for i915-GVTg_V5_4.\n"
             "The vGPU is yours: you may open its node, start, stop and remove it.\n",
  .examples = "gvt-client create i915-GVTg_V5_4\n"
              "gvt-client create V5_8 --label win10 --start boot\n",
  .options = entries,
  .min_args = 1,
  .max_args = 1,
  .run = run_create,
};
