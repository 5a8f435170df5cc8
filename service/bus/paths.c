/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Object paths from names and back. Pure.
 */

#include "paths.h"

#include <stdlib.h>
#include <systemd/sd-bus.h>

#include "gvt-names.h"
#include "uuid.h"

/* Escaped as systemd escapes a bus label, so that `busctl` and systemd's own tools spell it alike. */
static char *
encode (const char *prefix, const char *name)
{
  char *encoded = NULL;
  char *path;

  if (sd_bus_path_encode (prefix, name, &encoded) < 0)
    return g_strdup ("/");
  path = g_strdup (encoded);
  free (encoded);
  return path;
}

char *
gvt_path_of_gpu (const char *parent)
{
  return encode (GVT_GPUS_PATH, parent);
}

char *
gvt_path_of_type (const char *parent, const char *type)
{
  g_autofree char *gpu = gvt_path_of_gpu (parent);
  g_autofree char *prefix = g_strconcat (gpu, "/types", NULL);

  return encode (prefix, type);
}

char *
gvt_path_of_vgpu (const char *uuid)
{
  char *path = g_strconcat (GVT_VGPUS_PATH "/", uuid, NULL);

  g_strdelimit (path + strlen (GVT_VGPUS_PATH "/"), "-", '_');
  return path;
}

char *
gvt_path_to_uuid (const char *path)
{
  g_autofree char *uuid = NULL;

  if (!g_str_has_prefix (path, GVT_VGPUS_PATH "/"))
    return NULL;
  uuid = g_strdelimit (g_strdup (path + strlen (GVT_VGPUS_PATH "/")), "_", '-');
  return gvt_uuid_is_canonical (uuid) ? g_steal_pointer (&uuid) : NULL;
}
