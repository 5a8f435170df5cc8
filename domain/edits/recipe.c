/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The display recipes: for each value of `display`, the graphics and video devices that QEMU needs
 * to show a vGPU, and those of the domain that would not work beside them. Pure; any thread.
 */

#include "recipe.h"

#include "gvt-error.h"
#include "guest-slot.h"

/* The card every guest has a driver for. */
#define EMULATED "vga"

/* How a display is made. @graphics shows the picture; it draws with OpenGL itself (@gl), or a
 * headless device beside it does (@headless). QEMU takes one OpenGL device only. */
typedef struct {
  const char *graphics;
  gboolean gl;
  gboolean headless;
  gboolean emulated_video;
} Plan;

static const Plan plans[] = {
  [GVT_DISPLAY_NONE] = { NULL, FALSE, FALSE, FALSE },
  [GVT_DISPLAY_SPICE_GL] = { "spice", TRUE, FALSE, FALSE },
  [GVT_DISPLAY_SPICE_EGL] = { "spice", FALSE, TRUE, FALSE },
  [GVT_DISPLAY_VNC_EGL] = { "vnc", FALSE, TRUE, FALSE },
  [GVT_DISPLAY_VNC] = { "vnc", FALSE, FALSE, TRUE },
  [GVT_DISPLAY_DBUS] = { "dbus", TRUE, FALSE, FALSE },
};

/* What the domain has that decides the additions. */
typedef struct {
  const Plan *plan;
  const GvtDomainSettings *settings;
  GvtRecipe *recipe;
  gboolean graphics_stays;
  gboolean video_stays;
} Making;

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

static void
add (GvtRecipe *self, const char *element, const char *type, char *markup)
{
  g_autofree char *owned = markup;

  g_ptr_array_add (self->additions, gvt_addition_new (element, type, owned));
}

static gboolean
has_gl (const GvtElement *graphics)
{
  return gvt_element_has (gvt_element_child (graphics, "gl"), "enable", "yes");
}

static gboolean
conflict (GError **error, const GvtElement *graphics, const char *why)
{
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_CONFLICT,
               "the domain's %.20s display cannot stay: %s; attach without keep-devices",
               gvt_recipe_device_type (graphics),
               why);
  return FALSE;
}

/* How a display with a password can stay: as what egl-headless draws for, or beside the vGPU's own. */
static char *
advise_staying (const Making *making, const GvtElement *graphics)
{
  const char *type = gvt_recipe_device_type (graphics);
  gboolean local = has_gl (graphics);
  gboolean drawn_for = !local && (g_strcmp0 (type, "spice") == 0 || g_strcmp0 (type, "vnc") == 0);
  gboolean beside = !local && g_strcmp0 (type, making->plan->graphics) != 0;

  return g_strdup_printf ("%s%s%s%s%s",
                          drawn_for ? "take display " : "",
                          drawn_for ? type : "",
                          drawn_for ? "-egl, which keeps it; " : "",
                          beside ? "keep the other devices (keep-devices); " : "",
                          drawn_for || beside ? "or " : "");
}

/* A graphics device that leaves takes its options with it, and a password must not lie in metadata,
 * which libvirt shows to anyone who may look. */
static gboolean
remove_graphics (Making *making, GvtElement *graphics, GError **error)
{
  if (gvt_element_attribute (graphics, "passwd") != NULL) {
    g_autofree char *advice = advise_staying (making, graphics);

    g_set_error (
        error,
        GVT_ERROR,
        GVT_ERROR_NOT_SUPPORTED,
        "the %.20s display has a password, which would have to be kept in plain text until "
        "the vGPU is detached: %sremove the password first",
        gvt_recipe_device_type (graphics),
        advice);
    return FALSE;
  }

  g_ptr_array_add (making->recipe->removals, graphics);
  return TRUE;
}

