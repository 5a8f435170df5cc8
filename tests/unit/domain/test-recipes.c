/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each setting, and each recipe of the guide: what comes out, and which combinations are refused.
 */

#include "edit.h"
#include "fixtures.h"
#include "gvt-error.h"
#include "presets.h"

#include <string.h>

#define NODE "'render-node': <'" RENDER_NODE "'>"

static const struct {
  const char *fixture;
  const char *settings;
  const char *golden;
} goldens[] = {
  /* "Assign vGPU" */
  { "q35-vnc-virtio.xml", "{}", "q35-none.xml" },
  { "two-hostdevs.xml", "{}", "two-hostdevs-none.xml" },
  { "virt-install-uefi.xml", "{'address': <'0000:08:00.0'>}", "virt-install-address.xml" },
  /* "Basic setting", first form: SPICE with GL */
  { "q35-vnc-virtio.xml", "{'display': <'spice-gl'>, " NODE "}", "q35-spice-gl.xml" },
  { "pc-spice-qxl-two-videos.xml", "{'display': <'spice-gl'>, " NODE "}", "pc-spice-gl.xml" },
  { "pc-spice-qxl-two-videos.xml",
    "{'display': <'spice-gl'>, 'keep-devices': <true>}",
    "pc-spice-gl-keep.xml" },
  { "virt-install-uefi.xml", "{'display': <'spice-gl'>}", "virt-install-spice-gl.xml" },
  { "tabs.xml", "{'display': <'spice-gl'>}", "tabs-spice-gl.xml" },
  { "one-line.xml", "{'display': <'spice-gl'>}", "one-line-spice-gl.xml" },
  { "empty-elements.xml", "{'display': <'spice-gl'>}", "empty-elements-spice-gl.xml" },
  { "odd.xml", "{'display': <'spice-gl'>}", "odd-spice-gl.xml" },
  /* "Basic setting", second form: egl-headless, with SPICE or VNC */
  { "q35-vnc-virtio.xml", "{'display': <'spice-egl'>, " NODE "}", "q35-spice-egl.xml" },
  { "q35-vnc-virtio.xml", "{'display': <'vnc-egl'>, " NODE "}", "q35-vnc-egl.xml" },
  { "pc-spice-qxl-two-videos.xml", "{'display': <'vnc-egl'>, " NODE "}", "pc-vnc-egl.xml" },
  /* Its note: the emulated card stays, the guest is seen by other means */
  { "q35-vnc-virtio.xml", "{'display': <'vnc'>}", "q35-vnc.xml" },
  { "empty-elements.xml", "{'display': <'vnc'>}", "empty-elements-vnc.xml" },
  { "qemu-namespace.xml", "{'display': <'vnc'>}", "qemu-namespace-vnc.xml" },
  { "q35-vnc-virtio.xml", "{'display': <'dbus'>, " NODE "}", "q35-dbus.xml" },
  /* "Use DMA-BUF", with BIOS and with UEFI and a ROM */
  { "pc-spice-qxl-two-videos.xml",
    "{'display': <'spice-egl'>, 'dma-buf': <true>}",
    "pc-dma-buf.xml" },
  { "virt-install-uefi.xml",
    "{'display': <'vnc-egl'>, 'dma-buf': <true>, 'rom': <'vbios_gvt_uefi.rom'>}",
    "virt-install-dma-buf-rom.xml" },
  { "qemu-namespace.xml",
    "{'display': <'spice-gl'>, 'dma-buf': <true>, 'rom': <'vbios_gvt_uefi.rom'>}",
    "qemu-namespace-dma-buf-rom.xml" },
  /* "Enable RAMFB display" */
  { "virt-install-uefi.xml",
    "{'display': <'spice-gl'>, 'ramfb': <true>, 'dma-buf': <true>}",
    "virt-install-ramfb.xml" },
  /* "Garbled graphics" */
  { "q35-vnc-virtio.xml",
    "{'workarounds': <['mesa-i965', 'intel-norbc']>}",
    "q35-workarounds.xml" },
  { "pc-spice-qxl-two-videos.xml", "{'workarounds': <['mesa-i965']>}", "pc-workaround.xml" },
  /* "Changing the display resolution of virtual GPU" */
  { "q35-vnc-virtio.xml",
    "{'display': <'vnc-egl'>, 'resolution': <'1440x900'>}",
    "q35-resolution.xml" },
  /* All of it: presets */
  { "virt-install-uefi.xml", "windows-uefi", "preset-windows-uefi.xml" },
  { "pc-spice-qxl-two-videos.xml", "windows-bios", "preset-windows-bios.xml" },
  { "q35-vnc-virtio.xml", "linux", "preset-linux.xml" },
  { "q35-vnc-virtio.xml", "rdp", "preset-rdp.xml" },
  { "pc-spice-qxl-two-videos.xml", "looking-glass", "preset-looking-glass.xml" },
  /* What libvirt before 8.5 needs */
  { "virt-install-uefi.xml",
    "{'display': <'vnc-egl'>, 'dma-buf': <true>, 'rom': <'vbios_gvt_uefi.rom'>, "
    "'resolution': <'1440x900'>, 'workarounds': <['mesa-i965']>, "
    "'qemu-syntax': <'commandline'>}",
    "virt-install-commandline.xml" },
  { "pc-spice-qxl-two-videos.xml",
    "{'dma-buf': <true>, 'qemu-syntax': <'commandline'>}",
    "pc-commandline.xml" },
};

