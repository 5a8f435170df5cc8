/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any file as a definition: the type of one that is taken is a name that fits in a path and on the bus;
 * a change to it either is there when it is read again, or is refused and leaves the file as it was.
 */

#include "definition.h"

#include <string.h>

#include "fuzz-host.h"

#define PARENT "0000:00:02.0"
#define VGPU "cb33ec6d-ad44-4702-b80f-c176f56afea1"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Scratch *host = fuzz_host ();
  g_autofree char *path = gvt_definition_locate (PARENT, VGPU);
  g_autofree char *after = NULL;
  g_autoptr (GvtDefinition) definition = NULL;
  g_autoptr (GvtDefinition) again = NULL;
  g_autoptr (GError) error = NULL;

  scratch_write_bytes (host, path, data, size);
  definition = gvt_definition_read (host->root, PARENT, VGPU, FALSE, &error);
  g_assert_true ((definition == NULL) == (error != NULL));
  if (definition == NULL)
    return 0;
  g_assert_true (g_utf8_validate (definition->type, -1, NULL));
  g_assert_cmpuint (strlen (definition->type), >, 0);
  g_assert_cmpuint (strlen (definition->type), <=, 128);
  g_assert_null (strpbrk (definition->type, "/\n"));

  definition->automatic = !definition->automatic;
  if (gvt_definition_save (host->root, definition, &error)) {
    again = gvt_definition_read (host->root, PARENT, VGPU, FALSE, NULL);
    g_assert_true (gvt_definition_equal (again, definition));
  } else {
    g_assert_nonnull (error);
    after = scratch_read (host, path);
    g_assert_cmpmem (after, strlen (after), data, size);
  }
  return 0;
}
