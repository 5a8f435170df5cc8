/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain XML to and from the service, which edits it. Main thread, blocking. Must not look into it.
 */

#include "xml-calls.h"

#include "bus.h"
#include "gvt-error.h"
#include "gvt-names.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Far more than a domain's XML has, far less than hurts; what the service takes is its own affair.
 */
#define LONGEST_TEXT (4 * 1024 * 1024)

static char *
text_call (GvtClient *client, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  char *text = NULL;

  reply = gvt_bus_call (client,
                        GVT_PATH,
                        GVT_INTERFACE_DOMAINS,
                        method,
                        parameters,
                        G_VARIANT_TYPE ("(s)"),
                        error);
  if (reply != NULL)
    g_variant_get (reply, "(s)", &text);
  return text;
}

char *
gvt_xml_edit (GvtClient *client,
              const char *xml,
              const char *uuid,
              GVariant *settings,
              GError **error)
{
  return text_call (client, "EditXml", g_variant_new ("(ss@a{sv})", xml, uuid, settings), error);
}

char *
gvt_xml_strip (GvtClient *client, const char *xml, const char *uuid, GError **error)
{
  return text_call (client, "StripXml", g_variant_new ("(ssa{sv})", xml, uuid, NULL), error);
}

char *
gvt_xml_modernise (GvtClient *client, const char *xml, GVariant *options, GError **error)
{
  return text_call (client, "ModerniseXml", g_variant_new ("(s@a{sv})", xml, options), error);
}

static gboolean
plain_call (GvtClient *client, const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  reply = gvt_bus_call (client,
                        GVT_PATH,
                        GVT_INTERFACE_DOMAINS,
                        method,
                        parameters,
                        G_VARIANT_TYPE_UNIT,
                        error);
  return reply != NULL;
}

gboolean
gvt_xml_attach (GvtClient *client,
                const char *domain,
                const char *uuid,
                GVariant *settings,
                GError **error)
{
  return plain_call (client, "Attach", g_variant_new ("(ss@a{sv})", domain, uuid, settings), error);
}

gboolean
gvt_xml_detach (GvtClient *client, const char *domain, const char *uuid, GError **error)
{
  return plain_call (client, "Detach", g_variant_new ("(ssa{sv})", domain, uuid, NULL), error);
}

char *
gvt_xml_read (int fd, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[16384];

  while (TRUE) {
    gssize count = read (fd, buffer, sizeof buffer);

    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      g_set_error (error,
                   G_IO_ERROR,
                   g_io_error_from_errno (errno),
                   _ ("cannot read the XML: %s"),
                   g_strerror (errno));
      return NULL;
    }
    if (count == 0)
      break;
    g_string_append_len (text, buffer, count);
    if (text->len > LONGEST_TEXT) {
      g_set_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, _ ("the XML is too long"));
      return NULL;
    }
  }
  if (!g_utf8_validate (text->str, (gssize) text->len, NULL)) {
    g_set_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT, _ ("the XML is no UTF-8 text"));
    return NULL;
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
