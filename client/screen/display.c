/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the service's objects look to a person, wherever more than one verb shows them. Main thread.
 * Must not change anything.
 */

#include "display.h"

#include "diff.h"
#include "json-output.h"
#include "owner.h"
#include "vm-names.h"

#include <string.h>
#include <unistd.h>

/* Enough of a UUID to tell it from others, and to name a vGPU by; `show` has all of it. */
#define SHORT_UUID 8

/* How long a screen may wait for libvirt's answer. A daemon that runs needs a tenth of
 * it. */
#define NAMES_MS 500

char *
gvt_display_memory (const GvtType *type)
{
  if (type->low_memory_mib == 0 && type->high_memory_mib == 0)
    return g_strdup ("");
  return g_strdup_printf ("%u/%u MiB", type->low_memory_mib, type->high_memory_mib);
}

GvtStyle
gvt_display_state_style (const char *state)
{
  if (strcmp (state, "active") == 0)
    return GVT_STYLE_GOOD;
  if (strcmp (state, "failed") == 0)
    return GVT_STYLE_BAD;
  if (strcmp (state, "waiting") == 0)
    return GVT_STYLE_ATTENTION;
  return GVT_STYLE_PLAIN;
}

static gboolean
belongs_to_a_vm (const GvtVgpu *vgpu)
{
  return *vgpu->domain != '\0' || strcmp (vgpu->start, "domain") == 0;
}

GHashTable *
gvt_display_vm_names (const GvtClient *client, const GvtObjects *objects)
{
  for (guint i = 0; i < objects->vgpus->len; i++) {
    if (belongs_to_a_vm (g_ptr_array_index (objects->vgpus, i))) {
      g_autoptr (GvtVmNames) asked = gvt_vm_names_ask (client, FALSE);

      return gvt_vm_names_wait (asked, NAMES_MS);
    }
  }
  return NULL;
}

char *
gvt_display_vm (const GvtVgpu *vgpu, GHashTable *names)
{
  const char *name = NULL;

  if (names != NULL)
    name = g_hash_table_lookup (names, vgpu->domain);
  if (names != NULL && name == NULL)
    name = g_hash_table_lookup (names, vgpu->uuid);
  return name != NULL ? g_strdup (name) : g_strndup (vgpu->domain, SHORT_UUID);
}

static void
fit_vgpus (GvtTable *table)
{
  enum { LABEL, UUID, TYPE, OWNER, VM, START, STATE, NODE };

  gvt_table_may (table, GVT_TABLE_PREFIX, UUID, SHORT_UUID);
  gvt_table_may (table, GVT_TABLE_CUT, LABEL, 12);
  gvt_table_may (table, GVT_TABLE_CUT, VM, 12);
  gvt_table_may (table, GVT_TABLE_DROP, START, 0);
  gvt_table_may (table, GVT_TABLE_DROP, NODE, 0);
  gvt_table_may (table, GVT_TABLE_DROP, OWNER, 0);
}

GvtTable *
gvt_display_vgpus (const GvtClient *client, const GvtObjects *objects)
{
  static const char *const headings[] = { N_ ("LABEL"), N_ ("UUID"), N_ ("TYPE"),
                                          N_ ("OWNER"), N_ ("VM"),   N_ ("START"),
                                          N_ ("STATE"), N_ ("NODE"), NULL };
  GvtTable *table = gvt_table_new (headings);
  g_autoptr (GHashTable) names = gvt_display_vm_names (client, objects);

  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);
    g_autofree char *owner = gvt_owner_name (vgpu->owner_uid);
    g_autofree char *domain = gvt_display_vm (vgpu, names);

    gvt_table_add (table, vgpu->label, GVT_STYLE_HEADING);
    gvt_table_add (table, vgpu->uuid, GVT_STYLE_PLAIN);
    gvt_table_add (table, vgpu->type, GVT_STYLE_PLAIN);
    gvt_table_add (table, owner, GVT_STYLE_PLAIN);
    gvt_table_add (table, domain, GVT_STYLE_PLAIN);
    gvt_table_add (table, vgpu->start, GVT_STYLE_PLAIN);
    gvt_table_add (table, vgpu->state, gvt_display_state_style (vgpu->state));
    gvt_table_add (table, vgpu->device_node, GVT_STYLE_PLAIN);
  }
  fit_vgpus (table);
  return table;
}

void
gvt_display_failures (const GvtClient *client, const GvtObjects *objects)
{
  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);

    if (*vgpu->failure != '\0')
      gvt_terminal_talk (client,
                         "%s: %s",
                         *vgpu->label != '\0' ? vgpu->label : vgpu->uuid,
                         vgpu->failure);
  }
}

void
gvt_display_table (GvtTable *table, const char *indent)
{
  g_autofree char *text = NULL;

  gvt_table_set_width (table, gvt_terminal_width (STDOUT_FILENO));
  text = gvt_table_render (table, indent, gvt_terminal_wants_colour (STDOUT_FILENO));
  gvt_terminal_write (text);
}

void
gvt_display_line (const char *before, const char *text, GvtStyle style)
{
  g_autofree char *clean = gvt_terminal_clean (text);
  g_autofree char *styled =
      gvt_terminal_style (clean, style, gvt_terminal_wants_colour (STDOUT_FILENO));

  gvt_terminal_write (before);
  gvt_terminal_write (styled);
  gvt_terminal_write ("\n");
}

void
gvt_display_json (JsonBuilder *builder)
{
  g_autofree char *text = gvt_json_end (builder, TRUE);

  gvt_terminal_write (text);
}

char *
gvt_display_time (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (seconds);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("");
}

gboolean
gvt_display_diff (const char *before, const char *after, const char *name, GError **error)
{
  g_autofree char *before_label = g_strdup_printf (_ ("%s.xml (as it is)"), name);
  g_autofree char *after_label = g_strdup_printf (_ ("%s.xml (edited)"), name);
  g_autofree char *text = NULL;

  text = gvt_diff (before,
                   after,
                   before_label,
                   after_label,
                   gvt_terminal_wants_colour (STDOUT_FILENO),
                   error);
  if (text == NULL)
    return FALSE;
  gvt_terminal_write (text);
  return TRUE;
}

void
gvt_display_no_types (const GvtClient *client, const GvtObjects *objects)
{
  if (objects->gpus->len > 0) {
    /* i915 drops the types that do not fit (intel_gvt_init_vgpu_types) */
    gvt_terminal_talk (client,
                       _ ("GVT-g is on, but no type of vGPU fits into the GPU's aperture.\n"
                          "Set a larger aperture in the firmware's setup (256 MiB or more)."));
    return;
  }
  gvt_terminal_talk (client,
                     _ ("No GPU of this host offers vGPUs. What it takes:\n"
                        "  - an Intel GPU of the Broadwell to Comet Lake generations:"
                        " lspci -nn -d 8086::0300\n"
                        "  - i915 with GVT-g on, by the kernel parameter i915.enable_gvt=1:"
                        " cat /proc/cmdline\n"
                        "  - the module kvmgt, which makes an entry in /sys/class/mdev_bus:"
                        " modprobe kvmgt"));
}
