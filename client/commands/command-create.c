/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `create`. Main thread. Must not check what the service checks.
 */

#include "display.h"
#include "gvt-error.h"
#include "json-output.h"
#include "resolve.h"
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
    N_ ("On this GPU (default: where there is room)"),
    "GPU" },
  { "uuid",
    0,
    0,
    GVT_OPTION_TEXT,
    &options.uuid,
    N_ ("With this UUID (default: a random one)"),
    "UUID" },
  { "label", 0, 0, GVT_OPTION_TEXT, &options.label, N_ ("A name of your choosing"), "LABEL" },
  { "define", 0, 0, G_OPTION_ARG_NONE, &options.define, N_ ("Keep it across reboots"), NULL },
  { "start",
    0,
    0,
    GVT_OPTION_TEXT,
    &options.start,
    N_ ("Keep it; start it when: manual, domain, boot"),
    "WHEN" },
  { "inactive",
    0,
    0,
    G_OPTION_ARG_NONE,
    &options.inactive,
    N_ ("Only define it, do not make the device"),
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

    gvt_json_add_vgpu (builder, vgpu);
    gvt_display_json (builder);
  } else {
    gvt_terminal_write (vgpu->uuid);
    gvt_terminal_write ("\n");
  }
  if (vgpu->active)
    gvt_terminal_talk (client,
                       _ ("Created %s on %s; node %s"),
                       vgpu->type,
                       vgpu->gpu,
                       *vgpu->device_node != '\0' ? vgpu->device_node : _ ("not there yet"));
  else
    gvt_terminal_talk (client, _ ("Defined %s on %s; not active"), vgpu->type, vgpu->gpu);
}

static char *
create (GvtClient *client, const char *type, GError **error)
{
  return gvt_vgpu_create (client,
                          options.gpu != NULL ? options.gpu : "",
                          type,
                          create_options (),
                          error);
}

/* Most say a type's whole name; what there is is asked for only when the service knows no such type. */
static char *
create_of_type (GvtClient *client, const char *word, GError **error)
{
  g_autoptr (GvtObjects) objects = NULL;
  g_autoptr (GError) unknown = NULL;
  char *path = create (client, word, &unknown);
  const char *type;

  if (path != NULL)
    return path;
  if (g_error_matches (unknown, GVT_ERROR, GVT_ERROR_NOT_FOUND)) {
    objects = gvt_objects_fetch (client, error);
    type = objects != NULL ? gvt_resolve_type (objects, word, error) : NULL;
    if (type == NULL)
      return NULL;
    if (!g_str_equal (type, word))
      return create (client, type, error);
  }
  g_propagate_error (error, g_steal_pointer (&unknown));
  return NULL;
}

static gboolean
run_create (GvtClient *client, char **args, GError **error)
{
  g_autofree char *path = create_of_type (client, args[0], error);
  g_autoptr (GvtObjects) made = NULL;

  if (path != NULL)
    made = gvt_objects_fetch_vgpu (client, path, error);
  if (made == NULL)
    return FALSE;
  tell (client, gvt_objects_find_vgpu (made, path));
  return TRUE;
}

const GvtVerb gvt_verb_create = {
  .name = "create",
  .synopsis =
      "TYPE [--gpu GPU] [--uuid UUID] [--label LABEL] [--define] [--start WHEN] [--inactive]",
  .summary = N_ ("Make a vGPU; prints its UUID"),
  .details = N_ (
      "TYPE is a type's name, or the end of one if that is clear: V5_4 for i915-GVTg_V5_4.\n"
      "The vGPU is yours: you may open its node, start, stop and remove it.\n"),
  .examples = "gvt-client create i915-GVTg_V5_4\n"
              "gvt-client create V5_8 --label win10 --start boot\n",
  .options = entries,
  .min_args = 1,
  .max_args = 1,
  .run = run_create,
};
