/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two threads and two numbers: one is changed under a GMutex, the other, with an argument, under none.
 * ThreadSanitizer has to find the second, and has to be silent about the first.
 */

#include <glib.h>

static GMutex lock;
static guint numbers[2];

static gpointer
count (gpointer racing)
{
  for (guint i = 0; i < 10000; i++) {
    g_mutex_lock (&lock);
    numbers[0]++;
    g_mutex_unlock (&lock);
    if (racing != NULL)
      numbers[1]++;
  }
  return NULL;
}

int
main (int argc, char **argv)
{
  gpointer racing = argc > 1 ? argv[1] : NULL;
  GThread *thread = g_thread_new ("planted", count, racing);

  count (racing);
  g_thread_join (thread);
  return numbers[0] == 20000 ? 0 : 1;
}
