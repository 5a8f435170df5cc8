/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The display recipes: for each value of `display`, the graphics and video devices that QEMU needs
 * to show a vGPU, and those of the domain that would not work beside them. Pure; any thread.
 */

#include "recipe.h"

#include "gvt-error.h"

GvtAddition *
gvt_addition_new (const char *element, const char *type, const char *markup)
{
  GvtAddition *self = g_new0 (GvtAddition, 1);

  self->element = g_strdup (element);
  self->type = g_strdup (type);
  self->markup = g_strdup (markup);
  return self;
}

void
gvt_addition_free (GvtAddition *self)
{
  if (self == NULL)
    return;

  g_free (self->element);
  g_free (self->type);
  g_free (self->markup);
  g_free (self);
}

void
gvt_recipe_free (GvtRecipe *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->removals);
  g_ptr_array_unref (self->additions);
  g_free (self);
}

const char *
gvt_recipe_device_type (const GvtElement *device)
{
  if (gvt_element_is (device, "video"))
    return gvt_element_attribute (gvt_element_child (device, "model"), "type");
  return gvt_element_attribute (device, "type");
}

/* A graphics device that leaves takes its options with it, and a password must not lie in metadata,
 * which libvirt shows to anyone who may look. */
static gboolean
check_password (const GvtElement *graphics, GError **error)
{
  if (gvt_element_attribute (graphics, "passwd") == NULL)
    return TRUE;

  g_set_error (
      error,
      GVT_ERROR,
      GVT_ERROR_NOT_SUPPORTED,
      "the %.20s display has a password, which would have to be kept in plain text until "
      "the vGPU is detached; keep the other devices (keep-devices), or remove the password "
      "first",
      gvt_recipe_device_type (graphics));
  return FALSE;
}

static char *
gl_attributes (const GvtDomainSettings *settings)
{
  return settings->render_node != NULL ? g_strdup_printf (" rendernode='%s'", settings->render_node)
                                       : g_strdup ("");
}

/* Local only: QEMU before 10.1 refuses SPICE with GL and a port. */
static void
add_spice_gl (GvtRecipe *self, const GvtDomainSettings *settings)
{
  g_autofree char *gl = gl_attributes (settings);
  g_autofree char *markup = g_strdup_printf ("<graphics type='spice'>\n"
                                             "  <listen type='none'/>\n"
                                             "  <gl enable='yes'%s/>\n"
                                             "</graphics>",
                                             gl);

  g_ptr_array_add (self->additions, gvt_addition_new ("graphics", "spice", markup));
}

/* Without any <video> libvirt adds an emulated one. */
static void
add_no_video (GvtRecipe *self)
{
  g_ptr_array_add (self->additions,
                   gvt_addition_new ("video",
                                     "none",
                                     "<video>\n"
                                     "  <model type='none'/>\n"
                                     "</video>"));
}

/* Whether @device cannot stay beside spice-gl. libvirt takes one graphics device of each type. */
static gboolean
spice_gl_replaces (const GvtElement *device, const GvtDomainSettings *settings)
{
  if (!gvt_element_is (device, "graphics") && !gvt_element_is (device, "video"))
    return FALSE;
  if (!settings->keep_devices)
    return TRUE;
  return gvt_element_is (device, "graphics") && gvt_element_has (device, "type", "spice");
}

static gboolean
use_spice_gl (GvtRecipe *self,
              const GvtDocument *document,
              const GvtDomainSettings *settings,
              GError **error)
{
  const GvtElement *devices = gvt_element_child (document->root, "devices");
  gboolean video_stays = FALSE;

  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (spice_gl_replaces (device, settings)) {
      if (!check_password (device, error))
        return FALSE;
      g_ptr_array_add (self->removals, device);
    } else if (gvt_element_is (device, "video")) {
      video_stays = TRUE;
    } else if (gvt_element_is (device, "graphics")
               && gvt_element_has (device, "type", "egl-headless")) {
      g_set_error_literal (error,
                           GVT_ERROR,
                           GVT_ERROR_CONFLICT,
                           "the domain has an egl-headless display, and QEMU takes one OpenGL "
                           "display only; attach without keep-devices");
      return FALSE;
    }
  }

  add_spice_gl (self, settings);
  if (!video_stays)
    add_no_video (self);
  return TRUE;
}

GvtRecipe *
gvt_recipe_new (const GvtDocument *document, const GvtDomainSettings *settings, GError **error)
{
  g_autoptr (GvtRecipe) self = g_new0 (GvtRecipe, 1);

  self->removals = g_ptr_array_new ();
  self->additions = g_ptr_array_new_with_free_func ((GDestroyNotify)gvt_addition_free);

  if (settings->display == GVT_DISPLAY_SPICE_GL && !use_spice_gl (self, document, settings, error))
    return NULL;

  return g_steal_pointer (&self);
}

char *
gvt_recipe_hostdev (const GvtDomainSettings *settings,
                    const char *uuid,
                    const char *alias,
                    const GvtPciAddress *address)
{
  return g_strdup_printf ("<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' "
                          "display='%s'>\n"
                          "  <source>\n"
                          "    <address uuid='%s'/>\n"
                          "  </source>\n"
                          "  <alias name='%s'/>\n"
                          "  <address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' "
                          "function='0x%x'/>\n"
                          "</hostdev>",
                          settings->display != GVT_DISPLAY_NONE ? "on" : "off",
                          uuid,
                          alias,
                          address->domain,
                          address->bus,
                          address->slot,
                          address->function);
}
