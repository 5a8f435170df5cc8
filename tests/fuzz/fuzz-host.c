/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host of the fuzzers: made once, deleted at the end, and silent about what is wrong in its files.
 */

#include "fuzz-host.h"

#include <stdlib.h>

static Scratch *host;

static void
delete_host (void)
{
  g_clear_pointer (&host, scratch_free);
}

static GLogWriterOutput
write_what_is_wrong_with_us (GLogLevelFlags level,
                             const GLogField *fields,
                             gsize n_fields,
                             gpointer user_data)
{
  return (level & G_LOG_LEVEL_MASK) >= G_LOG_LEVEL_MESSAGE
             ? G_LOG_WRITER_HANDLED
             : g_log_writer_default (level, fields, n_fields, user_data);
}

Scratch *
fuzz_host (void)
{
  if (host == NULL) {
    g_log_set_writer_func (write_what_is_wrong_with_us, NULL, NULL);
    g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
    host = scratch_new ();
    atexit (delete_host);
  }
  return host;
}
