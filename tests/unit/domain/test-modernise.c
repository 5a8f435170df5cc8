/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Recipes that people wrote by hand, and the attachments that they become.
 */

#include "edit.h"
#include "fixtures.h"
#include "gvt-error.h"

#include <string.h>

static const char *const recipes[] = {
  "guide-uefi.xml",
  "egl-headless-more.xml",
  "device-argument.xml",
  "display-off.xml",
};

/* What the recipe amounts to, and what the domain is without the vGPU, are both read in the golden. */
static void
test_golden (gconstpointer data)
{
  const char *name = data;
  g_autofree char *golden_name = g_strconcat ("modernised-", name, NULL);
  g_autofree char *xml = fixture_read ("legacy", name);
  g_autofree char *wanted = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *modernised = gvt_domain_modernise (xml, NULL, GVT_QEMU_SYNTAX_AUTO, &error);
  g_autofree char *again = NULL;
  g_autofree char *stripped = NULL;

  g_assert_no_error (error);
  if (g_getenv ("GVT_WRITE_GOLDENS") != NULL) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", golden_name, NULL);

    g_assert_true (g_file_set_contents (path, modernised, -1, NULL));
    g_test_fail_printf ("written, not compared");
    return;
  }

  wanted = fixture_read ("golden", golden_name);
  g_assert_cmpstr (modernised, ==, wanted);
  again = gvt_domain_modernise (modernised, NULL, GVT_QEMU_SYNTAX_AUTO, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, modernised);
  stripped = gvt_domain_strip (modernised, VGPU, &error);
  g_assert_no_error (error);
  g_assert_null (strstr (stripped, VGPU));
}

/* A domain without a hand-made vGPU stays as it is, whatever else is handed to QEMU. */
static void
test_nothing_to_do (void)
{
  static const char *const texts[] = {
    "<domain><devices/></domain>",
    "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><devices>"
    "<hostdev mode='subsystem' type='pci'/></devices><qemu:commandline><qemu:arg value='-set'/>"
    "<qemu:arg value='device.hostdev0.rombar=0'/>"
    "<qemu:env name='INTEL_DEBUG' value='norbc'/></qemu:commandline></domain>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *modernised =
        gvt_domain_modernise (texts[i], NULL, GVT_QEMU_SYNTAX_AUTO, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (modernised, ==, texts[i]);
  }
}

#define HOSTDEV(uuid)                                                                              \
  "<hostdev mode='subsystem' type='mdev'><source><address uuid='" uuid "'/></source></hostdev>"
#define RECIPE(set)                                                                                \
  "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><devices>" HOSTDEV (            \
      VGPU) "</devices><qemu:commandline><qemu:arg value='-set'/><qemu:arg "                       \
            "value='device.hostdev0." set "'/>"                                                    \
            "</qemu:commandline></domain>"

static const struct {
  const char *name;
  const char *xml;
  int code;
  const char *part;
} refused[] = {
  { "unknown", RECIPE ("x-vga=on"), GVT_ERROR_NOT_SUPPORTED, "x-vga=on: no setting stands for it" },
  { "rom-elsewhere",
    RECIPE ("romfile=/home/alice/x.rom"),
    GVT_ERROR_NOT_SUPPORTED,
    "gvt-client rom install" },
  { "rom-above",
    RECIPE ("romfile=/usr/share/vgabios/../x.rom"),
    GVT_ERROR_NOT_SUPPORTED,
    "romfile" },
  { "half-a-resolution", RECIPE ("xres=1024"), GVT_ERROR_NOT_SUPPORTED, "one of xres and yres" },
  { "display-auto", RECIPE ("display=auto"), GVT_ERROR_NOT_SUPPORTED, "display=auto" },
  { "other-driver", RECIPE ("driver=vfio-ccw"), GVT_ERROR_NOT_SUPPORTED, "driver" },
  { "two-devices",
    "<domain><devices>" HOSTDEV (VGPU) HOSTDEV (OTHER_VGPU) "</devices></domain>",
    GVT_ERROR_CONFLICT,
    "several mediated devices" },
  { "device-and-argument",
    "<domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><devices>" HOSTDEV (
        VGPU) "</devices><q:commandline><q:arg value='-device'/>"
              "<q:arg value='vfio-pci,sysfsdev=/sys/bus/mdev/devices/" OTHER_VGPU
              "'/></q:commandline>"
              "</domain>",
    GVT_ERROR_CONFLICT,
    "several mediated devices" },
  { "bad-argument",
    "<domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><devices/>"
    "<q:commandline><q:arg value='-device'/>"
    "<q:arg value='vfio-pci,sysfsdev=/sys/bus/mdev/devices/x,multifunction'/></q:commandline>"
    "</domain>",
    GVT_ERROR_NOT_SUPPORTED,
    "names no mediated device" },
  { "not-xml", "<domain", GVT_ERROR_INVALID_ARGUMENT, "line 1" },
  { "no-devices", "<domain/>", GVT_ERROR_INVALID_ARGUMENT, "no <devices>" },
};

static void
test_refused (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *modernised =
      gvt_domain_modernise (refused[i].xml, NULL, GVT_QEMU_SYNTAX_AUTO, &error);

  g_test_message ("%s", error != NULL ? error->message : modernised);
  g_assert_null (modernised);
  g_assert_error (error, GVT_ERROR, refused[i].code);
  g_assert_nonnull (strstr (error->message, refused[i].part));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (recipes); i++) {
    g_autofree char *path = g_strconcat ("/modernise/golden/", recipes[i], NULL);

    g_test_add_data_func (path, recipes[i], test_golden);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *path = g_strconcat ("/modernise/refused/", refused[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused);
  }
  g_test_add_func ("/modernise/nothing-to-do", test_nothing_to_do);

  return g_test_run ();
}
