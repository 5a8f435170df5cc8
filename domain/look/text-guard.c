/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is refused before a parser sees a byte: size, encoding. libxml2 takes the encoding from the
 * text by default and loads iconv modules for it, so the declaration is read here first. Pure.
 */

#include "text-guard.h"

#include "gvt-error.h"
#include "xml-limits.h"

#include <string.h>

/* The value of the pseudo attribute "encoding" of an XML declaration, or NULL if it has none. */
static char *
declared_encoding (const char *text)
{
  g_autofree char *declaration = NULL;
  const char *value = NULL;
  const char *end = NULL;
  char quote;

  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    text += 3;
  if (!g_str_has_prefix (text, "<?xml") || !g_ascii_isspace (text[5]))
    return NULL;

  end = strstr (text, "?>");
  if (end == NULL)
    return NULL;

  declaration = g_strndup (text, (gsize) (end - text));
  value = strstr (declaration, "encoding");
  if (value == NULL)
    return NULL;

  value += strlen ("encoding");
  value += strspn (value, " \t\r\n=");
  quote = *value;
  if (quote != '\'' && quote != '"')
    return g_strdup ("");

  value++;
  end = strchr (value, quote);
  return end != NULL ? g_strndup (value, (gsize) (end - value)) : g_strdup ("");
}

gboolean
gvt_text_guard_check (const char *text, GError **error)
{
  g_autofree char *encoding = NULL;
  gsize length = strnlen (text, GVT_DOMAIN_XML_MAX + 1);
  const char *bad = NULL;

  if (length > GVT_DOMAIN_XML_MAX) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "the domain XML is larger than %d KiB",
                 GVT_DOMAIN_XML_MAX / 1024);
    return FALSE;
  }

  if (!g_utf8_validate (text, (gssize) length, &bad)) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "the domain XML is not UTF-8 at byte %" G_GSIZE_FORMAT,
                 (gsize) (bad - text));
    return FALSE;
  }

  encoding = declared_encoding (text);
  if (encoding != NULL && g_ascii_strcasecmp (encoding, "UTF-8") != 0) {
    g_autofree char *shown = g_utf8_substring (encoding, 0, MIN (g_utf8_strlen (encoding, -1), 40));

    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "line 1: the domain XML declares the encoding \"%s\"; only UTF-8 is taken",
                 shown);
    return FALSE;
  }

  return TRUE;
}
