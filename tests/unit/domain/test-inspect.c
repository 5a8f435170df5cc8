/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is read off a domain.
 */

#include "edit.h"
#include "fixtures.h"
#include "gvt-error.h"
#include "inspect.h"

static GvtDomainInfo *
inspect (const char *xml)
{
  g_autoptr (GError) error = NULL;
  GvtDomainInfo *info = gvt_domain_inspect (xml, &error);

  g_assert_no_error (error);
  return info;
}

static void
test_libvirt (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "q35-vnc-virtio.xml");
  g_autoptr (GvtDomainInfo) info = inspect (xml);

  g_assert_cmpstr (info->name, ==, "debian12");
  g_assert_cmpstr (info->uuid, ==, "8b86a806-c3cb-4bf7-b913-a9556ed05aaa");
  g_assert_cmpstr (info->type, ==, "kvm");
  g_assert_cmpstr (info->machine, ==, "pc-q35-7.2");
  g_assert_cmpuint (info->memory_kib, ==, 4194304);
  g_assert_cmpuint (g_strv_length (info->vgpus), ==, 0);
  g_assert_cmpuint (g_strv_length (info->our_vgpus), ==, 0);
}

static void
test_what_is_not_said (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "virt-install-uefi.xml");
  g_autoptr (GvtDomainInfo) info = inspect (xml);
  g_autoptr (GvtDomainInfo) empty = inspect ("<domain><memory>1</memory></domain>");

  g_assert_cmpstr (info->uuid, ==, "0e5b3b3f-2a94-4e5c-8f3c-5a0e0b8d6c11");
  g_assert_cmpstr (empty->name, ==, "");
  g_assert_cmpstr (empty->uuid, ==, "");
  g_assert_cmpstr (empty->type, ==, "");
  g_assert_cmpstr (empty->machine, ==, "");
  g_assert_null (empty->emulator);
  g_assert_null (empty->settings);
}

static const struct {
  const char *memory;
  guint64 kib;
} amounts[] = {
  { "<memory>2048</memory>", 2048 },
  { "<memory unit='KiB'> 2048\n</memory>", 2048 },
  { "<memory unit='k'>1</memory>", 1 },
  { "<memory unit='b'>1024</memory>", 1 },
  { "<memory unit='bytes'>1025</memory>", 2 },
  { "<memory unit='KB'>2000</memory>", 1954 },
  { "<memory unit='MB'>1</memory>", 977 },
  { "<memory unit='M'>1</memory>", 1024 },
  { "<memory unit='MiB'>4096</memory>", 4194304 },
  { "<memory unit='GB'>1</memory>", 976563 },
  { "<memory unit='G'>1</memory>", 1048576 },
  { "<memory unit='GiB'>8</memory>", 8388608 },
  { "<memory unit='T'>1</memory>", 1073741824 },
  { "<memory unit='TiB'>1</memory>", 1073741824 },
  { "<memory unit='TB'>1</memory>", 976562500 },
};

static void
test_memory (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (amounts); i++) {
    g_autofree char *xml = g_strdup_printf ("<domain>%s</domain>", amounts[i].memory);
    g_autoptr (GvtDomainInfo) info = inspect (xml);

    g_test_message ("%s", amounts[i].memory);
    g_assert_cmpuint (info->memory_kib, ==, amounts[i].kib);
  }
}

static void
test_bad_memory (void)
{
  static const char *const bad[] = { "",
                                     "<memory/>",
                                     "<memory>much</memory>",
                                     "<memory>-1</memory>",
                                     "<memory>1.5</memory>",
                                     "<memory>99999999999999999999</memory>",
                                     "<memory unit='TiB'>99999999999</memory>",
                                     "<memory unit='furlong'>1</memory>" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *xml = g_strdup_printf ("<domain>%s</domain>", bad[i]);
    g_autoptr (GError) error = NULL;

    g_assert_null (gvt_domain_inspect (xml, &error));
    g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
    g_test_message ("%s", error->message);
  }
}

static void
test_vgpus (void)
{
  g_autofree char *xml = fixture_read ("fixtures", "two-hostdevs.xml");
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");
  g_autofree char *edited = gvt_domain_edit (xml, VGPU, settings, NULL);
  g_autoptr (GvtDomainInfo) before = inspect (xml);
  g_autoptr (GvtDomainInfo) after = inspect (edited);

  g_assert_cmpuint (g_strv_length (before->vgpus), ==, 1);
  g_assert_cmpstr (before->vgpus[0], ==, "11111111-2222-3333-4444-555555555555");
  g_assert_cmpuint (g_strv_length (before->our_vgpus), ==, 0);
  g_assert_cmpuint (g_strv_length (after->vgpus), ==, 2);
  g_assert_cmpstr (after->vgpus[1], ==, VGPU);
  g_assert_cmpuint (g_strv_length (after->our_vgpus), ==, 1);
  g_assert_cmpstr (after->our_vgpus[0], ==, VGPU);
}

