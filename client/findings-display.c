/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Findings as text and as JSON. Pure. Any thread. Must not judge them.
 */

#include "findings-display.h"

#include "json-output.h"
#include "table.h"

static const struct {
  GvtFindingState state;
  GvtStyle style;
  const char *heading;
} groups[] = {
  { GVT_FINDING_BLOCKER, GVT_STYLE_BAD, "In the way" },
  { GVT_FINDING_WARNING, GVT_STYLE_ATTENTION, "Will not work for everybody" },
  { GVT_FINDING_UNKNOWN, GVT_STYLE_ATTENTION, "Could not be seen" },
  { GVT_FINDING_NOTE, GVT_STYLE_PLAIN, "Worth knowing" },
  { GVT_FINDING_OK, GVT_STYLE_GOOD, "In order" },
};

static void
append_line (GString *text, const char *before, const char *line, GvtStyle style, gboolean colour)
{
  g_autofree char *clean = gvt_terminal_clean (line);
  g_autofree char *styled = gvt_terminal_style (clean, style, colour);

  if (*line != '\0')
    g_string_append_printf (text, "%s%s\n", before, styled);
}

static void
append_trouble (GString *text, const GvtFinding *finding, GvtStyle style, gboolean colour)
{
  append_line (text, "  ", finding->evidence, style, colour);
  append_line (text, "    ", finding->meaning, GVT_STYLE_PLAIN, colour);
  append_line (text, "    → ", finding->remedy, GVT_STYLE_PLAIN, colour);
  append_line (text, "      ", finding->command, GVT_STYLE_HEADING, colour);
}

static guint
append_group (GString *text,
              const GPtrArray *findings,
              guint group,
              gboolean brief,
              gboolean colour)
{
  g_autofree char *heading = gvt_terminal_style (groups[group].heading, GVT_STYLE_HEADING, colour);
  guint count = 0;

  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    if (finding->state != groups[group].state)
      continue;
    if (count++ == 0)
      g_string_append_printf (text, "%s%s:\n", text->len > 0 ? "\n" : "", heading);
    if (brief)
      append_line (text, "  ", finding->evidence, groups[group].style, colour);
    else
      append_trouble (text, finding, groups[group].style, colour);
  }
  return count;
}

const GvtFinding *
gvt_findings_first_blocker (const GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    if (finding->state == GVT_FINDING_BLOCKER)
      return finding;
  }
  return NULL;
}

gboolean
gvt_findings_block (const GPtrArray *findings)
{
  return gvt_findings_first_blocker (findings) != NULL;
}

char *
gvt_findings_render (const GPtrArray *findings, gboolean colour)
{
  GString *text = g_string_new (NULL);
  const GvtFinding *first = gvt_findings_first_blocker (findings);

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    append_group (text, findings, i, groups[i].state == GVT_FINDING_OK, colour);
  g_string_append_c (text, '\n');
  if (first == NULL)
    append_line (text, "", "Nothing is in the way of a vGPU.", GVT_STYLE_GOOD, colour);
  else
    append_line (text,
                 "Begin with: ",
                 *first->command != '\0' ? first->command : first->remedy,
                 GVT_STYLE_HEADING,
                 colour);
  return g_string_free (text, FALSE);
}

static void
add_finding (JsonBuilder *builder, const GvtFinding *finding)
{
  g_autofree char *family = gvt_finding_family (finding);

  json_builder_begin_object (builder);
  gvt_json_add_string (builder, "id", finding->id);
  gvt_json_add_string (builder, "family", family);
  gvt_json_add_string (builder, "state", gvt_finding_state_name (finding->state));
  gvt_json_add_string (builder, "evidence", finding->evidence);
  gvt_json_add_string (builder, "meaning", finding->meaning);
  gvt_json_add_string (builder, "remedy", finding->remedy);
  gvt_json_add_string (builder, "fix", finding->fix);
  gvt_json_add_string (builder, "command", finding->command);
  json_builder_end_object (builder);
}

char *
gvt_findings_json (const GPtrArray *findings)
{
  JsonBuilder *builder = json_builder_begin_array (json_builder_new ());

  for (guint group = 0; group < G_N_ELEMENTS (groups); group++) {
    for (guint i = 0; i < findings->len; i++) {
      const GvtFinding *finding = g_ptr_array_index (findings, i);

      if (finding->state == groups[group].state)
        add_finding (builder, finding);
    }
  }
  return gvt_json_end (json_builder_end_array (builder), TRUE);
}
