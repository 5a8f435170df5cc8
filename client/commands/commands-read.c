/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs that only look: `gpus`, `types`, `list`, `show`. Main thread. Must not change anything.
 */

#include "display.h"
#include "json-output.h"
#include "owner.h"
#include "resolve.h"

#include <string.h>
#include <unistd.h>

static gboolean
run_gpus (GvtClient *client, char **args, GError **error)
{
  static const char *const headings[] = { N_ ("NAME"), N_ ("MODEL"),       N_ ("DRIVER"),
                                          N_ ("BOOT"), N_ ("RENDER NODE"), NULL };
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);
  g_autoptr (GvtTable) table = gvt_table_new (headings);

  if (objects == NULL)
    return FALSE;
  if (client->json) {
    JsonBuilder *builder = json_builder_begin_array (json_builder_new ());

    for (guint i = 0; i < objects->gpus->len; i++)
      gvt_json_add_gpu (builder, NULL, g_ptr_array_index (objects->gpus, i));
    gvt_display_json (json_builder_end_array (builder));
    return TRUE;
  }
  for (guint i = 0; i < objects->gpus->len; i++) {
    const GvtGpu *gpu = g_ptr_array_index (objects->gpus, i);

    gvt_table_add (table, gpu->name, GVT_STYLE_HEADING);
    gvt_table_add (table, gpu->model, GVT_STYLE_PLAIN);
    gvt_table_add (table, gpu->driver, GVT_STYLE_PLAIN);
    gvt_table_add (table, gpu->boot_vga ? _ ("yes") : _ ("no"), GVT_STYLE_PLAIN);
    gvt_table_add (table, gpu->render_node, GVT_STYLE_PLAIN);
  }
  gvt_table_may (table, GVT_TABLE_CUT, 1, 12);
  gvt_table_may (table, GVT_TABLE_DROP, 3, 0);
  if (objects->gpus->len > 0)
    gvt_display_table (table, "");
  else
    gvt_display_no_types (client, objects);
  return TRUE;
}

static gboolean
run_types (GvtClient *client, char **args, GError **error)
{
  static const char *const headings[] = { N_ ("TYPE"),    N_ ("GPU"),
                                          N_ ("FREE"),    N_ ("MEMORY"),
                                          N_ ("DISPLAY"), N_ ("FENCES"),
                                          N_ ("WEIGHT"),  NULL };
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);
  g_autoptr (GvtTable) table = gvt_table_new (headings);

  if (objects == NULL)
    return FALSE;
  if (client->json) {
    JsonBuilder *builder = json_builder_begin_array (json_builder_new ());

    for (guint i = 0; i < objects->types->len; i++)
      gvt_json_add_type (builder, g_ptr_array_index (objects->types, i));
    gvt_display_json (json_builder_end_array (builder));
    return TRUE;
  }
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);
    g_autofree char *memory = gvt_display_memory (type);
    g_autofree char *free_count = g_strdup_printf ("%u", type->available_instances);
    g_autofree char *fences = type->fences > 0 ? g_strdup_printf ("%u", type->fences) : NULL;
    g_autofree char *weight = type->weight > 0 ? g_strdup_printf ("%u/16", type->weight) : NULL;

    gvt_table_add (table, type->id, GVT_STYLE_HEADING);
    gvt_table_add (table, type->gpu, GVT_STYLE_PLAIN);
    gvt_table_add (table,
                   free_count,
                   type->available_instances > 0 ? GVT_STYLE_GOOD : GVT_STYLE_FAINT);
    gvt_table_add (table, memory, GVT_STYLE_PLAIN);
    gvt_table_add (table, type->resolution, GVT_STYLE_PLAIN);
    gvt_table_add (table, fences, GVT_STYLE_PLAIN);
    gvt_table_add (table, weight, GVT_STYLE_PLAIN);
  }
  for (guint column = 6; column >= 4; column--) /* what the type's name says anyway comes last */
    gvt_table_may (table, GVT_TABLE_DROP, column, 0);
  if (objects->types->len > 0)
    gvt_display_table (table, "");
  else
    gvt_display_no_types (client, objects);
  return TRUE;
}