/* Settings in GVariant's text format, or a preset's name. */
static char *
edit (const char *xml, const char *settings_text, GError **error)
{
  g_autoptr (GVariant) preset = gvt_preset_settings (settings_text, NULL);
  g_autofree char *text = preset != NULL ? g_variant_print (preset, TRUE) : NULL;
  g_autoptr (GvtDomainSettings) settings = fixture_settings (text != NULL ? text : settings_text);

  return gvt_domain_edit (xml, VGPU, settings, error);
}

/* GVT_WRITE_GOLDENS=1 writes what comes out instead; read the difference before it is committed. */
static void
test_golden (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *xml = fixture_read ("fixtures", goldens[i].fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = edit (xml, goldens[i].settings, &error);
  g_autofree char *again = NULL;
  g_autofree char *stripped = NULL;
  g_autofree char *wanted = NULL;

  g_assert_no_error (error);
  if (g_getenv ("GVT_WRITE_GOLDENS") != NULL) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", goldens[i].golden, NULL);

    g_assert_true (g_file_set_contents (path, edited, -1, NULL));
    g_test_fail_printf ("written, not compared");
    return;
  }

  wanted = fixture_read ("golden", goldens[i].golden);
  again = edit (edited, goldens[i].settings, &error);
  stripped = gvt_domain_strip (edited, VGPU, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (edited, ==, wanted);
  g_assert_cmpstr (again, ==, wanted);
  g_assert_cmpstr (stripped, ==, xml);
}

/* Each preset has a golden, and an unknown one is told the others. */
static void
test_presets (void)
{
  g_autoptr (GError) error = NULL;

  for (const GvtPreset *preset = gvt_presets (); preset->name != NULL; preset++) {
    gsize found = 0;

    for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
      found += g_str_equal (goldens[i].settings, preset->name);
    g_assert_cmpuint (found, ==, 1);
    g_assert_cmpuint (strlen (preset->purpose), >, 20);
  }

  g_assert_null (gvt_preset_settings ("windows", &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "windows-uefi, windows-bios, linux, rdp"));
}

#define DEVICES(inside) "<domain><devices>" inside "</devices></domain>"
#define COMMANDLINE(inside)                                                                        \
  "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><devices/>"                     \
  "<qemu:commandline>" inside "</qemu:commandline></domain>"

static const struct {
  const char *name;
  const char *xml;
  const char *settings;
  int code;
  const char *part;
} refused[] = {
  { "ramfb-alone", DEVICES (), "{'ramfb': <true>}", GVT_ERROR_INVALID_ARGUMENT, "set display to" },
  { "ramfb-vnc",
    DEVICES (),
    "{'display': <'vnc'>, 'ramfb': <true>}",
    GVT_ERROR_INVALID_ARGUMENT,
    "'ramfb' needs a display" },
  { "resolution-alone",
    DEVICES (),
    "{'resolution': <'1024x768'>}",
    GVT_ERROR_INVALID_ARGUMENT,
    "'resolution' needs a display" },
  { "rom-for-bios",
    DEVICES (),
    "{'display': <'dbus'>, 'rom': <'x.rom'>}",
    GVT_ERROR_INVALID_ARGUMENT,
    "boots with BIOS" },
  { "global-for-all",
    DEVICES ("<hostdev mode='subsystem' type='pci'/>"),
    "{'dma-buf': <true>, 'qemu-syntax': <'commandline'>}",
    GVT_ERROR_CONFLICT,
    "other passed-through devices" },
  { "global-for-network",
    DEVICES ("<interface type='hostdev'/>"),
    "{'dma-buf': <true>, 'qemu-syntax': <'commandline'>}",
    GVT_ERROR_CONFLICT,
    "other passed-through devices" },
  { "two-opengl",
    DEVICES ("<graphics type='egl-headless'/>"),
    "{'display': <'spice-gl'>, 'keep-devices': <true>}",
    GVT_ERROR_CONFLICT,
    "one OpenGL display only" },
  { "two-opengl-headless",
    DEVICES ("<graphics type='spice'><gl enable='yes'/></graphics>"),
    "{'display': <'vnc-egl'>, 'keep-devices': <true>}",
    GVT_ERROR_CONFLICT,
    "one OpenGL display only" },
  { "headless-beside-sdl",
    DEVICES ("<graphics type='sdl'/>"),
    "{'display': <'vnc-egl'>, 'keep-devices': <true>}",
    GVT_ERROR_CONFLICT,
    "VNC and SPICE only" },
  { "password",
    DEVICES ("<graphics type='vnc' passwd='hunter2'/>"),
    "{'display': <'spice-gl'>}",
    GVT_ERROR_NOT_SUPPORTED,
    "is detached: take display vnc-egl, which keeps it; keep the other devices (keep-devices); or "
    "remove the password first" },
  { "password-of-the-same",
    DEVICES ("<graphics type='spice' passwd='hunter2'/>"),
    "{'display': <'spice-gl'>, 'keep-devices': <true>}",
    GVT_ERROR_NOT_SUPPORTED,
    "is detached: take display spice-egl, which keeps it; or remove the password first" },
  { "password-with-gl",
    DEVICES ("<graphics type='spice' passwd='hunter2'><gl enable='yes'/></graphics>"),
    "{'display': <'vnc-egl'>}",
    GVT_ERROR_NOT_SUPPORTED,
    "is detached: remove the password first" },
  { "unknown-by-hand",
    "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><devices>"
    "<hostdev mode='subsystem' type='mdev'><source><address uuid='" VGPU "'/></source></hostdev>"
    "</devices><qemu:commandline><qemu:arg value='-set'/>"
    "<qemu:arg value='device.hostdev0.x-vga=on'/></qemu:commandline></domain>",
    "{}",
    GVT_ERROR_NOT_SUPPORTED,
    "x-vga=on: no setting stands for it" },
  { "variable",
    COMMANDLINE ("<qemu:env name='INTEL_DEBUG' value='nofb'/>"),
    "{'workarounds': <['intel-norbc']>}",
    GVT_ERROR_CONFLICT,
    "INTEL_DEBUG" },
};

static void
test_refused (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = edit (refused[i].xml, refused[i].settings, &error);

  g_test_message ("%s", error != NULL ? error->message : edited);
  g_assert_null (edited);
  g_assert_error (error, GVT_ERROR, refused[i].code);
  g_assert_nonnull (strstr (error->message, refused[i].part));
  g_assert_null (strstr (error->message, "hunter2"));
}

/* Where a display may stay as it is, its password is nobody's concern. */
static void
test_password_stays (void)
{
  static const char *const settings[] = { "{}",
                                          "{'display': <'vnc'>}",
                                          "{'display': <'vnc-egl'>}",
                                          "{'display': <'spice-gl'>, 'keep-devices': <true>}" };

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *edited =
        edit (DEVICES ("<graphics type='vnc' passwd='hunter2'/>"), settings[i], &error);
    const char *first = NULL;

    g_assert_no_error (error);
    first = strstr (edited, "hunter2");
    g_assert_nonnull (first);
    g_assert_null (strstr (first + 1, "hunter2"));
    g_assert_nonnull (strstr (edited, "<graphics type='vnc' passwd='hunter2'/>"));
  }
}

