/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts that mean harm, or are no domain: each is refused with a clear reason.
 */

#include "edit.h"
#include "fixtures.h"
#include "gvt-error.h"
#include "inspect.h"

#include <string.h>

static void
assert_refused (const char *xml, const char *part)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");
  g_autoptr (GError) edit_error = NULL;
  g_autoptr (GError) strip_error = NULL;
  g_autoptr (GError) inspect_error = NULL;

  g_assert_null (gvt_domain_edit (xml, VGPU, settings, &edit_error));
  g_assert_null (gvt_domain_strip (xml, VGPU, &strip_error));
  g_assert_null (gvt_domain_inspect (xml, &inspect_error));
  g_test_message ("%s", edit_error->message);

  g_assert_error (edit_error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  g_assert_error (strip_error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  g_assert_error (inspect_error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (edit_error->message, -1, NULL));
  g_assert_cmpuint (strlen (edit_error->message), <, 1000);
  if (strstr (edit_error->message, part) == NULL)
    g_error ("\"%s\" does not say \"%s\"", edit_error->message, part);
}

static const struct {
  const char *name;
  const char *xml;
  const char *part;
} texts[] = {
  { "empty", "", "line 1" },
  { "blank", " \n\t ", "line" },
  { "text", "not xml at all", "line 1" },
  { "json", "{\"domain\": {}}", "line 1" },
  { "unclosed", "<domain>\n<devices>\n", "line" },
  { "crossed", "<domain>\n<devices>\n</domain></devices>", "line 3" },
  { "two-roots", "<domain><devices/></domain><domain/>", "line 1" },
  { "attribute-twice", "<domain a='1' a='2'><devices/></domain>", "line 1" },
  { "raw-less-than", "<domain a='<'><devices/></domain>", "line 1" },
  { "no-prefix", "<domain>\n<devices/><qemu:commandline/></domain>", "line 2" },
  { "entity", "<domain>&unknown;<devices/></domain>", "unknown" },
  { "control-character", "<domain>\x01<devices/></domain>", "line 1" },
  { "not-a-domain", "<network><devices/></network>", "<network>" },
  { "other-namespace", "<domain xmlns='urn:x'><devices/></domain>", "<domain>" },
  { "doctype", "<!DOCTYPE domain>\n<domain><devices/></domain>", "DOCTYPE" },
  { "doctype-system",
    "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain><devices/></domain>",
    "DOCTYPE" },
  { "external-entity",
    "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    "<domain><name>&x;</name><devices/></domain>",
    "DOCTYPE" },
  { "parameter-entity",
    "<!DOCTYPE domain [<!ENTITY % x SYSTEM 'http://127.0.0.1/x'> %x;]><domain><devices/></domain>",
    "DOCTYPE" },
  { "billion-laughs",
    "<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
    "<domain><name>&d;</name><devices/></domain>",
    "DOCTYPE" },
  { "latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?><domain><devices/></domain>", "UTF-8" },
  { "utf-7",
    "<?xml version='1.0' encoding='UTF-7'?>+ADw-domain+AD4-+ADw-/domain+AD4-",
    "encoding \"UTF-7\"" },
  { "utf-16-declared",
    "<?xml version=\"1.0\" encoding=\"UTF-16\"?><domain><devices/></domain>",
    "UTF-16" },
  { "ebcdic-declared", "<?xml version='1.0' encoding='IBM037'?><domain/>", "IBM037" },
  { "ebcdic", "\x4c\x6f\xa7\x94\x93\x40", "UTF-8" },
  { "invalid-utf-8", "<domain><name>\xff</name><devices/></domain>", "UTF-8 at byte 14" },
  { "overlong-utf-8", "<domain><name>\xc0\xbc</name><devices/></domain>", "UTF-8 at byte 14" },
  { "surrogate", "<domain><name>\xed\xa0\x80</name><devices/></domain>", "UTF-8 at byte 14" },
  { "utf-16", "\xff\xfe<\0d\0", "UTF-8 at byte 0" },
};

static void
test_text (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  assert_refused (texts[i].xml, texts[i].part);
}

/* @n times @text, between @before and @after. */
static char *
repeat (const char *before, const char *text, gsize n, const char *after)
{
  GString *result = g_string_new (before);

  for (gsize i = 0; i < n; i++)
    g_string_append (result, text);
  g_string_append (result, after);
  return g_string_free (result, FALSE);
}

static void
test_too_large (void)
{
  g_autofree char *megabyte = repeat ("<domain><!--", "x", 1024 * 1024, "--><devices/></domain>");
  g_autofree char *just = repeat ("", "x", 128 * 1024 + 1, "");

  assert_refused (megabyte, "128 KiB");
  assert_refused (just, "128 KiB");
}

static void
test_deep (void)
{
  g_autofree char *open = repeat ("<domain>", "<a>", 5000, "");
  g_autofree char *deep = repeat (open, "</a>", 5000, "<devices/></domain>");

  assert_refused (deep, "too deeply");
}

/* libxml2 before 2.12 compares every attribute with every other: the size limit is what bounds it.
 */
static void
test_many_attributes (void)
{
  g_autoptr (GString) xml = g_string_new ("<domain");
  g_autoptr (GString) more = NULL;
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = NULL;

  for (guint i = 0; xml->len < 120 * 1024; i++)
    g_string_append_printf (xml, " a%x=''", i);
  more = g_string_new (xml->str);
  for (guint i = 0; more->len < 200 * 1000; i++)
    g_string_append_printf (more, " b%x=''", i);
  g_string_append (xml, "><devices/></domain>");
  g_string_append (more, "><devices/></domain>");

  assert_refused (more->str, "128 KiB");
  edited = gvt_domain_edit (xml->str, VGPU, settings, &error);
  g_assert_no_error (error);
  g_assert_nonnull (edited);
}

/* What an edit gives must not be too large to be stripped. */
static void
test_grows_too_large (void)
{
  g_autofree char *xml =
      repeat ("<domain><devices><!--", "x", 128 * 1024 - 60, "--></devices></domain>");
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (xml), <, 128 * 1024);
  g_assert_null (gvt_domain_edit (xml, VGPU, settings, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
}

static void
test_no_devices (void)
{
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_domain_edit ("<domain/>", VGPU, settings, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "the domain has no <devices>");
}

static void
test_bad_uuid (void)
{
  static const char *const uuids[] = { "",
                                       "x",
                                       "cb33ec6d-ad44-4702-b80f-c176f56afea",
                                       "cb33ec6d-ad44-4702-b80f-c176f56afea1 ",
                                       "cb33ec6d-ad44-4702-b80f-c176f56afeag",
                                       "../../../etc/passwd",
                                       "' or '1'='1",
                                       "{cb33ec6d-ad44-4702-b80f-c176f56afea1}" };
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");

  for (gsize i = 0; i < G_N_ELEMENTS (uuids); i++) {
    g_autoptr (GError) edit_error = NULL;
    g_autoptr (GError) strip_error = NULL;

    g_assert_null (
        gvt_domain_edit ("<domain><devices/></domain>", uuids[i], settings, &edit_error));
    g_assert_error (edit_error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
    g_assert_null (gvt_domain_strip ("<domain><devices/></domain>", uuids[i], &strip_error));
    g_assert_error (strip_error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
  }
}

/* Names that would break a query made of strings are names like any other. */
static void
test_names_are_not_queries (void)
{
  const char *xml = "<domain><name>'\"]|//*[@x=&quot;</name><memory>1</memory>"
                    "<devices><hostdev type='mdev'><alias name=\"']|//*\"/>"
                    "<source><address uuid=\"' or ''='\"/></source></hostdev></devices></domain>";
  g_autoptr (GvtDomainSettings) settings = fixture_settings ("{}");
  g_autofree char *edited = gvt_domain_edit (xml, VGPU, settings, NULL);
  g_autofree char *stripped = gvt_domain_strip (edited, VGPU, NULL);
  g_autoptr (GvtDomainInfo) info = gvt_domain_inspect (xml, NULL);

  g_assert_cmpstr (stripped, ==, xml);
  g_assert_cmpstr (info->name, ==, "'\"]|//*[@x=\"");
  g_assert_cmpuint (g_strv_length (info->vgpus), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *path = g_strconcat ("/hostile/text/", texts[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_text);
  }
  g_test_add_func ("/hostile/too-large", test_too_large);
  g_test_add_func ("/hostile/deep", test_deep);
  g_test_add_func ("/hostile/many-attributes", test_many_attributes);
  g_test_add_func ("/hostile/grows-too-large", test_grows_too_large);
  g_test_add_func ("/hostile/no-devices", test_no_devices);
  g_test_add_func ("/hostile/bad-uuid", test_bad_uuid);
  g_test_add_func ("/hostile/names-are-not-queries", test_names_are_not_queries);

  return g_test_run ();
}
