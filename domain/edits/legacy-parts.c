/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds what belongs to a vGPU that somebody attached by hand, and takes it out. Pure; any thread.
 * Must not read what it says (legacy.c does): what nobody understands has to go with its device too,
 * because QEMU does not start with a -set for a device that is not there.
 */

#include "legacy-parts.h"

#include "gvt-error.h"
#include "mdev.h"
#include "qemu-elements.h"

#include <string.h>

void
gvt_legacy_parts_free (GvtLegacyParts *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->options);
  g_ptr_array_unref (self->overrides);
  g_free (self);
}

static gboolean
several (GError **error)
{
  g_set_error_literal (error,
                       GVT_ERROR,
                       GVT_ERROR_CONFLICT,
                       "the domain has several mediated devices that were attached by hand; "
                       "remove those that are no vGPU of GVT-g first");
  return FALSE;
}

/* @number is what libvirt numbers it as among the host devices. */
static gboolean
find_device (GvtLegacyParts *self,
             const GvtElement *devices,
             const char *uuid,
             guint *number,
             GError **error)
{
  guint n_hostdevs = 0;

  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    g_autofree char *each = gvt_mdev_uuid (device);

    if (each != NULL && !gvt_mdev_has_our_alias (device) &&
        (uuid == NULL || g_str_equal (each, uuid))) {
      if (self->device != NULL)
        return several (error);
      self->device = device;
      *number = n_hostdevs;
    }
    n_hostdevs += gvt_element_is (device, "hostdev");
  }
  return TRUE;
}

gboolean
gvt_legacy_option_is (const GvtElement *value, const char *option)
{
  return gvt_element_is_in (value, GVT_QEMU_NAMESPACE, "arg") && value->previous != NULL &&
         gvt_element_is_in (value->previous, GVT_QEMU_NAMESPACE, "arg") &&
         gvt_element_has (value->previous, "value", option) &&
         gvt_element_attribute (value, "value") != NULL;
}

static gboolean
sets_device (const GvtElement *value, const char *const *ids)
{
  const char *text = gvt_element_attribute (value, "value");

  for (gsize i = 0; gvt_legacy_option_is (value, "-set") && ids[i] != NULL; i++) {
    g_autofree char *prefix = g_strdup_printf ("device.%s.", ids[i]);
    const char *equals = strchr (text, '=');

    if (equals != NULL && g_str_has_prefix (text, prefix) && text + strlen (prefix) <= equals)
      return TRUE;
  }
  return FALSE;
}

/* `vfio-pci,sysfsdev=/sys/bus/mdev/devices/UUID,...` */
static gboolean
is_device_option (const GvtElement *value, const char *uuid)
{
  const char *text = gvt_element_attribute (value, "value");
  g_autofree char *lower = NULL;

  if (!gvt_legacy_option_is (value, "-device") ||
      !(g_str_has_prefix (text, "vfio-pci,") || g_str_has_prefix (text, "vfio-pci-nohotplug,")) ||
      strstr (text, "sysfsdev=/sys/bus/mdev/") == NULL)
    return FALSE;
  lower = g_ascii_strdown (text, -1);
  return uuid == NULL || strstr (lower, uuid) != NULL;
}

static gboolean
find_options (GvtLegacyParts *self,
              const GvtElement *commandline,
              const char *uuid,
              const char *const *ids,
              GError **error)
{
  gboolean has_device = self->device != NULL;

  for (GvtElement *child = commandline != NULL ? commandline->first_child : NULL; child != NULL;
       child = child->next) {
    if (is_device_option (child, uuid)) {
      if (has_device)
        return several (error);
      has_device = TRUE;
      g_ptr_array_add (self->options, child);
    } else if (sets_device (child, ids)) {
      g_ptr_array_add (self->options, child);
    }
  }
  return TRUE;
}

GvtLegacyParts *
gvt_legacy_parts_find (const GvtDocument *document, const char *uuid, GError **error)
{
  const GvtElement *root = document->root;
  const GvtElement *devices = gvt_element_child (root, "devices");
  const GvtElement *commandline = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "commandline");
  const GvtElement *override = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "override");
  g_autoptr (GvtLegacyParts) self = g_new0 (GvtLegacyParts, 1);
  g_autofree char *numbered = NULL;
  const char *ids[3] = { NULL };
  guint number = 0;

  self->options = g_ptr_array_new ();
  self->overrides = g_ptr_array_new ();
  if (!find_device (self, devices, uuid, &number, error))
    return NULL;

  /* A host device is known to QEMU by its alias, else by its number. */
  if (self->device != NULL) {
    numbered = g_strdup_printf ("hostdev%u", number);
    ids[0] = numbered;
    ids[1] = gvt_element_attribute (gvt_element_child (self->device, "alias"), "name");
  }
  if (!find_options (self, commandline, uuid, ids, error))
    return NULL;
  for (GvtElement *device = override != NULL ? override->first_child : NULL; device != NULL;
       device = device->next) {
    const char *alias = gvt_element_attribute (device, "alias");

    if (alias != NULL && g_strv_contains (ids, alias))
      g_ptr_array_add (self->overrides, device);
  }
  return self->device != NULL || self->options->len > 0 ? g_steal_pointer (&self) : NULL;
}

void
gvt_legacy_parts_remove (const GvtLegacyParts *self,
                         GvtSplices *splices,
                         const GvtDocument *document,
                         GPtrArray *variables)
{
  const GvtElement *root = document->root;
  g_autoptr (GPtrArray) going = g_ptr_array_new ();

  for (guint i = 0; i < self->options->len; i++) {
    GvtElement *value = self->options->pdata[i];

    g_ptr_array_add (going, value->previous);
    g_ptr_array_add (going, value);
  }
  for (guint i = 0; variables != NULL && i < variables->len; i++)
    g_ptr_array_add (going, variables->pdata[i]);
  gvt_qemu_remove (splices,
                   document,
                   gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "commandline"),
                   going,
                   TRUE);
  gvt_qemu_remove (splices,
                   document,
                   gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "override"),
                   self->overrides,
                   TRUE);
}
