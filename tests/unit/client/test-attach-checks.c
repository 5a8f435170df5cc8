/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the client refuses before anything is made.
 */

#include "attach-checks.h"
#include "gvt-error.h"

#include <string.h>

/* libvirt 11.3 with QEMU 10.0 and none of Debian 13's packages of modules, shortened. */
#define CAPABILITIES                                                                               \
  "<domainCapabilities>\n  <path>/usr/bin/qemu-system-x86_64</path>\n  <devices>\n"                \
  "    <disk supported='yes'>\n      <enum name='bus'>\n        <value>spice</value>\n"            \
  "      </enum>\n    </disk>\n    <graphics supported='yes'>\n      <enum name='type'>\n"         \
  "        <value>vnc</value>\n        <value>dbus</value>\n      </enum>\n    </graphics>\n"      \
  "  </devices>\n</domainCapabilities>\n"

static GvtDomainInfo *
domain (const char *graphics)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><memory>1</memory><devices>"
                                          "<emulator> /usr/bin/q </emulator>%s</devices></domain>",
                                          graphics);
  g_autoptr (GError) error = NULL;
  GvtDomainInfo *info = gvt_domain_inspect (xml, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (info->emulator, ==, "/usr/bin/q");
  return info;
}

#define SPICE "<graphics type='spice'/>"
#define VNC "<graphics type='vnc'/>"
#define DBUS "<graphics type='dbus'/>"
#define HEADLESS "<graphics type='egl-headless'/>"

static const struct {
  const char *name;
  const char *before;
  const char *after;
  const char *capabilities;
  const char *refused;
} cases[] = {
  { "spice",
    VNC,
    SPICE,
    CAPABILITIES,
    "no spice display, it has vnc, dbus: take another --display" },
  { "package", VNC, SPICE, CAPABILITIES, "qemu-system-modules-spice" },
  { "headless", VNC, VNC HEADLESS, CAPABILITIES, "qemu-system-modules-opengl" },
  { "there", "", VNC DBUS, CAPABILITIES, NULL },
  { "stays", SPICE, SPICE VNC, CAPABILITIES, NULL },
  { "nothing-said", VNC, SPICE, NULL, NULL },
  { "no-graphics", VNC, SPICE, "<domainCapabilities/>", NULL },
  { "malformed", VNC, SPICE, "<domainCapabilities", NULL },
};

static void
test_graphics (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GvtDomainInfo) before = domain (cases[i].before);
  g_autoptr (GvtDomainInfo) after = domain (cases[i].after);
  g_autoptr (GError) error = NULL;
  gboolean good = gvt_attach_check_graphics (before, after, cases[i].capabilities, &error);

  g_assert_true (good == (cases[i].refused == NULL));
  if (cases[i].refused == NULL)
    return;
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, cases[i].refused));
}

static void
test_type (void)
{
  static const struct {
    const char *settings;
    const char *resolution;
    gboolean good;
  } types[] = {
    { "@a{sv} {}", "1024x768", TRUE },
    { "{'resolution': <'1024x768'>}", "1024x768", TRUE },
    { "{'resolution': <'1025x768'>}", "1024x768", FALSE },
    { "{'resolution': <'1024x769'>}", "1024x768", FALSE },
    { "{'resolution': <'1920x1200'>}", "", TRUE },
    { "{'resolution': <'nonsense'>}", "1024x768", TRUE }, /* the service says so */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GVariant) settings = g_variant_new_parsed (types[i].settings);
    GvtType type = { .id = "i915-GVTg_V5_8", .resolution = types[i].resolution };
    g_autoptr (GError) error = NULL;

    g_assert_true (gvt_attach_check_type (&type, settings, &error) == types[i].good);
    if (!types[i].good)
      g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/client/attach-checks/graphics/", cases[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_graphics);
  }
  g_test_add_func ("/client/attach-checks/type", test_type);
  return g_test_run ();
}
