/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `status`: one screen with GPUs, the room on them, all vGPUs, and what to do next. Main
 * thread. Must not change anything, nor be slow for the sake of a name.
 */

#include "attention.h"
#include "check-service.h"
#include "display.h"
#include "findings-display.h"
#include "json-output.h"

#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 32

/* Graphics memory of a GPU that vGPUs have, and that they could have: a share of its aperture, which
 * is what runs out first (drivers/gpu/drm/i915/gvt/aperture_gm.c). In MiB. */
typedef struct {
  guint64 taken;
  guint64 whole;
} Room;

static Room
measure_room (const GvtObjects *objects, const GvtGpu *gpu)
{
  guint64 taken = 0;
  guint64 left = 0;

  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);

    if (strcmp (type->gpu_path, gpu->path) != 0)
      continue;
    left = MAX (left, (guint64) type->available_instances * type->low_memory_mib);
    for (guint j = 0; j < objects->vgpus->len; j++) {
      const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, j);

      if (vgpu->active && strcmp (vgpu->gpu, gpu->name) == 0 && strcmp (vgpu->type, type->id) == 0)
        taken += type->low_memory_mib;
    }
  }
  return (Room){ taken, taken + left };
}

static void
show_gpu_line (const GvtGpu *gpu)
{
  static const char *const no_headings[] = { "", "", "", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (no_headings);
  g_autofree char *title = g_strdup_printf ("GPU %s", gpu->name);
  g_autofree char *driver = NULL;

  driver = g_strdup_printf ("%s%s%s",
                            gpu->driver,
                            gpu->boot_vga && *gpu->driver != '\0' ? ", " : "",
                            gpu->boot_vga ? _ ("boot display") : "");
  gvt_table_add (table, title, GVT_STYLE_HEADING);
  gvt_table_add (table, gpu->model, GVT_STYLE_HEADING);
  gvt_table_add (table, driver, GVT_STYLE_PLAIN);
  gvt_table_may (table, GVT_TABLE_CUT, 1, 12);
  gvt_table_may (table, GVT_TABLE_DROP, 2, 0);
  gvt_display_table (table, "");
}

static void
show_room (const GvtObjects *objects, const GvtGpu *gpu)
{
  Room room = measure_room (objects, gpu);
  GvtStyle style = room.taken < room.whole ? GVT_STYLE_GOOD : GVT_STYLE_ATTENTION;
  gboolean colour = gvt_terminal_wants_colour (STDOUT_FILENO);
  g_autofree char *bar = gvt_terminal_bar (room.taken, room.whole, BAR_WIDTH);
  g_autofree char *styled = gvt_terminal_style (bar, style, colour);
  g_autofree char *line = NULL;

  if (room.whole == 0)
    return;
  /* Casts, because translators' tools know no G_GUINT64_FORMAT. */
  line = g_strdup_printf (_ ("%u of %u MiB taken"), (guint) room.taken, (guint) room.whole);
  gvt_terminal_write ("  ");
  gvt_terminal_write (styled);
  gvt_terminal_write ("  ");
  gvt_terminal_write (line);
  gvt_terminal_write ("\n\n");
}

static void
show_gpu (const GvtObjects *objects, const GvtGpu *gpu)
{
  static const char *const no_headings[] = { "", "", "", "", NULL };
  g_autoptr (GvtTable) table = gvt_table_new (no_headings);

  show_gpu_line (gpu);
  show_room (objects, gpu);
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);
    g_autofree char *memory = gvt_display_memory (type);
    g_autofree char *room = g_strdup_printf (_ ("room for %u"), type->available_instances);
    gboolean full = type->available_instances == 0;

    if (strcmp (type->gpu_path, gpu->path) != 0)
      continue;
    gvt_table_add (table, type->id, full ? GVT_STYLE_FAINT : GVT_STYLE_PLAIN);
    gvt_table_add (table, full ? _ ("no room") : room, full ? GVT_STYLE_FAINT : GVT_STYLE_GOOD);
    gvt_table_add (table, memory, full ? GVT_STYLE_FAINT : GVT_STYLE_PLAIN);
    gvt_table_add (table, type->resolution, full ? GVT_STYLE_FAINT : GVT_STYLE_PLAIN);
  }
  gvt_table_may (table, GVT_TABLE_DROP, 3, 0);
  gvt_table_may (table, GVT_TABLE_DROP, 2, 0);
  gvt_display_table (table, "  ");
  gvt_terminal_write ("\n");
}

static void
show_trouble (const char *what, GvtStyle style)
{
  g_autofree char *point = gvt_terminal_point ("!",
                                               style,
                                               what,
                                               gvt_terminal_width (STDOUT_FILENO),
                                               gvt_terminal_wants_colour (STDOUT_FILENO));

  gvt_terminal_write (point);
}

static void
show_attention (const GvtObjects *objects)
{
  g_autoptr (GPtrArray) list = gvt_attention_list (objects);

  if (list->len > 0)
    gvt_display_line ("\n", _ ("Needs attention:"), GVT_STYLE_HEADING);
  for (guint i = 0; i < list->len; i++) {
    const GvtAttention *attention = g_ptr_array_index (list, i);

    show_trouble (attention->what, GVT_STYLE_ATTENTION);
    if (attention->command != NULL)
      gvt_display_line ("      → ", attention->command, GVT_STYLE_HEADING);
  }
}

/* The host offers nothing: the service knows why. */
static void
show_obstacle (GvtClient *client, const GvtObjects *objects)
{
  g_autoptr (GPtrArray) findings = gvt_findings_new ();
  const GvtFinding *first;

  gvt_check_service (client, findings);
  first = gvt_findings_first_blocker (findings);
  if (first == NULL) {
    gvt_display_no_types (client, objects);
    return;
  }
  gvt_display_line ("", _ ("This host offers no vGPUs. First in the way:"), GVT_STYLE_HEADING);
  show_trouble (first->evidence, GVT_STYLE_BAD);
  gvt_display_line ("      → ",
                    *first->command != '\0' ? first->command : first->remedy,
                    GVT_STYLE_HEADING);
  gvt_terminal_talk (client, _ ("All there is to know:  gvt-client check"));
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
say_what_is_next (GvtClient *client, const GvtObjects *objects)
{
  const char *type = first_type_with_room (objects);

  if (objects->types->len == 0)
    show_obstacle (client, objects);
  else if (objects->vgpus->len == 0 && type != NULL)
    gvt_terminal_talk (
        client,
        _ ("No vGPU yet. To give one to a VM of yours:\n  gvt-client attach VM --type %s\n"
           "To make one by itself:\n  gvt-client create %s"),
        type,
        type);
  else if (objects->vgpus->len == 0)
    gvt_terminal_talk (client,
                       _ ("No vGPU, and no room for one: the host itself uses the memory."));
}

static void
print_json (const GvtObjects *objects)
{
  JsonBuilder *builder = json_builder_begin_object (json_builder_new ());

  gvt_json_add_number (builder, "schema", GVT_JSON_SCHEMA);
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
  gvt_display_json (json_builder_end_object (builder));
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
    g_autoptr (GvtTable) table = gvt_display_vgpus (client, objects);

    gvt_display_table (table, "");
    show_attention (objects);
  }
  say_what_is_next (client, objects);
  return TRUE;
}

const GvtVerb gvt_verb_status = {
  .name = "status",
  .synopsis = "",
  .summary = N_ ("Show GPUs, the room on them, and vGPUs on one screen (the default)"),
  .examples = "gvt-client\n"
              "gvt-client status --json\n",
  .run = run_status,
};
