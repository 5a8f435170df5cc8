/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A write to an attribute on its way through the program. One thread; nothing blocks: a write
 * that the simulated kernel lets wait is simply kept and answered later.
 */
#include "write.h"

SimWrite *
sim_write_new (SimNode *node,
               const char *text,
               gsize length,
               pid_t pid,
               SimWriteDone done,
               gpointer data)
{
  SimWrite *write = g_new0 (SimWrite, 1);

  write->node = sim_node_ref (node);
  write->text = g_malloc (length + 1);
  memcpy (write->text, text, length);
  write->text[length] = '\0';
  write->length = length;
  write->pid = pid;
  write->done = done;
  write->done_data = data;
  return write;
}

void
sim_write_finish (SimWrite *write, gssize result)
{
  write->done (write, result, write->done_data);
  sim_node_unref (write->node, 1);
  g_free (write->text);
  g_free (write);
}

void
sim_write_on_interrupt (SimWrite *write, SimWriteInterrupted interrupted, gpointer data)
{
  write->interrupted = interrupted;
  write->interrupted_data = data;
}

void
sim_write_interrupt (SimWrite *write)
{
  if (write->interrupted != NULL)
    write->interrupted (write, write->interrupted_data);
}
