/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says what is being waited for while the main thread waits, from a thread of its own. Begun and
 * ended on the main thread. Must not write where no person looks, nor be there when nothing is slow.
 */

#include "progress.h"

#include "terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What takes less needs no words. */
#define PATIENCE (1 * G_TIME_SPAN_SECOND)

struct _GvtProgress {
  char *what;
  GThread *thread;
  GMutex lock;
  GCond changed;
  gboolean over;
  gboolean told;
};

static gboolean silent;

void
gvt_progress_silence (void)
{
  silent = TRUE;
}

/* Whether a line can be written over. */
static gboolean
is_erasable (void)
{
  const char *term = g_getenv ("TERM");

  return term != NULL && strcmp (term, "dumb") != 0;
}

static void
tell (GvtProgress *self, gint64 seconds)
{
  g_autofree char *dots = gvt_terminal_spell (STDERR_FILENO, "…");

  if (is_erasable ())
    fprintf (stderr, "\r\033[K%s%s %d s", self->what, dots, (int) seconds);
  else if (!self->told)
    fprintf (stderr, "%s%s\n", self->what, dots);
  fflush (stderr);
  self->told = TRUE;
}

static gpointer
watch (gpointer data)
{
  GvtProgress *self = data;
  gint64 begin = g_get_monotonic_time ();
  gint64 next = begin + PATIENCE;

  g_mutex_lock (&self->lock);
  while (!self->over) {
    if (g_cond_wait_until (&self->changed, &self->lock, next))
      continue;
    tell (self, (next - begin) / G_TIME_SPAN_SECOND);
    next += G_TIME_SPAN_SECOND;
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

GvtProgress *
gvt_progress_begin (const char *what)
{
  GvtProgress *self = NULL;

  if (silent || !isatty (STDERR_FILENO))
    return NULL;
  self = g_new0 (GvtProgress, 1);
  self->what = g_strdup (what);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("progress", watch, self);
  return self;
}

void
gvt_progress_end (GvtProgress *self)
{
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  if (self->told && is_erasable ()) {
    fputs ("\r\033[K", stderr);
    fflush (stderr);
  }
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->what);
  g_free (self);
}
