/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Smallest-free-first numbers in a bitmap: IOMMU groups, vfio devices, a GPU's vGPU ids. One
 * thread. Taking a number out of ten thousand looks at a few hundred words.
 */
#include "ids.h"

struct _SimIds {
  GArray *words;
  guint first;
};

SimIds *
sim_ids_new (guint first)
{
  SimIds *ids = g_new0 (SimIds, 1);

  ids->words = g_array_new (FALSE, TRUE, sizeof (guint64));
  ids->first = first;
  return ids;
}

void
sim_ids_free (SimIds *ids)
{
  g_array_unref (ids->words);
  g_free (ids);
}

guint
sim_ids_take (SimIds *ids)
{
  guint64 *word;
  guint bit;
  guint i;

  for (i = 0; i < ids->words->len; i++) {
    if (g_array_index (ids->words, guint64, i) != G_MAXUINT64)
      break;
  }
  if (i == ids->words->len)
    g_array_set_size (ids->words, i + 1);

  word = &g_array_index (ids->words, guint64, i);
  bit = __builtin_ctzll (~*word);
  *word |= G_GUINT64_CONSTANT (1) << bit;
  return ids->first + i * 64 + bit;
}

void
sim_ids_release (SimIds *ids, guint id)
{
  guint slot = id - ids->first;

  g_return_if_fail (id >= ids->first && slot / 64 < ids->words->len);
  g_array_index (ids->words, guint64, slot / 64) &= ~(G_GUINT64_CONSTANT (1) << (slot % 64));
}