/* A variable that the user set to the same value is the user's, and stays when the vGPU goes. */
static void
test_variable_of_the_user (void)
{
  const char *xml = COMMANDLINE ("<qemu:env name='INTEL_DEBUG' value='norbc'/>");
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = edit (xml, "{'workarounds': <['intel-norbc', 'mesa-i965']>}", &error);
  g_autofree char *stripped = gvt_domain_strip (edited, VGPU, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (edited, "MESA_LOADER_DRIVER_OVERRIDE"));
  g_assert_cmpstr (stripped, ==, xml);
}

/* libvirt moves the declaration of the namespace to <domain>; it goes when nothing needs it. */
static void
test_namespace_moved (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = edit (DEVICES (), "{'dma-buf': <true>}", &error);
  g_autoptr (GString) moved = g_string_new (edited);
  g_autofree char *stripped = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (
      g_string_replace (moved, " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'", "", 0),
      ==,
      1);
  g_string_replace (
      moved,
      "<domain>",
      "<domain type = 'kvm'\txmlns:qemu = \"http://libvirt.org/schemas/domain/qemu/1.0\" id='>'>",
      1);
  stripped = gvt_domain_strip (moved->str, VGPU, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stripped, ==, "<domain type = 'kvm' id='>'><devices></devices></domain>");
}

