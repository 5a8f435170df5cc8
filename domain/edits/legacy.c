/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads an attachment that somebody made by hand as settings: a <hostdev> with -set, <qemu:override>
 * or -device recipes around it (legacy-parts.c finds them), environment that mends graphics, and the
 * display that goes with them. Pure; any thread.
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
  self->variables = g_ptr_array_new ();
  return self;
}

void
gvt_legacy_free (GvtLegacy *self)
{
  if (self == NULL)
    return;

  g_free (self->uuid);
  gvt_domain_settings_free (self->settings);
  gvt_legacy_parts_free (self->parts);
  g_ptr_array_unref (self->variables);
  g_free (self);
}

/* `NAME=VALUE` after `device.ID.`; an alias has no dot. */
static gboolean
read_set (GvtLegacyReading *reading, const char *value, GError **error)
{
  const char *property = strchr (value + strlen ("device."), '.') + 1;
  const char *equals = strchr (property, '=');
  g_autofree char *name = g_strndup (property, (gsize) (equals - property));

  return gvt_legacy_read_property (reading, name, equals + 1, error);
}

static gboolean
read_options (GvtLegacyReading *reading, const GPtrArray *values, GError **error)
{
  for (guint i = 0; i < values->len; i++) {
    const GvtElement *element = values->pdata[i];
    const char *value = gvt_element_attribute (element, "value");

    if (!(gvt_legacy_option_is (element, "-set") ? read_set (reading, value, error)
                                                 : gvt_legacy_read_device (reading, value, error)))
      return FALSE;
  }
  return TRUE;
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

  g_ptr_array_add (self->variables, element);
}

static void
read_variables (GvtLegacy *self, const GvtElement *commandline)
{
  for (GvtElement *child = commandline != NULL ? commandline->first_child : NULL; child != NULL;
       child = child->next) {
    if (gvt_element_is_in (child, GVT_QEMU_NAMESPACE, "env"))
      read_variable (self, child);
  }
}

static gboolean
read_override (GvtLegacyReading *reading, const GvtElement *device, GError **error)
{
  const GvtElement *frontend = gvt_element_child_in (device, GVT_QEMU_NAMESPACE, "frontend");

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
  return TRUE;
}

static gboolean
read_overrides (GvtLegacyReading *reading, const GPtrArray *devices, GError **error)
{
  for (guint i = 0; i < devices->len; i++) {
    if (!read_override (reading, devices->pdata[i], error))
      return FALSE;
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

static void
finish (GvtLegacy *self, GvtLegacyReading *reading, const GvtElement *devices)
{
  const GvtElement *device = self->parts->device;

  if (device != NULL) {
    self->uuid = gvt_mdev_uuid (device);
    self->settings->ramfb |= gvt_element_has (device, "ramfb", "on");
    if (reading->display < 0)
      reading->display = gvt_element_has (device, "display", "on");
  } else {
    self->uuid = g_steal_pointer (&reading->uuid);
  }

  if (reading->display > 0)
    read_graphics (self->settings, devices);
}

gboolean
gvt_legacy_find (const GvtDocument *document, const char *uuid, GvtLegacy **legacy, GError **error)
{
  const GvtElement *devices = gvt_document_devices (document, error);
  g_autoptr (GvtLegacy) self = legacy_new ();
  g_autoptr (GError) several = NULL;
  GvtLegacyReading reading = { .settings = self->settings, .display = -1 };
  g_autofree char *read_uuid = NULL;
  gboolean understood = FALSE;

  *legacy = NULL;
  if (devices == NULL)
    return FALSE;

  self->parts = gvt_legacy_parts_find (document, uuid, &several);
  if (several != NULL) {
    g_propagate_error (error, g_steal_pointer (&several));
    return FALSE;
  }
  if (self->parts == NULL)
    return TRUE;

  read_variables (self, gvt_element_child_in (document->root, GVT_QEMU_NAMESPACE, "commandline"));
  understood = read_options (&reading, self->parts->options, error) &&
               read_overrides (&reading, self->parts->overrides, error) &&
               check_resolution (self->settings, error);
  if (understood)
    finish (self, &reading, devices);
  read_uuid = reading.uuid;
  if (!understood)
    return FALSE;

  *legacy = g_steal_pointer (&self);
  return TRUE;
}
