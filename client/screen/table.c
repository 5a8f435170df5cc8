/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lays text out in columns that fit a width. Pure: the same cells give the same lines. Any thread.
 * Must not print.
 */

#include "table.h"

#include <string.h>

typedef struct {
  char *text;
  GvtStyle style;
} Cell;

typedef struct {
  GvtTableFit fit;
  guint column;
  guint least;
} Rule;

struct _GvtTable {
  guint columns;
  guint width;   /* 0: any */
  GArray *cells; /* the headings first */
  GArray *rules; /* what may be done to fit, in this order */
};

/* Between two columns. */
#define GAP 2

/* What has to stay of a column when nothing else helps. */
#define LEAST_COLUMN 4

static void
cell_clear (Cell *cell)
{
  g_clear_pointer (&cell->text, g_free);
}

static void
add_cell (GvtTable *table, const char *text, GvtStyle style)
{
  Cell cell = { gvt_terminal_clean (text), style };

  g_array_append_val (table->cells, cell);
}

GvtTable *
gvt_table_new (const char *const *headings)
{
  GvtTable *table = g_new0 (GvtTable, 1);

  table->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  table->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (table->cells, (GDestroyNotify) cell_clear);
  for (; headings[table->columns] != NULL; table->columns++)
    add_cell (table,
              *headings[table->columns] != '\0' ? _ (headings[table->columns]) : "",
              GVT_STYLE_HEADING);
  return table;
}

void
gvt_table_free (GvtTable *table)
{
  g_clear_pointer (&table->cells, g_array_unref);
  g_clear_pointer (&table->rules, g_array_unref);
  g_free (table);
}

void
gvt_table_add (GvtTable *table, const char *text, GvtStyle style)
{
  gboolean empty = text == NULL || *text == '\0';

  add_cell (table, empty ? "-" : text, empty ? GVT_STYLE_FAINT : style);
}

void
gvt_table_may (GvtTable *table, GvtTableFit fit, guint column, guint least)
{
  Rule rule = { fit, column, least };

  g_return_if_fail (column < table->columns);
  g_array_append_val (table->rules, rule);
}

void
gvt_table_set_width (GvtTable *table, guint width)
{
  table->width = width;
}

static guint
letter_width (const char *letter)
{
  gunichar c = g_utf8_get_char (letter);

  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

static guint
text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += letter_width (p);
  return width;
}

static guint
line_width (const GvtTable *table, const guint *widths, const char *indent)
{
  guint width = text_width (indent);
  guint shown = 0;

  for (guint i = 0; i < table->columns; i++) {
    width += widths[i];
    shown += widths[i] > 0;
  }
  return width + (shown > 1 ? (shown - 1) * GAP : 0);
}

static guint
widest_column (const GvtTable *table, const guint *widths)
{
  guint widest = 0;

  for (guint i = 1; i < table->columns; i++) {
    if (widths[i] > widths[widest])
      widest = i;
  }
  return widest;
}

/* Narrows @widths until a line fits; @prefix says which columns show the beginning of a text. */
static void
fit (const GvtTable *table, guint *widths, gboolean *prefix, const char *indent)
{
  guint line = line_width (table, widths, indent);
  guint widest;

  for (guint i = 0; i < table->rules->len && line > table->width; i++) {
    const Rule *rule = &g_array_index (table->rules, Rule, i);
    guint *width = &widths[rule->column];
    guint excess = line - table->width;

    if (rule->fit == GVT_TABLE_DROP)
      *width = 0;
    else if (rule->fit == GVT_TABLE_PREFIX)
      *width = MIN (*width, rule->least);
    else if (*width > rule->least)
      *width = *width > rule->least + excess ? *width - excess : rule->least;
    prefix[rule->column] = rule->fit == GVT_TABLE_PREFIX;
    line = line_width (table, widths, indent);
  }
  for (widest = widest_column (table, widths); line > table->width && widths[widest] > LEAST_COLUMN;
       widest = widest_column (table, widths)) {
    widths[widest]--;
    line--;
  }
}

/* As much of @text as @width takes. */
static char *
cut (const char *text, guint width, gboolean prefix)
{
  guint room = prefix ? width : width - 1;
  const char *end = text;
  const char *ellipsis = g_get_charset (NULL) ? "…" : "~";

  if (text_width (text) <= width)
    return g_strdup (text);
  for (guint taken = 0; taken + letter_width (end) <= room; end = g_utf8_next_char (end))
    taken += letter_width (end);
  return g_strdup_printf ("%.*s%s", (int) (end - text), text, prefix ? "" : ellipsis);
}

static void
render_row (const GvtTable *table,
            guint first,
            const guint *widths,
            const gboolean *prefix,
            const char *indent,
            gboolean colour,
            GString *out)
{
  guint column = text_width (indent);
  guint written = column;

  g_string_append (out, indent);
  for (guint i = 0; i < table->columns; i++) {
    const Cell *cell = &g_array_index (table->cells, Cell, first + i);
    g_autofree char *text = NULL;
    g_autofree char *styled = NULL;

    if (widths[i] == 0)
      continue;
    text = cut (cell->text, widths[i], prefix[i]);
    styled = gvt_terminal_style (text, cell->style, colour);
    if (*text != '\0') {
      g_string_append_printf (out, "%*s%s", (int) (column - written), "", styled);
      written = column + text_width (text);
    }
    column += widths[i] + GAP;
  }
  while (g_str_has_suffix (out->str, " "))
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

char *
gvt_table_render (GvtTable *table, const char *indent, gboolean colour)
{
  g_autofree guint *widths = g_new0 (guint, table->columns);
  g_autofree gboolean *prefix = g_new0 (gboolean, table->columns);
  GString *out = g_string_new (NULL);
  gboolean headed = FALSE;

  g_return_val_if_fail (table->cells->len % table->columns == 0, g_string_free (out, FALSE));

  for (guint i = 0; i < table->cells->len; i++) {
    const Cell *cell = &g_array_index (table->cells, Cell, i);
    guint *width = &widths[i % table->columns];

    *width = MAX (*width, text_width (cell->text));
    if (i < table->columns && *cell->text != '\0')
      headed = TRUE;
  }
  if (table->width > 0)
    fit (table, widths, prefix, indent);
  for (guint row = headed ? 0 : table->columns; row < table->cells->len; row += table->columns)
    render_row (table, row, widths, prefix, indent, colour, out);
  return g_string_free (out, FALSE);
}
