/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any command line of a running kernel: a parameter that is added at its end is seen, unless it is in
 * quotation marks there, and counts more than those before it.
 */

#include <string.h>

#include "fuzz-host.h"
#include "host-facts.h"

#define COMMAND_LINE "/proc/cmdline"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Scratch *host = fuzz_host ();
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *more = g_strconcat (text, " i915.enable_gvt=last\n", NULL);
  g_autoptr (GvtHostFacts) facts = NULL;
  guint quotes = 0;

  for (const char *at = text; *at != '\0'; at++)
    quotes += *at == '"';
  scratch_write (host, COMMAND_LINE, more);
  facts = gvt_host_facts_read (host->root);
  g_assert_nonnull (facts->command_line);
  if (quotes % 2 == 0)
    g_assert_cmpstr (gvt_host_argument (facts, "i915.enable_gvt"), ==, "last");
  return 0;
}
