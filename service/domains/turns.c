/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose XML worker runs next. Main loop.
 */

#include "turns.h"

/* As many as fit into the service's memory at their largest, and leave it processors. */
#define AT_ONCE 4
#define AT_ONCE_PER_USER 2

typedef struct {
  guint32 uid;
  GvtTurnBegin begin;
  gpointer data;
} Turn;

static GQueue waiting = G_QUEUE_INIT; /* of Turn, in the order they came */
static guint32 running[AT_ONCE];      /* whose they are */
static guint n_running;

static guint
count_of (guint32 uid)
{
  guint count = 0;

  for (guint i = 0; i < n_running; i++)
    count += running[i] == uid;
  return count;
}

/* Of those whose user has the fewest, the one that has waited longest. */
static GList *
find_next (void)
{
  GList *best = NULL;
  guint fewest = AT_ONCE_PER_USER;

  for (GList *link = waiting.head; link != NULL; link = link->next) {
    guint count = count_of (((const Turn *) link->data)->uid);

    if (count < fewest) {
      fewest = count;
      best = link;
    }
  }
  return best;
}

static void
begin_next (void)
{
  GList *next;

  while (n_running < AT_ONCE && (next = find_next ()) != NULL) {
    g_autofree Turn *turn = next->data;

    g_queue_delete_link (&waiting, next);
    running[n_running++] = turn->uid;
    turn->begin (turn->data);
  }
}

void
gvt_turn_take (guint32 uid, GvtTurnBegin begin, gpointer data)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->uid = uid;
  turn->begin = begin;
  turn->data = data;
  g_queue_push_tail (&waiting, turn);
  begin_next ();
}

void
gvt_turn_end (guint32 uid)
{
  for (guint i = 0; i < n_running; i++) {
    if (running[i] != uid)
      continue;
    running[i] = running[--n_running];
    break;
  }
  begin_next ();
}