static gboolean
treat_graphics (Making *making, GvtElement *graphics, GError **error)
{
  const Plan *plan = making->plan;
  gboolean headless = gvt_element_has (graphics, "type", "egl-headless");

  /* libvirt takes one device of each type. One without OpenGL serves as it is, with its options. */
  if (gvt_element_has (graphics, "type", plan->graphics) && !plan->gl && !has_gl (graphics)) {
    making->graphics_stays = TRUE;
    return TRUE;
  }

  if (gvt_element_has (graphics, "type", plan->graphics) || !making->settings->keep_devices ||
      (headless && plan->headless))
    return remove_graphics (making, graphics, error);

  if ((plan->gl || plan->headless) && (headless || has_gl (graphics)))
    return conflict (error, graphics, "QEMU takes one OpenGL display only");
  if (plan->headless && !gvt_element_has (graphics, "type", "vnc") &&
      !gvt_element_has (graphics, "type", "spice"))
    return conflict (error, graphics, "an egl-headless display goes with VNC and SPICE only");
  return TRUE;
}

/* With an emulated card as the first display the others may stay; libvirt wants `none` to be alone.
 */
static void
treat_video (Making *making, GvtElement *video)
{
  gboolean none = g_strcmp0 (gvt_recipe_device_type (video), "none") == 0;
  gboolean stays = making->plan->emulated_video ? !none : making->settings->keep_devices;

  if (stays)
    making->video_stays = TRUE;
  else
    g_ptr_array_add (making->recipe->removals, video);
}

static void
add_graphics (Making *making)
{
  const Plan *plan = making->plan;
  const char *node = making->settings->render_node;
  g_autofree char *attribute = node != NULL ? g_strdup_printf (" rendernode='%s'", node)
                                            : g_strdup ("");

  /* Local only: QEMU before 10.1 refuses SPICE with OpenGL and a port. */
  if (plan->gl)
    add (making->recipe,
         "graphics",
         plan->graphics,
         g_strdup_printf ("<graphics type='%s'>\n"
                          "%s"
                          "  <gl enable='yes'%s/>\n"
                          "</graphics>",
                          plan->graphics,
                          g_str_equal (plan->graphics, "spice") ? "  <listen type='none'/>\n" : "",
                          attribute));
  else if (!making->graphics_stays)
    add (making->recipe,
         "graphics",
         plan->graphics,
         g_strdup_printf ("<graphics type='%s' autoport='yes'>\n"
                          "  <listen type='address' address='127.0.0.1'/>\n"
                          "</graphics>",
                          plan->graphics));

  if (plan->headless && node == NULL)
    add (making->recipe, "graphics", "egl-headless", g_strdup ("<graphics type='egl-headless'/>"));
  else if (plan->headless)
    add (making->recipe,
         "graphics",
         "egl-headless",
         g_strdup_printf ("<graphics type='egl-headless'>\n"
                          "  <gl%s/>\n"
                          "</graphics>",
                          attribute));
}

/* Without any <video> libvirt adds an emulated one. */
static void
add_video (Making *making)
{
  const char *type = making->plan->emulated_video ? EMULATED : "none";

  if (!making->video_stays)
    add (making->recipe,
         "video",
         type,
         g_strdup_printf ("<video>\n"
                          "  <model type='%s'/>\n"
                          "</video>",
                          type));
}

gboolean
gvt_recipe_address_video (GvtRecipe *self,
                          const GvtDocument *document,
                          const GvtPciAddress *vgpu,
                          GError **error)
{
  for (guint i = 0; i < self->additions->len; i++) {
    GvtAddition *addition = self->additions->pdata[i];
    GvtPciAddress address;

    if (!g_str_equal (addition->element, "video") || !g_str_equal (addition->type, EMULATED))
      continue;
    if (!gvt_guest_slot_choose (document, NULL, self->removals, vgpu, &address, error))
      return FALSE;

    g_free (addition->markup);
    addition->markup = g_strdup_printf ("<video>\n"
                                        "  <model type='" EMULATED "'/>\n"
                                        "  <address type='pci' domain='0x0000' bus='0x00' "
                                        "slot='0x%02x' function='0x0'/>\n"
                                        "</video>",
                                        address.slot);
  }
  return TRUE;
}

