/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvt-domain-editor: one request on standard input, one reply on standard output, then the end. It
 * confines itself first and reads only then, so a fault in the XML parser leads nowhere. It must
 * never open a file or write anything but the reply.
 */

#include "edit.h"
#include "gvt-error.h"
#include "verify.h"
#include "worker-protocol.h"
#include "worker-sandbox.h"

#include <errno.h>
#include <libxml/parser.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
const char *__asan_default_options (void);

/* At the end the leak checker would need what the filter forbids. */
const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}
#endif

/* The codes alone. Their names on the bus, and with them GIO, have no place in this program. */
GQuark
gvt_error_quark (void)
{
  return g_quark_from_static_string ("gvt-error-quark");
}

/* Nothing outside the text is ever part of it. */
static xmlParserInput *
no_external_entity (const char *url, const char *id, xmlParserCtxt *context)
{
  return NULL;
}

static GBytes *
read_request (GError **error)
{
  g_autoptr (GByteArray) request = g_byte_array_new ();
  guint8 chunk[16 * 1024];

  for (;;) {
    ssize_t n = read (STDIN_FILENO, chunk, sizeof chunk);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 || request->len + (gsize) n > GVT_WORKER_VERIFY_MAX) {
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_INVALID_ARGUMENT,
                   n < 0 ? "the request cannot be read" : "the request is too large");
      return NULL;
    }
    if (n == 0)
      return g_byte_array_free_to_bytes (g_steal_pointer (&request));

    g_byte_array_append (request, chunk, (guint) n);
  }
}

static gboolean
write_reply (GBytes *reply)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (reply, &size);

  while (size > 0) {
    ssize_t n = write (STDOUT_FILENO, data, size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    data += n;
    size -= (gsize) n;
  }
  return TRUE;
}

static char *
edit (const GvtWorkerRequest *request, GError **error)
{
  g_autoptr (GvtDomainSettings) settings = NULL;
  g_autoptr (GVariant) given = NULL;
  g_auto (GStrv) others = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, request->settings);
  g_variant_dict_lookup (&dict, GVT_WORKER_OTHER_VGPUS, "^as", &others);
  g_variant_dict_remove (&dict, GVT_WORKER_OTHER_VGPUS);
  given = g_variant_ref_sink (g_variant_dict_end (&dict));
  settings = gvt_domain_settings_from_variant (given, error);
  if (settings == NULL)
    return NULL;
  settings->other_vgpus = g_steal_pointer (&others);
  return gvt_domain_edit (request->xml, request->uuid, settings, error);
}

/* The settings are those of an edit, two of which mean something here. */
static char *
modernise (const GvtWorkerRequest *request, GError **error)
{
  g_autoptr (GvtDomainSettings) settings = gvt_domain_settings_from_variant (request->settings,
                                                                             error);
  const char *render_node = NULL;

  if (settings == NULL)
    return NULL;
  g_variant_lookup (request->settings, "render-node", "&s", &render_node);
  return gvt_domain_modernise (request->xml, render_node, settings->qemu_syntax, error);
}

static char *
answer (const GvtWorkerRequest *request, GError **error)
{
  const char *before = "";

  switch (request->verb) {
  case GVT_WORKER_EDIT:
    return edit (request, error);

  case GVT_WORKER_STRIP:
    return gvt_domain_strip (request->xml, request->uuid, error);

  case GVT_WORKER_VERIFY:
    g_variant_lookup (request->settings, "before", "&s", &before);
    return gvt_domain_verify (before, request->xml, request->uuid, error) ? g_strdup ("") : NULL;

  case GVT_WORKER_MODERNISE:
  default:
    return modernise (request, error);
  }
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) input = NULL;
  g_autoptr (GvtWorkerRequest) request = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) reply = NULL;

  /* What libxml2 looks up on first use must be looked up before files are out of reach. */
  xmlInitParser ();
  xmlSetExternalEntityLoader (no_external_entity);

  if (gvt_worker_sandbox_enter (&error))
    input = read_request (&error);
  if (input != NULL)
    request = gvt_worker_request_unpack (input, &error);
  if (request != NULL)
    text = answer (request, &error);

  reply = gvt_worker_reply_pack (text, error);
  return write_reply (reply) ? 0 : 1;
}