static gboolean
run_list (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);

  if (objects == NULL)
    return FALSE;
  if (client->json) {
    JsonBuilder *builder = json_builder_begin_array (json_builder_new ());

    for (guint i = 0; i < objects->vgpus->len; i++)
      gvt_json_add_vgpu (builder, g_ptr_array_index (objects->vgpus, i));
    gvt_display_json (json_builder_end_array (builder));
  } else if (objects->vgpus->len > 0) {
    g_autoptr (GvtTable) table = gvt_display_vgpus (client, objects);

    gvt_display_table (table, "");
    gvt_display_failures (client, objects);
  } else {
    gvt_terminal_talk (client, _ ("No vGPU."));
  }
  return TRUE;
}

/* The VM by name and UUID, as far as they are known. */
static char *
describe_vm (const GvtVgpu *vgpu, GHashTable *names)
{
  g_autofree char *name = gvt_display_vm (vgpu, names);

  if (*vgpu->domain == '\0')
    return g_steal_pointer (&name);
  if (g_str_has_prefix (vgpu->domain, name))
    return g_strdup (vgpu->domain);
  return g_strdup_printf ("%s (%s)", name, vgpu->domain);
}

static void
show_vgpu (const GvtVgpu *vgpu, GHashTable *names)
{
  static const char *const no_headings[] = { "", "", NULL };
  g_autofree char *owner = gvt_owner_name (vgpu->owner_uid);
  g_autofree char *owner_and_uid = g_strdup_printf (_ ("%s (uid %u)"), owner, vgpu->owner_uid);
  g_autofree char *vm = describe_vm (vgpu, names);
  g_autoptr (GvtTable) table = gvt_table_new (no_headings);
  const struct {
    const char *name;
    const char *value;
  } rows[] = {
    { N_ ("UUID"), vgpu->uuid },
    { N_ ("Label"), vgpu->label },
    { N_ ("GPU"), vgpu->gpu },
    { N_ ("Type"), vgpu->type },
    { N_ ("State"), vgpu->state },
    { N_ ("Failure"), vgpu->failure },
    { N_ ("Defined"), vgpu->defined ? _ ("yes") : _ ("no, gone after a reboot") },
    { N_ ("Start"), vgpu->start },
    { N_ ("Owner"), owner_and_uid },
    { N_ ("VM"), vm },
    { N_ ("Node"), vgpu->device_node },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (strcmp (rows[i].name, "Failure") == 0 && *vgpu->failure == '\0')
      continue;
    gvt_table_add (table, _ (rows[i].name), GVT_STYLE_HEADING);
    gvt_table_add (table,
                   rows[i].value,
                   strcmp (rows[i].name, "State") == 0 ? gvt_display_state_style (vgpu->state)
                                                       : GVT_STYLE_PLAIN);
  }
  gvt_display_table (table, "");
}

static gboolean
run_show (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);
  const GvtVgpu *vgpu;

  if (objects == NULL)
    return FALSE;
  vgpu = gvt_resolve_vgpu (objects, args[0], getuid (), error);
  if (vgpu == NULL)
    return FALSE;
  if (client->json) {
    JsonBuilder *builder = json_builder_new ();

    gvt_json_add_vgpu (builder, vgpu);
    gvt_display_json (builder);
  } else {
    g_autoptr (GHashTable) names = gvt_display_vm_names (client, objects);

    show_vgpu (vgpu, names);
  }
  return TRUE;
}

const GvtVerb gvt_verb_gpus = {
  .name = "gpus",
  .synopsis = "",
  .summary = N_ ("List the GPUs that can be divided"),
  .examples = "gvt-client gpus --json\n",
  .run = run_gpus,
};

const GvtVerb gvt_verb_types = {
  .name = "types",
  .synopsis = "",
  .summary = N_ ("List the sizes of vGPU that the GPUs offer, and how many more of each"),
  .details = N_ (
      "MEMORY is the graphics memory that the CPU can map (it comes from the GPU's aperture,\n"
      "which all types share) and the memory beyond; DISPLAY the largest resolution; WEIGHT\n"
      "the share of GPU time in contention.\n"),
  .examples = "gvt-client types\n",
  .run = run_types,
};

const GvtVerb gvt_verb_list = {
  .name = "list",
  .synopsis = "",
  .summary = N_ ("List the vGPUs, active or only defined, whoever made them"),
  .examples = "gvt-client list --json | jq -r '.[] | select(.active) | .uuid'\n",
  .run = run_list,
};

const GvtVerb gvt_verb_show = {
  .name = "show",
  .synopsis = "UUID|LABEL",
  .summary = N_ ("Show everything about a vGPU"),
  .examples = "gvt-client show win10\n",
  .min_args = 1,
  .max_args = 1,
  .run = run_show,
};
