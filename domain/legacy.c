/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds an attachment that somebody made by hand: a <hostdev> with -set, <qemu:override> or -device
 * recipes around it, environment that mends graphics, and the display that goes with them.
 * Pure; any thread.
 */

#include "legacy.h"

#include <string.h>

#include "gvt-error.h"
#include "legacy-property.h"
#include "mdev.h"
#include "qemu-elements.h"

static GvtLegacy *
legacy_new (void)
{
  GvtLegacy *self = g_new0 (GvtLegacy, 1);

  self->settings = gvt_domain_settings_from_variant (NULL, NULL);
  self->arguments = g_ptr_array_new ();
  self->overrides = g_ptr_array_new ();
  return self;
}

void
gvt_legacy_free (GvtLegacy *self)
{
  if (self == NULL)
    return;

  g_free (self->uuid);
  gvt_domain_settings_free (self->settings);
  g_ptr_array_unref (self->arguments);
  g_ptr_array_unref (self->overrides);
  g_free (self);
}

/* The hand-made mediated device, and what libvirt numbers it as among the host devices. */
static gboolean
find_device (const GvtElement *devices, GvtElement **found, guint *number, GError **error)
{
  guint n_hostdevs = 0;

  *found = NULL;
  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    g_autofree char *uuid = gvt_mdev_uuid (device);

    if (uuid != NULL && !gvt_mdev_has_our_alias (device)) {
      if (*found != NULL) {
        g_set_error_literal (error,
                             GVT_ERROR,
                             GVT_ERROR_CONFLICT,
                             "the domain has several mediated devices that were attached by hand; "
                             "remove those that are no vGPU of GVT-g first");
        return FALSE;
      }
      *found = device;
      *number = n_hostdevs;
    }
    n_hostdevs += gvt_element_is (device, "hostdev");
  }
  return TRUE;
}

/* Both of the two neighbours @option and its value, if @element is the value. */
static gboolean
is_value_of (const GvtElement *element, const char *option)
{
  return gvt_element_is_in (element, GVT_QEMU_NAMESPACE, "arg") && element->previous != NULL &&
         gvt_element_is_in (element->previous, GVT_QEMU_NAMESPACE, "arg") &&
         gvt_element_has (element->previous, "value", option) &&
         gvt_element_attribute (element, "value") != NULL;
}

static void
take_option (GvtLegacy *self, GvtElement *value)
{
  g_ptr_array_add (self->arguments, value->previous);
  g_ptr_array_add (self->arguments, value);
}

/* `device.ID.NAME=VALUE`, with the ID of ours. */
static gboolean
read_set (GvtLegacy *self,
          GvtLegacyReading *reading,
          GvtElement *element,
          const char *const *ids,
          GError **error)
{
  const char *value = gvt_element_attribute (element, "value");
  const char *equals = strchr (value, '=');

  for (gsize i = 0; ids[i] != NULL; i++) {
    g_autofree char *prefix = g_strdup_printf ("device.%s.", ids[i]);
    g_autofree char *name = NULL;

    if (equals == NULL || !g_str_has_prefix (value, prefix) || value + strlen (prefix) > equals)
      continue;

    name = g_strndup (value + strlen (prefix), (gsize) (equals - value) - strlen (prefix));
    take_option (self, element);
    return gvt_legacy_read_property (reading, name, equals + 1, error);
  }
  return TRUE;
}

static gboolean
read_device_option (GvtLegacy *self, GvtLegacyReading *reading, GvtElement *element, GError **error)
{
  const char *value = gvt_element_attribute (element, "value");

  if (!(g_str_has_prefix (value, "vfio-pci,") || g_str_has_prefix (value, "vfio-pci-nohotplug,")) ||
      strstr (value, "sysfsdev=/sys/bus/mdev/") == NULL)
    return TRUE;

  if (self->device != NULL || reading->uuid != NULL) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_CONFLICT,
                         "the domain has several mediated devices that were attached by hand; "
                         "remove those that are no vGPU of GVT-g first");
    return FALSE;
  }

  take_option (self, element);
  return gvt_legacy_read_device (reading, value, error);
}

static void
read_variable (GvtLegacy *self, GvtElement *element)
{
  if (gvt_element_has (element, "name", "MESA_LOADER_DRIVER_OVERRIDE") &&
      gvt_element_has (element, "value", "i965"))
    self->settings->workarounds |= GVT_WORKAROUND_MESA_I965;
  else if (gvt_element_has (element, "name", "INTEL_DEBUG") &&
           gvt_element_has (element, "value", "norbc"))
    self->settings->workarounds |= GVT_WORKAROUND_INTEL_NORBC;
  else
    return;

  g_ptr_array_add (self->arguments, element);
}

static gboolean
read_commandline (GvtLegacy *self,
                  GvtLegacyReading *reading,
                  const GvtElement *commandline,
                  const char *const *ids,
                  GError **error)
{
  for (GvtElement *child = commandline != NULL ? commandline->first_child : NULL; child != NULL;
       child = child->next) {
    if (is_value_of (child, "-set") && !read_set (self, reading, child, ids, error))
      return FALSE;
    if (is_value_of (child, "-device") && !read_device_option (self, reading, child, error))
      return FALSE;
    if (gvt_element_is_in (child, GVT_QEMU_NAMESPACE, "env"))
      read_variable (self, child);
  }
  return TRUE;
}

