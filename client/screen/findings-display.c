/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Findings as text and as JSON. Pure. Any thread. Must not judge them.
 */

#include "findings-display.h"

#include "json-output.h"
#include "terminal.h"
#include "wrap.h"

/* Columns of sentences that are easy to read. */
#define EASY_WIDTH 96

static const struct {
  GvtFindingState state;
  GvtStyle style;
  const char *mark;
  const char *plain_mark; /* in locales without such letters */
  const char *heading;
} groups[] = {
  { GVT_FINDING_BLOCKER, GVT_STYLE_BAD, "✗", "x", N_ ("In the way") },
  { GVT_FINDING_WARNING, GVT_STYLE_ATTENTION, "!", "!", N_ ("Will not work for everybody") },
  { GVT_FINDING_UNKNOWN, GVT_STYLE_ATTENTION, "?", "?", N_ ("Could not be seen") },
  { GVT_FINDING_NOTE, GVT_STYLE_PLAIN, "•", "-", N_ ("Worth knowing") },
  { GVT_FINDING_OK, GVT_STYLE_GOOD, "✓", "+", N_ ("In order") },
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
append_wrapped (GString *text, const char *before, const char *line, guint width)
{
  g_autofree char *whole = g_strconcat (before, line, NULL);
  g_autofree char *clean = gvt_terminal_clean (whole);
  g_autofree char *wrapped = gvt_wrap (clean, width);

  if (*line != '\0')
    g_string_append_printf (text, "%s\n", wrapped);
}

static void
append_evidence (GString *text, const char *evidence, guint group, guint width, gboolean colour)
{
  const char *mark = g_get_charset (NULL) ? groups[group].mark : groups[group].plain_mark;
  g_autofree char *point = gvt_terminal_point (mark, groups[group].style, evidence, width, colour);

  g_string_append (text, point);
}

static void
append_trouble (GString *text, const GvtFinding *finding, guint group, guint width, gboolean colour)
{
  guint easy = width > 0 ? MIN (width, EASY_WIDTH) : EASY_WIDTH;

  append_evidence (text, finding->evidence, group, width, colour);
  append_wrapped (text, "      ", finding->meaning, easy);
  append_wrapped (text, "      → ", finding->remedy, easy);
  append_line (text, "        ", finding->command, GVT_STYLE_HEADING, colour);
}

static guint
append_group (GString *text,
              const GPtrArray *findings,
              guint group,
              gboolean brief,
              guint width,
              gboolean colour)
{
  g_autofree char *heading =
      gvt_terminal_style (_ (groups[group].heading), GVT_STYLE_HEADING, colour);
  guint count = 0;

  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    if (finding->state != groups[group].state)
      continue;
    if (count++ == 0)
      g_string_append_printf (text, "%s%s:\n", text->len > 0 ? "\n" : "", heading);
    if (brief)
      append_evidence (text, finding->evidence, group, width, colour);
    else
      append_trouble (text, finding, group, width, colour);
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

/* The fix that all blockers with a fix have, empty if there is none; NULL if they differ. */
static const char *
find_only_fix (const GPtrArray *findings)
{
  const char *fix = "";

  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    if (finding->state != GVT_FINDING_BLOCKER || *finding->fix == '\0')
      continue;
    if (*fix != '\0' && !g_str_equal (fix, finding->fix))
      return NULL;
    fix = finding->fix;
  }
  return fix;
}

/* Adds what has to be done first, up to the first thing that no command does. */
static void
add_steps (GPtrArray *steps, const GPtrArray *findings)
{
  gboolean several = find_only_fix (findings) == NULL;

  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);
    const char *step = *finding->fix != '\0' && several ? "gvt-client setup"
                       : *finding->command != '\0'      ? finding->command
                                                        : finding->remedy;

    if (finding->state != GVT_FINDING_BLOCKER || *step == '\0')
      continue;
    if (!g_ptr_array_find_with_equal_func (steps, step, g_str_equal, NULL))
      g_ptr_array_add (steps, (gpointer) step);
    if (step == finding->remedy)
      return;
  }
}

/* Whether one of the steps puts parameters on the kernel's command line. */
static gboolean
wants_reboot (const GPtrArray *findings, const GPtrArray *steps)
{
  gboolean sets_up = FALSE;
  gboolean parameters = FALSE;

  for (guint i = 0; i < steps->len; i++)
    sets_up = sets_up || g_str_has_prefix (g_ptr_array_index (steps, i), "gvt-client setup");
  for (guint i = 0; i < findings->len; i++) {
    const GvtFinding *finding = g_ptr_array_index (findings, i);

    parameters = parameters || (finding->state == GVT_FINDING_BLOCKER &&
                                g_str_equal (finding->fix, "kernel-parameters"));
  }
  return sets_up && parameters;
}

/* A person who knows nothing yet can go by this list alone. */
static void
append_steps (GString *text, const GPtrArray *findings, gboolean colour)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new ();

  add_steps (steps, findings);
  if (wants_reboot (findings, steps))
    g_ptr_array_add (steps, (gpointer) "systemctl reboot");
  if (steps->len == 1) {
    append_line (text, _ ("Begin with: "), g_ptr_array_index (steps, 0), GVT_STYLE_HEADING, colour);
    return;
  }
  g_string_append_printf (text, "%s\n", _ ("To do, in this order:"));
  g_ptr_array_add (steps, (gpointer) "gvt-client check");
  for (guint i = 0; i < steps->len; i++) {
    g_autofree char *number = g_strdup_printf ("  %u. ", i + 1);

    append_line (text, number, g_ptr_array_index (steps, i), GVT_STYLE_HEADING, colour);
  }
}

char *
gvt_findings_render (const GPtrArray *findings, guint width, gboolean colour)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    append_group (text, findings, i, groups[i].state == GVT_FINDING_OK, width, colour);
  g_string_append_c (text, '\n');
  if (gvt_findings_block (findings))
    append_steps (text, findings, colour);
  else
    append_line (text, "", _ ("Nothing is in the way of a vGPU."), GVT_STYLE_GOOD, colour);
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
