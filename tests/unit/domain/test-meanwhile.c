/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt and people change between edit and strip, and what strip makes of it.
 */

#include "edit.h"
#include "fixtures.h"
#include "gvt-error.h"
#include "verify.h"

#include <string.h>

/* Somebody else adds a disk and removes the sound card between edit and strip. */
static void
test_foreign_edits (void)
{
  static const char sound[] = "    <sound model='ich6'>\n"
                              "      <audio id='1'/>\n"
                              "      <address type='pci' domain='0x0000' bus='0x00' slot='0x04' "
                              "function='0x0'/>\n"
                              "    </sound>\n";
  static const char disk[] = "    <disk type='file' device='cdrom'/>\n    <controller type='usb'";
  g_autofree char *xml = fixture_read ("fixtures", "pc-spice-qxl-two-videos.xml");
  g_autofree char *edited = fixture_edit (xml, "{'display': <'spice-gl'>}");
  g_autofree char *without_sound = fixture_replace (edited, sound, "");
  g_autofree char *changed = fixture_replace (without_sound, "    <controller type='usb'", disk);
  g_autofree char *stripped = fixture_strip (changed);
  g_autofree char *wanted_without_sound = fixture_replace (xml, sound, "");
  g_autofree char *wanted =
      fixture_replace (wanted_without_sound, "    <controller type='usb'", disk);

  g_assert_cmpstr (stripped, ==, wanted);
}

/* The neighbour of a removed device goes too: it returns beside its like, or at the end. */
static void
test_neighbour_gone (void)
{
  g_autofree char *edited = fixture_edit ("<domain><devices><a/><video/><b/></devices></domain>",
                                          "{'display': <'spice-gl'>}");
  g_autofree char *changed = fixture_replace (edited, "<a/>", "");
  g_autofree char *stripped = fixture_strip (changed);

  g_assert_cmpstr (stripped, ==, "<domain><devices><b/><video/></devices></domain>");
}

/* What somebody else put into the <metadata> that an edit made stays. */
static void
test_foreign_metadata (void)
{
  g_autofree char *edited = fixture_edit ("<domain><devices/></domain>", "{}");
  g_autofree char *changed =
      fixture_replace (edited, "<metadata>", "<metadata><x:y xmlns:x='urn:x'/>");
  g_autofree char *stripped = fixture_strip (changed);

  g_assert_cmpstr (stripped,
                   ==,
                   "<domain><metadata><x:y xmlns:x='urn:x'/></metadata><devices/></domain>");
}

/* libvirt adds an audio back end that suits the display; without that display it would be refused. */
static void
test_audio_of_libvirt (void)
{
  const char *xml = "<domain><devices><graphics type='sdl'/></devices></domain>";
  g_autofree char *edited = fixture_edit (xml, "{'display': <'spice-gl'>}");
  g_autofree char *with_default =
      fixture_replace (edited, "</devices>", "<audio id='1' type='spice'/></devices>");
  g_autofree char *with_own =
      fixture_replace (edited, "</devices>", "<audio id='1' type='file' path='/x'/></devices>");
  g_autofree char *stripped = fixture_strip (with_default);
  g_autofree char *stripped_own = fixture_strip (with_own);

  g_assert_cmpstr (stripped, ==, xml);
  g_assert_true (gvt_domain_verify (with_default, stripped, VGPU, NULL));
  g_assert_cmpstr (stripped_own,
                   ==,
                   "<domain><devices><graphics type='sdl'/>"
                   "<audio id='1' type='file' path='/x'/></devices></domain>");
}