/* What the user adds to an element that an edit made keeps it there. */
static void
test_users_in_our_elements (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = edit (DEVICES (), "{'workarounds': <['mesa-i965']>}", &error);
  g_autoptr (GString) changed = g_string_new (edited);
  g_autofree char *stripped = NULL;

  g_string_replace (changed,
                    "</qemu:commandline>",
                    "<qemu:arg value='-snapshot'/></qemu:commandline>",
                    1);
  stripped = gvt_domain_strip (changed->str, VGPU, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stripped,
                   ==,
                   "<domain><devices></devices><qemu:commandline "
                   "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
                   "<qemu:arg value='-snapshot'/></qemu:commandline></domain>");
}

/* An override that a device left behind must not become the next device's. */
static void
test_alias_of_leftover_override (void)
{
  const char *xml = "<domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><devices/>"
                    "<q:override><q:device alias='ua-gvtg0'/></q:override></domain>";
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = edit (xml, "{}", &error);
  g_autofree char *stripped = gvt_domain_strip (edited, VGPU, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (edited, "<alias name='ua-gvtg1'/>"));
  g_assert_cmpstr (stripped, ==, xml);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++) {
    g_autofree char *path = g_strconcat ("/recipes/golden/", goldens[i].golden, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_golden);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *path = g_strconcat ("/recipes/refused/", refused[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused);
  }
  g_test_add_func ("/recipes/presets", test_presets);
  g_test_add_func ("/recipes/password-stays", test_password_stays);
  g_test_add_func ("/recipes/variable-of-the-user", test_variable_of_the_user);
  g_test_add_func ("/recipes/namespace-moved", test_namespace_moved);
  g_test_add_func ("/recipes/users-in-our-elements", test_users_in_our_elements);
  g_test_add_func ("/recipes/alias-of-leftover-override", test_alias_of_leftover_override);

  return g_test_run ();
}
