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
 * @headings: (array zero-terminated=1): one per column; "" all over for a table without a heading
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