/* libvirt adds a controller for each bus up to the vGPU's; those go that nothing else came to use. */
static void
test_controllers_of_libvirt (void)
{
  static const char before[] = "<domain><devices><controller type='pci' index='0'/>"
                               "<controller type='pci' index='1'/></devices></domain>";
  static const char added[] =
      "<controller type='pci' index='2'><address type='pci' bus='0x00' slot='3'/></controller>"
      "<controller type='pci' index='3'><address type='pci' bus='0x02' slot='0'/></controller>"
      "<controller type='pci' index='4'><address type='pci' bus='0x00' slot='4'/></controller>";
  static const char later[] = "<sound><address type='pci' bus='0x03' slot='0'/></sound>";
  g_autofree char *edited = fixture_edit (before, "{'address': <'0000:04:00.0'>}");
  g_autofree char *with_added = g_strconcat (added, "</devices>", NULL);
  g_autofree char *with_later = g_strconcat (later, added, "</devices>", NULL);
  g_autofree char *defined = fixture_replace (edited, "</devices>", with_added);
  g_autofree char *used = fixture_replace (edited, "</devices>", with_later);
  g_autofree char *stripped = fixture_strip (defined);
  g_autofree char *stripped_used = fixture_strip (used);

  g_autofree char *unannounced = fixture_replace (defined, " buses='1'", "");

  g_assert_cmpstr (stripped, ==, before);
  g_assert_true (gvt_domain_verify (defined, stripped, VGPU, NULL));
  g_assert_true (gvt_domain_verify (used, stripped_used, VGPU, NULL));
  g_assert_false (gvt_domain_verify (unannounced, stripped, VGPU, NULL));
  g_assert_nonnull (strstr (stripped_used, "index='2'"));
  g_assert_nonnull (strstr (stripped_used, "index='3'"));
  g_assert_null (strstr (stripped_used, "index='4'"));
}

/* A leftover record does not stand in the way of the next vGPU. */
static void
test_leftover_record (void)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = fixture_edit ("<domain><devices/></domain>", "{}");
  const char *hostdev = strstr (edited, "<hostdev");
  const char *end = strstr (edited, "</devices>");
  g_autofree char *before = g_strndup (edited, (gsize) (hostdev - edited));
  g_autofree char *without = g_strconcat (before, end, NULL);
  g_autofree char *next = gvt_domain_edit (without, OTHER_VGPU, settings, &error);
  g_autofree char *stripped = gvt_domain_strip (next, OTHER_VGPU, NULL);

  g_assert_no_error (error);
  g_assert_null (strstr (next, VGPU));
  g_assert_cmpstr (stripped, ==, "<domain><devices/></domain>");
}

/* A record is text like any other: it must not smuggle anything in. */
static void
test_damaged_record (void)
{
  static const char *const removed[] = {
    "&lt;video/&gt;&lt;video/&gt;",
    "&lt;/devices&gt;&lt;seclabel type='none'/&gt;&lt;devices&gt;",
    "&lt;video",
    "",
    "only text",
    "&lt;!-- &lt;video/&gt;",
  };
  static const char *const parts[] = {
    "<gvt:removed after='' index='-1' gap='0'>&lt;video/&gt;</gvt:removed>",
    "<gvt:removed after='' index='0' gap='99999999999'>&lt;video/&gt;</gvt:removed>",
    "<gvt:opened element='devices'>/&gt;&lt;x/&gt;</gvt:opened>",
    "<gvt:unknown/>",
    "<gvt:added element='video'/>",
  };
  g_autofree char *edited = fixture_edit ("<domain><devices><a/></devices></domain>", "{}");

  for (gsize i = 0; i < G_N_ELEMENTS (removed) + G_N_ELEMENTS (parts); i++) {
    g_autofree char *part =
        i < G_N_ELEMENTS (removed)
            ? g_strdup_printf ("<gvt:removed after='a' index='0' gap='0'>%s</gvt:removed>"
                               "</gvt:attachment>",
                               removed[i])
            : g_strconcat (parts[i - G_N_ELEMENTS (removed)], "</gvt:attachment>", NULL);
    g_autofree char *damaged = fixture_replace (edited, "</gvt:attachment>", part);
    g_autoptr (GError) error = NULL;
    g_autofree char *stripped = gvt_domain_strip (damaged, VGPU, &error);

    g_test_message ("%s: %s", part, error != NULL ? error->message : stripped);
    g_assert_null (stripped);
    g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/meanwhile/foreign-edits", test_foreign_edits);
  g_test_add_func ("/meanwhile/neighbour-gone", test_neighbour_gone);
  g_test_add_func ("/meanwhile/foreign-metadata", test_foreign_metadata);
  g_test_add_func ("/meanwhile/audio-of-libvirt", test_audio_of_libvirt);
  g_test_add_func ("/meanwhile/controllers-of-libvirt", test_controllers_of_libvirt);
  g_test_add_func ("/meanwhile/leftover-record", test_leftover_record);
  g_test_add_func ("/meanwhile/damaged-record", test_damaged_record);

  return g_test_run ();
}
