/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tree.h"

G_BEGIN_DECLS

typedef void (*SimWriteDone) (SimWrite *write, gssize result, gpointer data);
typedef void (*SimWriteInterrupted) (SimWrite *write, gpointer data);

/**
 * SimWrite:
 * @node: what is written to
 * @text: the bytes, terminated for convenience
 * @length: how many
 * @pid: who writes
 *
 * One write() that has come in and not been answered. Whoever takes it answers it once, with
 * sim_write_finish(), at once or when the time has come.
 */
struct _SimWrite {
  SimNode *node;
  char *text;
  gsize length;
  pid_t pid;
  SimWriteDone done;
  gpointer done_data;
  SimWriteInterrupted interrupted;
  gpointer interrupted_data;
};

/** Makes a write to @node; @done is called with the number of bytes taken or minus an errno. */
SimWrite *sim_write_new (SimNode *node,
                         const char *text,
                         gsize length,
                         pid_t pid,
                         SimWriteDone done,
                         gpointer data);

/** Answers @write with @result bytes or minus an errno, and frees it. */
void sim_write_finish (SimWrite *write, gssize result);

/** Asks to be told when a signal reaches the writer; %NULL to be told no more. */
void sim_write_on_interrupt (SimWrite *write, SimWriteInterrupted interrupted, gpointer data);

/** Tells whoever asked that a signal has reached the writer. @write may be gone afterwards. */
void sim_write_interrupt (SimWrite *write);

G_END_DECLS
