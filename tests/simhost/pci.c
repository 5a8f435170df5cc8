/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI devices and their DRM nodes in sysfs. One thread. Attributes, their format and the links
 * are those of drivers/pci/pci-sysfs.c; only what a program could ask of a GPU is there.
 */
#include "pci.h"

#include "group.h"

#include <string.h>

#define SUBSYSTEM_VENDOR 0x17aa
#define SUBSYSTEM_DEVICE 0x2292

/* pci_resource.flags of a 64-bit prefetchable and a 64-bit plain memory BAR, and an I/O BAR. */
#define FLAGS_APERTURE 0x14220c
#define FLAGS_REGISTERS 0x140204
#define FLAGS_IO 0x40101

/* The host bridge's directory, or that of a root port for a device on another bus. */
static SimNode *
bus_dir (SimHost *host, const char *address)
{
  g_autofree char *domain = g_strndup (address, 4);
  g_autofree char *path = g_strdup_printf ("devices/pci%s:00", domain);
  SimNode *root = sim_node_make_dir (host->sys, path);
  guint bus = g_ascii_xdigit_value (address[5]) * 16 + g_ascii_xdigit_value (address[6]);
  g_autofree char *port = NULL;

  if (bus == 0)
    return root;
  port = g_strdup_printf ("%s:00:%02x.%u", domain, bus / 8 + 1, bus % 8);
  return sim_node_make_dir (root, port);
}

static char *
resource_text (const SimPciSpec *spec)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 aperture = (guint64) spec->aperture << 20;
  int line;

  for (line = 0; line < 13; line++) {
    guint64 start = line == 0 ? 0xb0000000 : line == 2 ? 0x4000000000 : line == 4 ? 0x3000 : 0;
    guint64 size = line == 0 ? 0x1000000 : line == 2 ? aperture : line == 4 ? 0x40 : 0;
    guint flags = line == 0   ? FLAGS_REGISTERS
                  : line == 2 ? FLAGS_APERTURE
                  : line == 4 ? FLAGS_IO
                              : 0;

    g_string_append_printf (text,
                            "%s0x%016" G_GINT64_MODIFIER "x 0x%016" G_GINT64_MODIFIER "x 0x%016x",
                            line > 0 ? "\n" : "",
                            start,
                            size > 0 ? start + size - 1 : 0,
                            flags);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_identity (SimNode *dir, const SimPciSpec *spec)
{
  g_autofree char *resource = resource_text (spec);
  g_autofree char *driver_line = NULL;
  g_autofree char *modalias = NULL;
  g_autofree char *uevent = NULL;

  modalias = g_strdup_printf ("pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X",
                              spec->vendor,
                              spec->device,
                              SUBSYSTEM_VENDOR,
                              SUBSYSTEM_DEVICE,
                              spec->class_code >> 16,
                              spec->class_code >> 8 & 0xff,
                              spec->class_code & 0xff);
  driver_line = spec->driver != NULL ? g_strdup_printf ("DRIVER=%s\n", spec->driver)
                                     : g_strdup ("");
  uevent = g_strdup_printf ("%sPCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\n"
                            "PCI_SLOT_NAME=%s\nMODALIAS=%s\n",
                            driver_line,
                            spec->class_code,
                            spec->vendor,
                            spec->device,
                            SUBSYSTEM_VENDOR,
                            SUBSYSTEM_DEVICE,
                            spec->address,
                            modalias);

  sim_node_add_format (dir, "vendor", "0x%04x", spec->vendor);
  sim_node_add_format (dir, "device", "0x%04x", spec->device);
  sim_node_add_format (dir, "subsystem_vendor", "0x%04x", SUBSYSTEM_VENDOR);
  sim_node_add_format (dir, "subsystem_device", "0x%04x", SUBSYSTEM_DEVICE);
  sim_node_add_format (dir, "class", "0x%06x", spec->class_code);
  sim_node_add_text (dir, "revision", "0x02");
  sim_node_add_text (dir, "numa_node", "-1");
  sim_node_add_text (dir, "modalias", modalias);
  sim_node_add_text (dir, "resource", resource);
  if (spec->class_code >> 8 == 0x0300)
    sim_node_add_text (dir, "boot_vga", spec->boot_vga ? "1" : "0");
  sim_host_add_uevent (dir, uevent);
  sim_host_add_power (dir);
}

static void
add_drm_node (SimHost *host, SimNode *device, const char *name, guint minor)
{
  g_autofree char *path = g_strdup_printf ("drm/%s", name);
  SimNode *dir = sim_node_make_dir (device, path);
  SimNode *class_dir = sim_node_find (host->sys, "class/drm");
  g_autofree char *uevent = NULL;
  guint major = sim_devnodes_major (host->nodes);

  uevent = g_strdup_printf ("MAJOR=%u\nMINOR=%u\nDEVNAME=dri/%s\nDEVTYPE=drm_minor\n",
                            major,
                            minor,
                            name);
  sim_node_add_format (dir, "dev", "%u:%u", major, minor);
  sim_node_add_link (dir, "device", device);
  sim_node_add_link (dir, "subsystem", class_dir);
  sim_host_add_uevent (dir, uevent);
  sim_host_add_power (dir);
  sim_node_add_link (class_dir, name, dir);
}

static void
add_drm (SimHost *host, SimNode *device, const SimPciSpec *spec)
{
  guint index = host->gpus++;
  g_autofree char *card = g_strdup_printf ("card%u", index);
  g_autofree char *render = g_strdup_printf ("renderD%u", index + 128);

  add_drm_node (host, device, card, sim_devnodes_dri_minor (index, FALSE));
  add_drm_node (host, device, render, sim_devnodes_dri_minor (index, TRUE));
  sim_devnodes_add_gpu (host->nodes, index, spec->address);
}

SimNode *
sim_pci_add (SimHost *host, const SimPciSpec *spec)
{
  SimNode *bus = sim_node_find (host->sys, "bus/pci");
  SimNode *dir = sim_node_make_dir (bus_dir (host, spec->address), spec->address);
  gboolean assigned = g_strcmp0 (spec->driver, "vfio-pci") == 0;

  add_identity (dir, spec);
  sim_node_add_link (dir, "subsystem", bus);
  sim_node_add_link (sim_node_child (bus, "devices"), spec->address, dir);
  if (spec->driver != NULL) {
    SimNode *driver = sim_node_make_dir (sim_node_child (bus, "drivers"), spec->driver);

    sim_node_add_link (dir, "driver", driver);
    sim_node_add_link (driver, spec->address, dir);
  }
  if (spec->class_code >> 16 == 0x03 && spec->driver != NULL && !assigned)
    add_drm (host, dir, spec);
  if (assigned) {
    guint group = sim_group_add (host, dir, spec->address, NULL);

    sim_group_open (host, group);
    sim_devnodes_add_group (host->nodes, group, SIM_NODE_DEVICE);
  }
  return dir;
}