static gboolean
read_overrides (GvtLegacy *self,
                GvtLegacyReading *reading,
                const GvtElement *override,
                const char *const *ids,
                GError **error)
{
  for (GvtElement *device = override != NULL ? override->first_child : NULL; device != NULL;
       device = device->next) {
    const char *alias = gvt_element_attribute (device, "alias");
    const GvtElement *frontend = NULL;

    if (alias == NULL || !g_strv_contains (ids, alias))
      continue;

    g_ptr_array_add (self->overrides, device);
    frontend = gvt_element_child_in (device, GVT_QEMU_NAMESPACE, "frontend");
    for (const GvtElement *property = frontend != NULL ? frontend->first_child : NULL;
         property != NULL;
         property = property->next) {
      const char *name = gvt_element_attribute (property, "name");
      const char *value = gvt_element_attribute (property, "value");

      if (!gvt_legacy_read_property (reading,
                                     name != NULL ? name : "",
                                     value != NULL ? value : "",
                                     error))
        return FALSE;
    }
  }
  return TRUE;
}

static const GvtElement *
find_graphics (const GvtElement *devices, const char *type)
{
  for (const GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (gvt_element_is (device, "graphics") && gvt_element_has (device, "type", type))
      return device;
  }
  return NULL;
}

/* What shows the vGPU. A display that QEMU would not have started with, as it has no OpenGL, gets a
 * headless one beside it. */
static void
read_graphics (GvtDomainSettings *settings, const GvtElement *devices)
{
  const GvtElement *spice = find_graphics (devices, "spice");
  const GvtElement *vnc = find_graphics (devices, "vnc");
  const GvtElement *dbus = find_graphics (devices, "dbus");
  const GvtElement *headless = find_graphics (devices, "egl-headless");
  const GvtElement *spice_gl = spice != NULL ? gvt_element_child (spice, "gl") : NULL;
  const GvtElement *drawing = headless != NULL ? gvt_element_child (headless, "gl") : NULL;
  const char *node = NULL;

  if (gvt_element_has (spice_gl, "enable", "yes")) {
    settings->display = GVT_DISPLAY_SPICE_GL;
    drawing = spice_gl;
  } else if (dbus != NULL) {
    settings->display = GVT_DISPLAY_DBUS;
    drawing = gvt_element_child (dbus, "gl");
  } else {
    settings->display = vnc != NULL ? GVT_DISPLAY_VNC_EGL : GVT_DISPLAY_SPICE_EGL;
  }

  node = gvt_element_attribute (drawing, "rendernode");
  if (node != NULL) {
    g_autoptr (GVariant) given = g_variant_ref_sink (
        g_variant_new_parsed ("{'display': <'dbus'>, 'render-node': <%s>}", node));
    g_autoptr (GvtDomainSettings) checked = gvt_domain_settings_from_variant (given, NULL);

    if (checked != NULL)
      settings->render_node = g_steal_pointer (&checked->render_node);
  }
}

static gboolean
check_resolution (const GvtDomainSettings *settings, GError **error)
{
  if ((settings->width == 0) == (settings->height == 0))
    return TRUE;

  g_set_error_literal (error,
                       GVT_ERROR,
                       GVT_ERROR_NOT_SUPPORTED,
                       "the domain's own recipe sets one of xres and yres; set both, or neither");
  return FALSE;
}

/* A host device is known to QEMU by its alias, else by its number. */
static gboolean
read_recipes (GvtLegacy *self,
              GvtLegacyReading *reading,
              const GvtElement *root,
              guint number,
              GError **error)
{
  const GvtElement *commandline = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "commandline");
  const GvtElement *override = gvt_element_child_in (root, GVT_QEMU_NAMESPACE, "override");
  const GvtElement *alias = self->device != NULL ? gvt_element_child (self->device, "alias") : NULL;
  g_autofree char *numbered = g_strdup_printf ("hostdev%u", number);
  const char *ids[] = {
    self->device != NULL ? numbered : NULL,
    gvt_element_attribute (alias, "name"),
    NULL,
  };

  return read_commandline (self, reading, commandline, ids, error) &&
         read_overrides (self, reading, override, ids, error) &&
         check_resolution (self->settings, error);
}

static void
finish (GvtLegacy *self, GvtLegacyReading *reading, const GvtElement *devices)
{
  if (self->device != NULL) {
    self->uuid = gvt_mdev_uuid (self->device);
    self->settings->ramfb |= gvt_element_has (self->device, "ramfb", "on");
    if (reading->display < 0)
      reading->display = gvt_element_has (self->device, "display", "on");
  } else {
    self->uuid = g_strdup (reading->uuid);
  }

  if (reading->display > 0)
    read_graphics (self->settings, devices);
}

gboolean
gvt_legacy_find (const GvtDocument *document, GvtLegacy **legacy, GError **error)
{
  const GvtElement *devices = gvt_document_devices (document, error);
  g_autoptr (GvtLegacy) self = legacy_new ();
  GvtLegacyReading reading = { .settings = self->settings, .display = -1 };
  g_autofree char *uuid = NULL;
  guint number = 0;
  gboolean understood = FALSE;

  *legacy = NULL;
  if (devices == NULL || !find_device (devices, &self->device, &number, error))
    return FALSE;

  understood = read_recipes (self, &reading, document->root, number, error);
  uuid = reading.uuid;
  if (!understood)
    return FALSE;
  if (self->device == NULL && uuid == NULL)
    return TRUE;

  finish (self, &reading, devices);
  *legacy = g_steal_pointer (&self);
  return TRUE;
}
