/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of PCI devices for people, from the hardware database that udev uses. Worker threads only.
 */

#include "pci-model.h"

#include <systemd/sd-hwdb.h>

#include "sysfs.h"

/* Where systemd-hwdb puts it: made by the administrator, by a package trigger, or shipped. */
static const char *const databases[] = {
  "/etc/udev/hwdb.bin",
  "/usr/lib/udev/hwdb.bin",
  "/lib/udev/hwdb.bin",
};

static char *
look_up (GvtRoot *root, const char *modalias)
{
  for (gsize i = 0; i < G_N_ELEMENTS (databases); i++) {
    g_autofree char *path = gvt_root_locate (root, databases[i]);
    const char *model = NULL;
    char *copy = NULL;
    sd_hwdb *hwdb = NULL;

    if (sd_hwdb_new_from_path (path, &hwdb) < 0)
      continue;
    if (sd_hwdb_get (hwdb, modalias, "ID_MODEL_FROM_DATABASE", &model) >= 0 &&
        g_utf8_validate (model, -1, NULL))
      copy = g_strdup (model);
    sd_hwdb_unref (hwdb);
    if (copy != NULL)
      return copy;
  }
  return NULL;
}

static char *
read_id (GvtRoot *root, const char *device, const char *name)
{
  g_autofree char *path = g_build_filename (device, name, NULL);
  char *id = gvt_sysfs_read (root, path);

  if (id != NULL && g_str_has_prefix (id, "0x"))
    memmove (id, id + 2, strlen (id) - 1);
  return id;
}

char *
gvt_pci_model (GvtRoot *root, const char *device)
{
  g_autofree char *modalias_path = g_build_filename (device, "modalias", NULL);
  g_autofree char *modalias = gvt_sysfs_read (root, modalias_path);
  g_autofree char *vendor = read_id (root, device, "vendor");
  g_autofree char *id = read_id (root, device, "device");
  char *model = NULL;

  if (vendor == NULL || id == NULL)
    return g_strdup ("");
  if (modalias != NULL && g_str_has_prefix (modalias, "pci:"))
    model = look_up (root, modalias);
  return model != NULL ? model : g_strdup_printf ("%s:%s", vendor, id);
}
