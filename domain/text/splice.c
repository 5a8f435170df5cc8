/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replacements at byte offsets, applied in one pass. Bytes outside them are copied, never written
 * anew. Pure; any thread.
 */

#include "splice.h"

#include "gvt-error.h"

#include <string.h>

typedef struct {
  gsize start;
  gsize end;
  guint order;
  char *text;
} Splice;

struct _GvtSplices {
  GArray *list;
};

static void
splice_clear (gpointer data)
{
  g_free (((Splice *) data)->text);
}

GvtSplices *
gvt_splices_new (void)
{
  GvtSplices *self = g_new0 (GvtSplices, 1);

  self->list = g_array_new (FALSE, FALSE, sizeof (Splice));
  g_array_set_clear_func (self->list, splice_clear);
  return self;
}

void
gvt_splices_free (GvtSplices *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->list);
  g_free (self);
}

void
gvt_splices_replace (GvtSplices *self, gsize start, gsize end, const char *text)
{
  Splice splice = {
    .start = start,
    .end = end,
    .order = self->list->len,
    .text = g_strdup (text),
  };

  g_return_if_fail (start <= end);

  g_array_append_val (self->list, splice);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Splice *left = a;
  const Splice *right = b;

  if (left->start != right->start)
    return left->start < right->start ? -1 : 1;
  return left->order < right->order ? -1 : 1;
}

char *
gvt_splices_apply (GvtSplices *self, const char *text, GError **error)
{
  g_autoptr (GString) result = g_string_new (NULL);
  gsize length = strlen (text);
  gsize done = 0;

  g_array_sort (self->list, compare);
  for (guint i = 0; i < self->list->len; i++) {
    const Splice *splice = &g_array_index (self->list, Splice, i);

    if (splice->start < done || splice->end > length) {
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_FAILED,
                   "two changes overlap at byte %" G_GSIZE_FORMAT,
                   splice->start);
      return NULL;
    }
    g_string_append_len (result, text + done, (gssize) (splice->start - done));
    g_string_append (result, splice->text);
    done = splice->end;
  }

  g_string_append (result, text + done);
  return g_string_free (g_steal_pointer (&result), FALSE);
}
