/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any file as the configuration: what is taken is within the limits, and what is refused is refused with
 * the file and a line that it has.
 */

#include "configuration.h"

#include <stdio.h>
#include <string.h>

#include "fuzz-host.h"

static void
check_refusal (const char *message, const uint8_t *data, size_t size)
{
  guint lines = 1;
  guint line = 0;

  for (size_t i = 0; i < size; i++)
    lines += data[i] == '\n';
  g_assert_cmpint (sscanf (message, GVT_CONFIGURATION ":%u: ", &line), ==, 1);
  g_assert_cmpuint (line, >=, 1);
  g_assert_cmpuint (line, <=, lines);
  g_assert_true (g_utf8_validate (message, -1, NULL));
}

static void
check_names (char **names)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    g_assert_cmpint (*names[i], !=, '\0');
    g_assert_null (strpbrk (names[i], "/; \t\n"));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Scratch *host = fuzz_host ();
  g_autoptr (GvtConfiguration) configuration = NULL;
  g_autoptr (GError) error = NULL;

  scratch_write_bytes (host, GVT_CONFIGURATION, data, size);
  configuration = gvt_configuration_load (host->root, &error);
  g_assert_true ((configuration == NULL) == (error != NULL));
  if (error != NULL && error->domain != G_FILE_ERROR)
    check_refusal (error->message, data, size);
  if (configuration == NULL)
    return 0;
  g_assert_cmpuint (configuration->vgpus_per_user, <=, 10000);
  g_assert_cmpuint (configuration->calls_per_user, >=, 1);
  g_assert_cmpuint (configuration->calls_per_user, <=, 10000);
  g_assert_cmpuint (configuration->calls, >=, 1);
  g_assert_cmpuint (configuration->calls, <=, 100000);
  g_assert_cmpuint (configuration->memory_lock_maximum, >, 0);
  check_names (configuration->types);
  check_names (configuration->gpus);
  return 0;
}
