/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `status`: one screen with GPUs, the room on them, and all vGPUs. Main thread. Must not
 * change anything.
 */

#include "display.h"
#include "json-output.h"

#include <string.h>
#include <unistd.h>

static void
show_gpu (const GvtObjects *objects, const GvtGpu *gpu)
{
  static const char *const no_headings[] = { "", "", "", "", NULL };
  gboolean colour = gvt_terminal_wants_colour (STDOUT_FILENO);
  g_autoptr (GvtTable) table = gvt_table_new (no_headings);
  g_autofree char *line = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *styled = NULL;

  line = g_strdup_printf ("GPU %s%s%s%s%s%s%s",
                          gpu->name,
                          *gpu->model != '\0' ? "  " : "",
                          gpu->model,
                          *gpu->driver != '\0' ? "  (" : "",
                          gpu->driver,
                          *gpu->driver != '\0' ? ")" : "",
                          gpu->boot_vga ? "  boot display" : "");
  clean = gvt_terminal_clean (line);
  styled = gvt_terminal_style (clean, GVT_STYLE_HEADING, colour);
  gvt_terminal_write (styled);
  gvt_terminal_write ("\n");
  if (*gpu->render_node != '\0') {
    g_autofree char *node = gvt_terminal_clean (gpu->render_node);

    gvt_terminal_write ("  ");
    gvt_terminal_write (node);
    gvt_terminal_write ("\n");
  }
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);
    g_autofree char *memory = gvt_display_memory (type);
    g_autofree char *room = g_strdup_printf ("%u free", type->available_instances);
    gboolean full = type->available_instances == 0;

    if (strcmp (type->gpu_path, gpu->path) != 0)
      continue;
    gvt_table_add (table, type->id, full ? GVT_STYLE_FAINT : GVT_STYLE_PLAIN);
    gvt_table_add (table, memory, full ? GVT_STYLE_FAINT : GVT_STYLE_PLAIN);
    gvt_table_add (table, type->resolution, full ? GVT_STYLE_FAINT : GVT_STYLE_PLAIN);
    gvt_table_add (table, full ? "no room" : room, full ? GVT_STYLE_FAINT : GVT_STYLE_GOOD);
  }
  gvt_display_table (table, "  ");
  gvt_terminal_write ("\n");
}

static const char *
first_type_with_room (const GvtObjects *objects)
{
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);

    if (type->available_instances > 0)
      return type->id;
  }
  return NULL;
}

static void
say_what_is_next (const GvtClient *client, const GvtObjects *objects)
{
  const char *type = first_type_with_room (objects);

  if (objects->types->len == 0)
    gvt_display_no_types (client, objects);
  else if (objects->vgpus->len == 0 && type != NULL)
    gvt_terminal_talk (
        client,
        "No vGPU yet. To give one to a VM of yours:  gvt-client attach VM --type %s\n"
        "To make one by itself:                      gvt-client create %s",
        type,
        type);
  else if (objects->vgpus->len == 0)
    gvt_terminal_talk (client, "No vGPU, and no room for one: the host itself uses the memory.");
}

static void
print_json (const GvtObjects *objects)
{
  JsonBuilder *builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "gpus");
  json_builder_begin_array (builder);
  for (guint i = 0; i < objects->gpus->len; i++)
    gvt_json_add_gpu (builder, objects, g_ptr_array_index (objects->gpus, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "vgpus");
  json_builder_begin_array (builder);
  for (guint i = 0; i < objects->vgpus->len; i++)
    gvt_json_add_vgpu (builder, g_ptr_array_index (objects->vgpus, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = gvt_json_end (builder, TRUE);
  gvt_terminal_write (text);
}

static gboolean
run_status (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);

  if (objects == NULL)
    return FALSE;
  if (client->json) {
    print_json (objects);
    return TRUE;
  }
  for (guint i = 0; i < objects->gpus->len; i++)
    show_gpu (objects, g_ptr_array_index (objects->gpus, i));
  if (objects->vgpus->len > 0) {
    g_autoptr (GvtTable) table = gvt_display_vgpus (objects);

    gvt_display_table (table, "");
    gvt_display_failures (client, objects);
  }
  say_what_is_next (client, objects);
  return TRUE;
}

const GvtVerb gvt_verb_status = {
  .name = "status",
  .synopsis = "",
  .summary = "Show GPUs, the room on them, and vGPUs on one screen (the default)",
  .examples = "gvt-client\n"
              "gvt-client status --json\n",
  .run = run_status,
};
