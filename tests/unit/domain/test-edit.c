/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Edit and strip: what comes out for given domains, and what must hold for all of them.
 */

#include "edit.h"
#include "fixtures.h"
#include "gvt-error.h"

#include <string.h>

/* Every property is tried with each of these. */
static const char *const all_settings[] = {
  "{}",
  "{'display': <'spice-gl'>}",
  "{'display': <'spice-gl'>, 'render-node': <'" RENDER_NODE "'>, 'ramfb': <true>}",
  "{'display': <'spice-egl'>, 'dma-buf': <true>, 'resolution': <'1440x900'>}",
  "{'display': <'vnc-egl'>, 'render-node': <'" RENDER_NODE "'>, 'workarounds': <['mesa-i965']>}",
  "{'display': <'vnc'>}",
  "{'display': <'vnc'>, 'keep-devices': <true>, 'workarounds': <['intel-norbc', 'mesa-i965']>}",
  "{'display': <'dbus'>, 'dma-buf': <true>, 'qemu-syntax': <'override'>}",
  "{'address': <'0000:00:1a.3'>, 'dma-buf': <true>, 'workarounds': <['intel-norbc']>}",
};

typedef void (*Property) (const char *xml, const char *settings);

static void
for_all (gconstpointer data)
{
  g_auto (GStrv) names = fixture_names ("fixtures");
  Property property = (Property) (gsize) data;

  for (gsize i = 0; names[i] != NULL; i++) {
    g_autofree char *xml = fixture_read ("fixtures", names[i]);

    for (gsize j = 0; j < G_N_ELEMENTS (all_settings); j++) {
      g_test_message ("%s with %s", names[i], all_settings[j]);
      property (xml, all_settings[j]);
    }
  }
}

/* What virt-install makes; see the script that wrote them. */
static void
for_virt_install (gconstpointer data)
{
  static const guint some_settings[] = { 2, 3, 4, 5 };
  g_auto (GStrv) names = fixture_names ("virt-install");
  Property property = (Property) (gsize) data;

  g_assert_cmpuint (g_strv_length (names), >=, 40);
  for (gsize i = 0; names[i] != NULL; i++) {
    g_autofree char *xml = fixture_read ("virt-install", names[i]);
    const char *settings = all_settings[some_settings[i % G_N_ELEMENTS (some_settings)]];

    g_test_message ("%s with %s", names[i], settings);
    property (xml, "{}");
    property (xml, settings);
  }
}

static void
strip_undoes_edit (const char *xml, const char *settings)
{
  g_autofree char *edited = fixture_edit (xml, settings);
  g_autofree char *stripped = fixture_strip (edited);

  g_assert_cmpstr (edited, !=, xml);
  g_assert_cmpstr (stripped, ==, xml);
}

static void
edit_twice_is_edit_once (const char *xml, const char *settings)
{
  g_autofree char *once = fixture_edit (xml, settings);
  g_autofree char *twice = fixture_edit (once, settings);

  g_assert_cmpstr (twice, ==, once);
}

static void
other_settings_replace (const char *xml, const char *settings)
{
  g_autofree char *first = fixture_edit (xml, "{'display': <'vnc'>, 'dma-buf': <true>}");
  g_autofree char *second =
      fixture_edit (first, "{'display': <'spice-egl'>, 'address': <'0000:00:1c.0'>}");
  g_autofree char *then = fixture_edit (second, settings);
  g_autofree char *direct = fixture_edit (xml, settings);

  g_assert_cmpstr (then, ==, direct);
}

/* Rewritten by libvirt between edit and strip, the domain means what it did before. */
static void
strip_undoes_edit_rewritten (const char *xml, const char *settings)
{
  g_autofree char *edited = fixture_edit (xml, settings);
  g_autofree char *rewritten = fixture_rewrite (edited);
  g_autofree char *stripped = fixture_strip (rewritten);
  g_autofree char *result = fixture_rewrite (stripped);
  g_autofree char *wanted = fixture_rewrite (xml);

  g_assert_cmpstr (result, ==, wanted);
}

static void
edit_again_rewritten (const char *xml, const char *settings)
{
  g_autofree char *edited = fixture_edit (xml, settings);
  g_autofree char *rewritten = fixture_rewrite (edited);
  g_autofree char *again = fixture_edit (rewritten, settings);

  g_assert_cmpstr (again, ==, rewritten);
}

#define HAND_MADE(inside)                                                                          \
  "<domain><devices><hostdev mode='subsystem' type='mdev' model='vfio-pci'>"                       \
  "<source><address uuid='CB33EC6D-AD44-4702-B80F-C176F56AFEA1'/></source>" inside                 \
  "</hostdev></devices></domain>"

