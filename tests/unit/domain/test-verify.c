/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The look at an edit by other eyes: it lets every edit through, and nothing else.
 */

#include "verify.h"

#include "edit.h"
#include "fixtures.h"
#include "gvt-error.h"

#include <string.h>

#define NODE "'render-node': <'" RENDER_NODE "'>"

static const char *const all_settings[] = {
  "{}",
  "{'address': <'0000:00:09.0'>}",
  "{'display': <'spice-gl'>, " NODE "}",
  "{'display': <'spice-gl'>, 'keep-devices': <true>}",
  "{'display': <'spice-egl'>, 'dma-buf': <true>, 'resolution': <'1440x900'>}",
  "{'display': <'vnc-egl'>, " NODE ", 'workarounds': <['mesa-i965', 'intel-norbc']>}",
  "{'display': <'vnc'>}",
  "{'display': <'dbus'>, " NODE ", 'dma-buf': <true>, 'ramfb': <true>}",
  "{'display': <'dbus'>, 'dma-buf': <true>, 'qemu-syntax': <'commandline'>}",
  "{'display': <'vnc-egl'>, 'dma-buf': <true>, 'rom': <'vbios_gvt_uefi.rom'>}",
  ("{'display': <'vnc-egl'>, 'dma-buf': <true>, 'rom': <'vbios_gvt_uefi.rom'>, "
   "'resolution': <'1440x900'>, 'qemu-syntax': <'commandline'>}"),
};

static void
assert_verified (const char *before, const char *after, const char *what)
{
  g_autoptr (GError) error = NULL;

  if (!gvt_domain_verify (before, after, VGPU, &error))
    g_test_message ("%s: %s\n%s", what, error->message, after);
  g_assert_no_error (error);
}

static char *
edit (const char *xml, const char *text)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings (text);

  return gvt_domain_edit (xml, VGPU, settings, NULL);
}

static char *
strip (const char *xml)
{
  g_autoptr (GError) error = NULL;
  char *stripped = gvt_domain_strip (xml, VGPU, &error);

  g_assert_no_error (error);
  return stripped;
}

/* Edits, edits of edits, and the ways back, of text as it was written and as libvirt gives it. */
static guint
check_edits (const char *xml, const char *what, gsize first, gsize step)
{
  guint edits = 0;

  for (gsize i = first; i < G_N_ELEMENTS (all_settings); i += step) {
    g_autofree char *once = edit (xml, all_settings[i]);
    g_autofree char *rewritten = once != NULL ? fixture_rewrite (once) : NULL;
    g_autofree char *back = NULL;
    g_autofree char *rewritten_back = NULL;
    g_autofree char *twice = NULL;

    if (once == NULL)
      continue; /* it cannot be had of this domain */
    edits++;
    back = strip (once);
    rewritten_back = strip (rewritten);
    twice = edit (rewritten, all_settings[(i + 1) % G_N_ELEMENTS (all_settings)]);
    assert_verified (xml, once, what);
    assert_verified (once, back, what);
    assert_verified (rewritten, rewritten_back, what);
    if (twice != NULL)
      assert_verified (rewritten, twice, what);
  }
  return edits;
}

static void
test_edits (gconstpointer folder)
{
  g_auto (GStrv) names = fixture_names (folder);
  guint n_names = g_strv_length (names);
  gsize step = n_names > 20 ? 4 : 1; /* of many domains each gets some of the settings */
  guint edits = 0;

  for (guint i = 0; i < n_names; i++) {
    g_autofree char *xml = fixture_read (folder, names[i]);

    edits += check_edits (xml, names[i], i % step, step);
  }
  g_assert_cmpuint (edits, >=, n_names);
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_autoptr (GString) result = g_string_new (text);

  if (g_string_replace (result, from, to, 1) != 1)
    g_error ("there is no %s in the text", from);
  return g_string_free (g_steal_pointer (&result), FALSE);
}

static void
assert_refused (const char *before, const char *after, const char *what)
{
  g_autoptr (GError) error = NULL;
  gboolean verified = gvt_domain_verify (before, after, VGPU, &error);

  if (verified)
    g_test_message ("let through: %s", what);
  g_assert_false (verified);
  g_assert_true (g_error_matches (error, GVT_ERROR, GVT_ERROR_FAILED) ||
                 g_error_matches (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT));
}

#define QEMU "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
#define DISK "<disk type='block' device='disk'><source dev='/dev/sda'/><target dev='sdz'/></disk>"

