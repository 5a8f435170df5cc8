/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiting on the main loop, for what happens rather than for how long it takes.
 */

#include "wait.h"

#include <stdlib.h>

static gboolean
give_up (gpointer user_data)
{
  g_printerr ("waited in vain\n");
  abort ();
}

static gboolean
tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* What a worker does last, and other processes, wakes no main loop. */
void
wait_until (Condition condition, gpointer user_data)
{
  guint deadline = g_timeout_add_seconds (30, give_up, NULL);
  guint ticks = g_timeout_add (20, tick, NULL);

  while (!condition (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (ticks);
  g_source_remove (deadline);
}

void
wait_take_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
is_there (gpointer user_data)
{
  return *(GAsyncResult **) user_data != NULL;
}

void
wait_for_result (GAsyncResult **result)
{
  wait_until (is_there, result);
}
