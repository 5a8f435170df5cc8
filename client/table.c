/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lays text out in columns. Pure: the same cells give the same lines. Any thread. Must not print.
 */

#include "table.h"

#include <string.h>

typedef struct {
  char *text;
  GvtStyle style;
} Cell;

struct _GvtTable {
  guint columns;
  GArray *cells; /* the headings first */
};

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
  g_array_set_clear_func (table->cells, (GDestroyNotify) cell_clear);
  for (; headings[table->columns] != NULL; table->columns++)
    add_cell (table, headings[table->columns], GVT_STYLE_HEADING);
  return table;
}

void
gvt_table_free (GvtTable *table)
{
  g_clear_pointer (&table->cells, g_array_unref);
  g_free (table);
}

void
gvt_table_add (GvtTable *table, const char *text, GvtStyle style)
{
  gboolean empty = text == NULL || *text == '\0';

  add_cell (table, empty ? "-" : text, empty ? GVT_STYLE_FAINT : style);
}

static guint
text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_iszerowidth (c))
      width += g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}

static void
render_row (GvtTable *table,
            guint first,
            const guint *widths,
            const char *indent,
            gboolean colour,
            GString *out)
{
  g_string_append (out, indent);
  for (guint i = 0; i < table->columns; i++) {
    const Cell *cell = &g_array_index (table->cells, Cell, first + i);
    g_autofree char *styled = gvt_terminal_style (cell->text, cell->style, colour);

    g_string_append (out, styled);
    if (i + 1 < table->columns) {
      guint padding = widths[i] - text_width (cell->text) + 2;

      g_string_append_printf (out, "%*s", (int) padding, "");
    }
  }
  while (g_str_has_suffix (out->str, " "))
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

char *
gvt_table_render (GvtTable *table, const char *indent, gboolean colour)
{
  g_autofree guint *widths = g_new0 (guint, table->columns);
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
  for (guint row = headed ? 0 : table->columns; row < table->cells->len; row += table->columns)
    render_row (table, row, widths, indent, colour, out);
  return g_string_free (out, FALSE);
}