/* What a worker that was taken over might answer instead. */
static const struct {
  const char *from;
  const char *to;
} evil[] = {
  { "/usr/bin/qemu-system-x86_64", "/tmp/evil" },
  { "</emulator>", "</emulator><emulator>/tmp/evil</emulator>" },
  { "<devices>", "<devices>" DISK },
  { "</devices>", DISK "</devices>" },
  { "</devices>", "</devices><devices>" DISK "</devices>" },
  { "<devices>", "<devices><disk type='spice'><source dev='/dev/sda'/></disk>" },
  { "<devices>", "<devices><audio id='1' type='file' path='/etc/shadow'/>" },
  { "<devices>", "<devices><filesystem><source dir='/'/><target dir='x'/></filesystem>" },
  { "<devices>", "<devices><interface type='ethernet'><script path='/tmp/x'/></interface>" },
  { "<devices>", "<devices><hostdev mode='subsystem' type='usb'/>" },
  { VGPU "'/>\n      </source>", OTHER_VGPU "'/>\n      </source>" },
  { "<listen type='none'/>", "<listen type='address' address='0.0.0.0'/>" },
  { "<listen type='none'/>", "<listen type='socket' socket='/etc/x'/>" },
  { "<graphics type='spice'>", "<graphics type='spice' passwd='x'>" },
  { "<graphics type='spice'>", "<graphics type='rdp'>" },
  { "rendernode='" RENDER_NODE "'/>\n    </graphics>",
    "rendernode='/dev/dri/../sda'/>\n    </graphics>" },
  { "rendernode='" RENDER_NODE "'/>\n    </graphics>", "rendernode='/dev/sda'/>\n    </graphics>" },
  { "rendernode='" RENDER_NODE "'/>\n    </graphics>",
    "rendernode='/dev/dri/by-path/..'/>\n    </graphics>" },
  { "<model type='none'/>", "<model type='none'/><rom file='/etc/shadow'/>" },
  { "<model type='none'/>", "<model type='none'/>text" },
  { "/usr/share/vgabios/a.rom", "/etc/shadow" },
  { "/usr/share/vgabios/a.rom", "/usr/share/vgabios/../../../etc/shadow" },
  { "/usr/share/vgabios/a.rom", "/usr/share/vgabios/.." },
  { "name='romfile'", "name='sysfsdev'" },
  { "device alias='ua-gvtg0'", "device alias='virtio-disk0'" },
  { "</qemu:override>", "<qemu:device alias='x'/></qemu:override>" },
  { "</domain>", "<qemu:commandline " QEMU "><qemu:arg value='-S'/></qemu:commandline></domain>" },
  { "</domain>",
    "<qemu:commandline " QEMU "><qemu:env name='LD_PRELOAD' value='/tmp/x.so'/></qemu:commandline>"
    "</domain>" },
  { "</domain>",
    "<qemu:commandline " QEMU "><qemu:arg value='-global'/><qemu:arg value='vfio-pci.host=1'/>"
    "</qemu:commandline></domain>" },
  { "</domain>",
    "<qemu:commandline " QEMU "><qemu:arg value='-global'/></qemu:commandline></domain>" },
  { "<os>", "<os><loader>/tmp/evil</loader>" },
  { "<memory ", "<memory dumpCore='on' " },
  { "</domain>", "<seclabel type='none'/></domain>" },
  { "</domain>", "</domain><domain><devices/></domain>" },
  { "<domain ", "<!-- --><domain " },
  { "<domain ", "<domain xmlns='x' " },
  { "<domain ", "<!DOCTYPE domain><domain " },
  { "<devices>", "<devices><!--" },
  { "<console type='pty'/>", "<console type='file'><source path='/etc/x'/></console>" },
  { "vgpu='" VGPU "'", "vgpu='" VGPU "'><x></gvt:attachment" },
  { "xmlns:gvt='", "xmlns:gvt='x" },
  { "<name>", "<name>x" },
};

static void
test_evil (void)
{
  static const char settings[] = "{'display': <'spice-gl'>, " NODE
                                 ", 'dma-buf': <true>, 'rom': <'a.rom'>}";
  g_autofree char *xml = fixture_read ("fixtures", "headless-uefi.xml");
  g_autofree char *edited = edit (xml, settings);

  g_assert_nonnull (edited);
  assert_verified (xml, edited, "the honest answer");
  for (gsize i = 0; i < G_N_ELEMENTS (evil); i++) {
    g_autofree char *changed = replace (edited, evil[i].from, evil[i].to);

    assert_refused (xml, changed, evil[i].to);
  }
}