static void
test_hand_made_is_taken_over (void)
{
  const char *xml = HAND_MADE ("<address type='pci' domain='0' bus='0x08' slot='1'/>");
  g_autofree char *edited = fixture_edit (xml, "{}");
  g_autofree char *stripped = fixture_strip (edited);
  g_autofree char *stripped_hand_made = fixture_strip (xml);

  g_assert_nonnull (strstr (edited, "bus='0x08' slot='0x01' function='0x0'"));
  g_assert_nonnull (strstr (edited, "<alias name='ua-gvtg0'/>"));
  g_assert_cmpstr (stripped, ==, "<domain><devices></devices></domain>");
  g_assert_cmpstr (stripped_hand_made, ==, stripped);
}

/* With a -set for a device that is gone QEMU would not start; others' stay. */
static void
test_hand_made_options_go (void)
{
  g_autofree char *xml = fixture_read ("legacy", "guide-uefi.xml");
  g_autofree char *stripped = fixture_strip (xml);
  g_autofree char *edited = fixture_edit (xml, "{}");
  g_autofree char *argument = fixture_read ("legacy", "device-argument.xml");
  g_autofree char *argument_stripped = fixture_strip (argument);
  g_autofree char *argument_edited = fixture_edit (argument, "{}");

  g_assert_null (strstr (stripped, "hostdev0"));
  g_assert_null (strstr (edited, "hostdev0"));
  g_assert_nonnull (strstr (stripped, "INTEL_DEBUG"));
  g_assert_nonnull (strstr (edited, "bus='0x08' slot='0x00'"));
  g_assert_null (strstr (argument_stripped, VGPU));
  g_assert_null (strstr (argument_edited, "sysfsdev"));
}

static void
assert_edit_fails (const char *xml,
                   const char *uuid,
                   const char *settings_text,
                   int code,
                   const char *part)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings (settings_text);
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = gvt_domain_edit (xml, uuid, settings, &error);

  g_test_message ("%s", error != NULL ? error->message : "no error");
  g_assert_null (edited);
  g_assert_error (error, GVT_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_conflicts (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "q35-vnc-virtio.xml");
  g_autofree char *edited = fixture_edit (xml, "{}");
  g_autofree char *unrecorded = fixture_replace (edited, "gvt:attachment", "gvt:other");
  g_autofree char *unrecorded_too = fixture_replace (unrecorded, "/gvt:attachment", "/gvt:other");

  assert_edit_fails (edited, OTHER_VGPU, "{}", GVT_ERROR_CONFLICT, VGPU);
  assert_edit_fails (unrecorded_too, OTHER_VGPU, "{}", GVT_ERROR_CONFLICT, VGPU);
  assert_edit_fails (xml,
                     VGPU,
                     "{'address': <'0000:00:1b.0'>}",
                     GVT_ERROR_CONFLICT,
                     "0000:00:1b.0 is taken by a <sound>");
  assert_edit_fails (xml, VGPU, "{'address': <'0000:00:1f.5'>}", GVT_ERROR_CONFLICT, "chipset");
  assert_edit_fails ("<domain><devices><graphics type='egl-headless'/></devices></domain>",
                     VGPU,
                     "{'display': <'spice-gl'>, 'keep-devices': <true>}",
                     GVT_ERROR_CONFLICT,
                     "egl-headless");
}

static void
test_full_bus (void)
{
  g_autoptr (GString) xml = g_string_new ("<domain><devices>");

  for (guint slot = 0; slot < 32; slot++)
    g_string_append_printf (xml, "<sound><address type='pci' slot='0x%02x'/></sound>", slot);
  g_string_append (xml, "</devices></domain>");

  assert_edit_fails (xml->str, VGPU, "{}", GVT_ERROR_CONFLICT, "no slot");
}

static void
test_strip_not_found (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "q35-vnc-virtio.xml");
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_domain_strip (xml, VGPU, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
}

static void
add_property (const char *name, Property property)
{
  g_autofree char *path = g_strconcat ("/edit/", name, NULL);
  g_autofree char *virt_install_path = g_strconcat ("/edit/virt-install/", name, NULL);

  g_test_add_data_func (path, (gconstpointer) (gsize) property, for_all);
  g_test_add_data_func (virt_install_path, (gconstpointer) (gsize) property, for_virt_install);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_property ("strip-undoes-edit", strip_undoes_edit);
  add_property ("twice-is-once", edit_twice_is_edit_once);
  add_property ("other-settings-replace", other_settings_replace);
  add_property ("strip-undoes-edit-rewritten", strip_undoes_edit_rewritten);
  add_property ("again-rewritten", edit_again_rewritten);
  g_test_add_func ("/edit/hand-made-is-taken-over", test_hand_made_is_taken_over);
  g_test_add_func ("/edit/hand-made-options-go", test_hand_made_options_go);
  g_test_add_func ("/edit/conflicts", test_conflicts);
  g_test_add_func ("/edit/full-bus", test_full_bus);
  g_test_add_func ("/edit/strip-not-found", test_strip_not_found);

  return g_test_run ();
}
