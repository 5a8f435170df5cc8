/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between the file system and the attributes: statistics and faults that concern any write, in
 * this order: an injected errno, a delay, a block. One thread. A block of `remove` is not here,
 * since a blocked removal has already begun (vgpu.c).
 */
#include "gate.h"

#include "vgpu.h"

#include <errno.h>

typedef struct {
  SimHost *host;
  SimWrite *write;
} Delayed;

static void
run_store (SimWrite *write)
{
  if (write->node->detached)
    sim_write_finish (write, -ENODEV);
  else
    write->node->attr->store (write->node, write);
}

static void
waiting_interrupted (SimWrite *write, gpointer data)
{
  SimHost *host = data;

  if (sim_faults_block (host->faults, write->node->name) != SIM_BLOCK_KILLABLE)
    return;
  g_queue_remove (&host->waiting, write);
  sim_write_finish (write, -EINTR);
}

static void
run_or_wait (SimHost *host, SimWrite *write)
{
  const char *name = write->node->name;

  if (g_str_equal (name, "remove") || sim_faults_block (host->faults, name) == SIM_BLOCK_NONE) {
    run_store (write);
    return;
  }
  g_queue_push_tail (&host->waiting, write);
  sim_write_on_interrupt (write, waiting_interrupted, host);
}

static gboolean
delay_is_over (gpointer data)
{
  Delayed *delayed = data;

  run_or_wait (delayed->host, delayed->write);
  return G_SOURCE_REMOVE;
}

static void
count_write (SimHost *host, const char *name)
{
  if (g_str_equal (name, "create"))
    host->stats.creates++;
  else if (g_str_equal (name, "remove"))
    host->stats.removes++;
  else
    host->stats.other_writes++;
}

void
sim_gate_submit (SimHost *host, SimWrite *write)
{
  const char *name = write->node->name;
  guint delay = sim_faults_delay (host->faults, name);
  int error;

  count_write (host, name);
  error = sim_faults_use (host->faults, name);
  if (error != 0) {
    sim_write_finish (write, -error);
  } else if (delay > 0) {
    Delayed *delayed = g_new (Delayed, 1);

    *delayed = (Delayed){ host, write };
    g_timeout_add_full (G_PRIORITY_DEFAULT, delay, delay_is_over, delayed, g_free);
  } else {
    run_or_wait (host, write);
  }
}

void
sim_gate_count_result (SimHost *host, SimNode *node, gssize result)
{
  if (result >= 0)
    return;
  if (g_str_equal (node->name, "create"))
    host->stats.failed_creates++;
  else if (g_str_equal (node->name, "remove"))
    host->stats.failed_removes++;
}

static void
finish_removals (SimHost *host)
{
  g_autoptr (GList) vgpus = g_hash_table_get_values (host->vgpus);
  GList *at;

  for (at = vgpus; at != NULL; at = at->next)
    sim_vgpu_try_finish_removal (at->data);
}

void
sim_gate_release (SimHost *host, const char *attribute)
{
  guint left;

  if (g_str_equal (attribute, "remove")) {
    finish_removals (host);
    return;
  }
  for (left = host->waiting.length; left > 0; left--) {
    SimWrite *write = g_queue_pop_head (&host->waiting);

    sim_write_on_interrupt (write, NULL, NULL);
    run_or_wait (host, write);
  }
}