/* Whether @device talks through the graphics device @type. */
static gboolean
depends_on (const GvtElement *device, const char *type)
{
  if (gvt_element_is (device, "graphics") || gvt_element_is (device, "video"))
    return FALSE;
  return gvt_element_has (device, "type", type) ||
         (g_str_equal (type, "spice") && (gvt_element_has (device, "type", "spicevmc") ||
                                          gvt_element_has (device, "type", "spiceport")));
}

/* libvirt refuses channels of a graphics device that is not there. Audio must have some back end:
 * libvirt would add one that strip knew nothing of. */
static void
remove_dependents (Making *making, const GvtElement *devices, const char *type)
{
  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (!depends_on (device, type))
      continue;

    g_ptr_array_add (making->recipe->removals, device);
    if (gvt_element_is (device, "audio")) {
      const char *id = gvt_element_attribute (device, "id");
      g_autofree char *escaped = g_markup_escape_text (id != NULL ? id : "1", -1);

      add (making->recipe,
           "audio",
           "none",
           g_strdup_printf ("<audio id='%s' type='none'/>", escaped));
    }
  }
}

/* The channels of each kind of graphics device that leaves and is not replaced by its like. */
static void
treat_dependents (Making *making, const GvtElement *devices)
{
  static const char *const types[] = { "spice", "dbus" };
  guint n_graphics = making->recipe->removals->len;

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    if (g_str_equal (types[i], making->plan->graphics))
      continue;

    for (guint j = 0; j < n_graphics; j++) {
      const GvtElement *removed = making->recipe->removals->pdata[j];

      if (gvt_element_is (removed, "graphics") && gvt_element_has (removed, "type", types[i])) {
        remove_dependents (making, devices, types[i]);
        break;
      }
    }
  }
}

static int
compare_positions (gconstpointer a, gconstpointer b)
{
  const GvtElement *left = *(GvtElement *const *) a;
  const GvtElement *right = *(GvtElement *const *) b;

  return left->open_start < right->open_start ? -1 : left->open_start > right->open_start;
}

GvtRecipe *
gvt_recipe_new (const GvtDocument *document, const GvtDomainSettings *settings, GError **error)
{
  const GvtElement *devices = gvt_element_child (document->root, "devices");
  g_autoptr (GvtRecipe) self = g_new0 (GvtRecipe, 1);
  Making making = {
    .plan = &plans[settings->display],
    .settings = settings,
    .recipe = self,
  };

  self->removals = g_ptr_array_new ();
  self->additions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_addition_free);
  if (making.plan->graphics == NULL)
    return g_steal_pointer (&self);

  for (GvtElement *device = devices->first_child; device != NULL; device = device->next) {
    if (gvt_element_is (device, "graphics") && !treat_graphics (&making, device, error))
      return NULL;
    if (gvt_element_is (device, "video"))
      treat_video (&making, device);
  }

  add_graphics (&making);
  add_video (&making);
  treat_dependents (&making, devices);
  g_ptr_array_sort (self->removals, compare_positions);
  return g_steal_pointer (&self);
}

gboolean
gvt_display_is_on (GvtDisplay display)
{
  return plans[display].gl || plans[display].headless;
}

char *
gvt_recipe_hostdev (const GvtDomainSettings *settings,
                    const char *uuid,
                    const char *alias,
                    const GvtPciAddress *address)
{
  return g_strdup_printf ("<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' "
                          "display='%s'%s>\n"
                          "  <source>\n"
                          "    <address uuid='%s'/>\n"
                          "  </source>\n"
                          "  <alias name='%s'/>\n"
                          "  <address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' "
                          "function='0x%x'/>\n"
                          "</hostdev>",
                          gvt_display_is_on (settings->display) ? "on" : "off",
                          settings->ramfb ? " ramfb='on'" : "",
                          uuid,
                          alias,
                          address->domain,
                          address->bus,
                          address->slot,
                          address->function);
}