/* By its alias alone, if somebody removed the record. */
static void
test_alias_marks (void)
{
  g_autoptr (GvtDomainInfo) info = inspect (
      "<domain><memory>1</memory><devices><hostdev type='mdev'><source>"
      "<address uuid='" VGPU "'/></source><alias name='ua-gvtg12'/></hostdev></devices>"
      "<metadata><gvt:attachment xmlns:gvt='https://gvt-manager.org/xmlns/domain/1'/>"
      "</metadata></domain>");

  g_assert_cmpuint (g_strv_length (info->our_vgpus), ==, 1);
}

#define OURS "xmlns:gvt='https://gvt-manager.org/xmlns/domain/1'"
#define HOSTDEV "<hostdev type='mdev'><source><address uuid='" VGPU "'/></source></hostdev>"

/* What looks like libvirt's elements, or ours, is neither if it is of another namespace. */
static void
test_namespaces (void)
{
  g_autoptr (GvtDomainInfo) others = inspect (
      "<domain xmlns:x='urn:x'><x:memory>2</x:memory><memory>1</memory><x:name>a</x:name>"
      "<metadata xmlns:gvt='urn:y'><gvt:attachment vgpu='" VGPU "' alias='ua-gvtg0'/></metadata>"
      "<devices xmlns='urn:x'>" HOSTDEV "</devices><x:devices>" HOSTDEV "</x:devices>"
      "<devices><x:hostdev type='mdev'/>" HOSTDEV "</devices></domain>");
  g_autoptr (GvtDomainInfo) ours = inspect (
      "<domain " OURS "><memory>1</memory><devices xmlns=''>" HOSTDEV "</devices><metadata>"
      "<gvt:attachment vgpu='" VGPU "' alias='ua-gvtg0'/></metadata></domain>");

  g_assert_cmpuint (others->memory_kib, ==, 1);
  g_assert_cmpstr (others->name, ==, "");
  g_assert_cmpuint (g_strv_length (others->vgpus), ==, 1);
  g_assert_cmpuint (g_strv_length (others->our_vgpus), ==, 0);
  g_assert_cmpuint (g_strv_length (ours->our_vgpus), ==, 1);
}

/* As text is read by those who wrote it: comments are none of it, CDATA is. */
static void
test_text (void)
{
  g_autoptr (GvtDomainInfo) info = inspect (
      "<domain><name> a<!-- b -->c&lt;!-- d --&gt;<![CDATA[<e>]]> </name><memory>1</memory>"
      "</domain>");

  g_assert_cmpstr (info->name, ==, "ac<!-- d --><e>");
}

static void
test_settings (void)
{
  static const char *const all[] = {
    "{}",
    "{'display': <'spice-gl'>, 'keep-devices': <true>}",
    "{'display': <'vnc-egl'>, 'workarounds': <['mesa-i965', 'intel-norbc']>}",
  };
  g_autofree char *xml = fixture_read ("fixtures", "q35-vnc-virtio.xml");

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autoptr (GvtDomainSettings) settings = fixture_settings (all[i]);
    g_autofree char *edited = gvt_domain_edit (xml, VGPU, settings, NULL);
    g_autoptr (GvtDomainInfo) info = inspect (edited);
    g_autofree char *again = NULL;
    g_autoptr (GvtDomainSettings) read = NULL;

    g_assert_nonnull (info->settings);
    read = gvt_domain_settings_from_variant (info->settings, NULL);
    g_assert_nonnull (read);
    again = gvt_domain_edit (xml, VGPU, read, NULL);
    g_assert_cmpstr (again, ==, edited);
  }
}

/* Settings that no edit would have written are none. */
static void
test_damaged_record (void)
{
  g_autoptr (GvtDomainInfo) info = inspect (
      "<domain><memory>1</memory><devices>" HOSTDEV "</devices><metadata>"
      "<gvt:attachment " OURS " vgpu='" VGPU "' alias='ua-gvtg0'>"
      "<gvt:settings display='cinema'/></gvt:attachment></metadata></domain>");

  g_assert_cmpuint (g_strv_length (info->our_vgpus), ==, 1);
  g_assert_null (info->settings);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/inspect/libvirt", test_libvirt);
  g_test_add_func ("/inspect/what-is-not-said", test_what_is_not_said);
  g_test_add_func ("/inspect/memory", test_memory);
  g_test_add_func ("/inspect/bad-memory", test_bad_memory);
  g_test_add_func ("/inspect/vgpus", test_vgpus);
  g_test_add_func ("/inspect/alias-marks", test_alias_marks);
  g_test_add_func ("/inspect/namespaces", test_namespaces);
  g_test_add_func ("/inspect/text", test_text);
  g_test_add_func ("/inspect/settings", test_settings);
  g_test_add_func ("/inspect/damaged-record", test_damaged_record);

  return g_test_run ();
}
