/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "terminal.h"

G_BEGIN_DECLS

/**
 * GvtTable:
 *
 * Text in aligned columns under a heading.
 */
typedef struct _GvtTable GvtTable;

/**
 * gvt_table_new:
 * @headings: (array zero-terminated=1): one per column, marked for translation; "" all over for a table without a heading
 *
 * Returns: a table without rows; free with gvt_table_free().
 */
GvtTable *gvt_table_new (const char *const *headings);

void gvt_table_free (GvtTable *table);

/**
 * gvt_table_add:
 * @table: a table
 * @text: (nullable): the next cell's text; empty or NULL shows as "-"
 * @style: what it means
 *
 * Adds the next cell, left to right; a full row begins the next.
 */
void gvt_table_add (GvtTable *table, const char *text, GvtStyle style);

/**
 * GvtTableFit:
 * @GVT_TABLE_CUT: shorten its texts, with an ellipsis, to as few columns of the terminal as given
 * @GVT_TABLE_PREFIX: show as many first characters as given, all or nothing
 * @GVT_TABLE_DROP: leave the column out
 *
 * What may be done to a column so that the table fits.
 */
typedef enum {
  GVT_TABLE_CUT,
  GVT_TABLE_PREFIX,
  GVT_TABLE_DROP,
} GvtTableFit;

/**
 * gvt_table_may:
 * @table: a table
 * @fit: what may be done
 * @column: to this column, the first being 0
 * @least: how much of it has to stay
 *
 * Allows something when the table is too wide. What was allowed first is done first, and only as far
 * as needed; if all of it is not enough, the widest columns are cut.
 */
void gvt_table_may (GvtTable *table, GvtTableFit fit, guint column, guint least);

/**
 * gvt_table_set_width:
 * @table: a table
 * @width: the width that its lines may have; 0 for any
 */
void gvt_table_set_width (GvtTable *table, guint width);

/**
 * gvt_table_render:
 * @table: a table whose last row is full
 * @indent: what each line begins with
 * @colour: whether to colour
 *
 * Returns: the table's lines, without trailing spaces, each ending with a newline. Columns are as
 *   wide as a terminal shows their widest cell: East Asian letters two cells, combining marks none.
 */
char *gvt_table_render (GvtTable *table, const char *indent, gboolean colour);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtTable, gvt_table_free)

G_END_DECLS
