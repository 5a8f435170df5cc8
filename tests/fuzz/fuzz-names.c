/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a name: a UUID is taken in one spelling, a label is short and plain, an object path
 * leads back to the name, and in a message a name is short and one line.
 */

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "fuzz.h"
#include "gvt-names.h"
#include "paths.h"
#include "record.h"
#include "uuid.h"

static void
check_uuid (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uuid = gvt_uuid_parse (text, &error);
  g_autofree char *path = NULL;
  g_autofree char *back = NULL;

  g_assert_true ((uuid == NULL) == (error != NULL));
  if (uuid == NULL)
    return;
  g_assert_cmpint (g_ascii_strcasecmp (uuid, text), ==, 0);
  g_assert_true (gvt_uuid_is_canonical (uuid));
  path = gvt_path_of_vgpu (uuid);
  g_assert_true (g_variant_is_object_path (path));
  back = gvt_path_to_uuid (path);
  g_assert_cmpstr (back, ==, uuid);
}

static void
check_path (const char *text)
{
  g_autofree char *path = gvt_path_of_gpu (text);
  g_autofree char *type = gvt_path_of_type ("0000:00:02.0", text);
  g_autofree char *uuid = gvt_path_to_uuid (text);
  char *name = NULL;

  g_assert_true (g_variant_is_object_path (path));
  g_assert_true (g_variant_is_object_path (type));
  g_assert_cmpint (sd_bus_path_decode (path, GVT_GPUS_PATH, &name), >, 0);
  g_assert_cmpstr (name, ==, text);
  free (name);
  if (uuid != NULL)
    g_assert_true (gvt_uuid_is_canonical (uuid));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *quoted = gvt_quote (text);

  check_uuid (text);
  check_path (text);
  if (gvt_label_check (text, NULL)) {
    g_assert_cmpuint (strlen (text), <=, 64);
    g_assert_null (strpbrk (text, "/\\\" \t\r\n"));
  }
  /* Each byte can become four, between the quotation marks. */
  g_assert_cmpuint (strlen (quoted), <=, 4 * 64 + strlen ("“”..."));
  g_assert_true (g_utf8_validate (quoted, -1, NULL));
  g_assert_null (strpbrk (quoted, "\r\n\033"));
  return 0;
}