static void
test_evil_strip (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "pc-spice-qxl-two-videos.xml");
  g_autofree char *edited = edit (xml, "{'display': <'spice-gl'>}");
  g_autofree char *other_video = replace (xml, "vgamem='16384'", "vgamem='99999'");
  g_autofree char *other_listen = replace (xml, "<listen type='address'/>", "<listen type='x'/>");
  g_autofree char *other_disk = replace (xml, "win10", "win11");
  g_autofree char *other_file = replace (xml, "</emulator>", "</emulator>" DISK);

  assert_verified (edited, xml, "the honest answer");
  assert_refused (edited, other_video, "a video device that was not taken out");
  assert_refused (edited, other_listen, "a graphics device that was not taken out");
  assert_refused (edited, other_disk, "another disk");
  assert_refused (edited, other_file, "one more disk");
}

/* What the record says was taken out comes back only if it is what edits take out. */
static void
test_evil_record (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "pc-spice-qxl-two-videos.xml");
  g_autofree char *edited = edit (xml, "{'display': <'spice-gl'>}");
  g_autofree char *forged = replace (
      edited,
      "</gvt:attachment>",
      "<gvt:removed after='' index='0' gap='0'>&lt;disk type='block'/&gt;</gvt:removed>"
      "</gvt:attachment>");
  g_autofree char *with_disk = replace (xml, "<devices>", "<devices><disk type='block'/>");

  assert_refused (forged, with_disk, "a disk that the record names");
}

static void
test_other_vgpus_stay (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "two-hostdevs.xml");
  g_autofree char *edited = edit (xml, "{}");
  g_autofree char *changed = replace (xml, "type='mdev'", "type='mdev' display='on'");

  assert_verified (xml, edited, "the honest answer");
  assert_refused (xml, changed, "a change of somebody else's device");
}

/* What reads like a comment, but was text, is none. */
static void
test_text_is_no_comment (void)
{
  g_autofree char *plain = fixture_read ("fixtures", "q35-vnc-virtio.xml");
  g_autofree char *xml = replace (plain, "<name>", "<title>&lt;!--a--&gt;</title><name>");
  g_autofree char *edited = edit (xml, "{}");
  g_autofree char *changed = replace (edited, "&lt;!--a--&gt;", "<!--a-->");

  assert_verified (xml, edited, "the honest answer");
  assert_refused (xml, changed, "a comment in place of text");
}

/* A vGPU that was attached by hand goes with all that was told QEMU of it, and nothing else does. */
static void
test_hand_made (void)
{
  static const char *const files[] = { "guide-uefi.xml", "device-argument.xml", "display-off.xml" };
  static const struct {
    const char *file;
    const char *from;
    const char *to;
  } lost[] = {
    { "guide-uefi.xml",
      "<qemu:arg value='-set'/>",
      "<qemu:arg value='-S'/><qemu:arg value='-set'/>" },
    { "guide-uefi.xml",
      "<qemu:arg value='-set'/>",
      "<qemu:arg value='-set'/><qemu:arg value='device.virtio-disk0.x=y'/>"
      "<qemu:arg value='-set'/>" },
    { "guide-uefi.xml",
      "<qemu:arg value='-set'/>",
      "<qemu:arg value='-device'/><qemu:arg "
      "value='vfio-pci,sysfsdev=/sys/bus/mdev/devices/" OTHER_VGPU "'/><qemu:arg value='-set'/>" },
    { "guide-uefi.xml",
      "<qemu:arg value='-set'/>",
      "<qemu:env name='LD_PRELOAD' value='x'/><qemu:arg value='-set'/>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *xml = fixture_read ("legacy", files[i]);
    g_autofree char *edited = edit (xml, "{'display': <'spice-gl'>}");
    g_autofree char *stripped = strip (xml);

    g_assert_null (strstr (edited, "-set"));
    g_assert_null (strstr (stripped, "-set"));
    assert_verified (xml, edited, files[i]);
    assert_verified (xml, stripped, files[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (lost); i++) {
    g_autofree char *xml = fixture_read ("legacy", lost[i].file);
    g_autofree char *more = replace (xml, lost[i].from, lost[i].to);
    g_autofree char *edited = edit (xml, "{'display': <'spice-gl'>}");
    g_autofree char *honest = edit (more, "{'display': <'spice-gl'>}");

    assert_verified (more, honest, lost[i].to);
    assert_refused (more, edited, lost[i].to);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/verify/edits", "fixtures", test_edits);
  g_test_add_data_func ("/verify/edits-of-virt-install", "virt-install", test_edits);
  g_test_add_func ("/verify/evil", test_evil);
  g_test_add_func ("/verify/evil-strip", test_evil_strip);
  g_test_add_func ("/verify/evil-record", test_evil_record);
  g_test_add_func ("/verify/other-vgpus-stay", test_other_vgpus_stay);
  g_test_add_func ("/verify/hand-made", test_hand_made);
  g_test_add_func ("/verify/text-is-no-comment", test_text_is_no_comment);
  return g_test_run ();
}
