/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests to and replies from gvt-domain-editor, as serialised GVariants. Neither side trusts the
 * other's bytes. Needs GLib alone: the service uses it without libxml2. Pure; any thread.
 */

#include "worker-protocol.h"

#include "gvt-error.h"

/* Verb, XML, UUID, settings. */
#define REQUEST_TYPE ((const GVariantType *) "(ussa{sv})")

/* Whether there is a result, else an error's code, result or message. */
#define REPLY_TYPE ((const GVariantType *) "(bus)")

/* Serialised data that is not in normal form reads as something else than was written. */
static GVariant *
read_normal (GBytes *bytes, const GVariantType *type)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, FALSE));

  return g_variant_is_normal_form (value) ? g_steal_pointer (&value) : NULL;
}

GBytes *
gvt_worker_request_pack (GvtWorkerVerb verb,
                         const char *xml,
                         const char *uuid,
                         GVariant *settings,
                         GError **error)
{
  g_autoptr (GVariant) sunk = settings != NULL ? g_variant_ref_sink (settings) : NULL;
  g_autoptr (GVariant) request = NULL;

  if (!g_utf8_validate (xml, -1, NULL)) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_INVALID_ARGUMENT,
                         "the domain XML is not UTF-8");
    return NULL;
  }

  request = g_variant_new ("(uss@a{sv})",
                           (guint32) verb,
                           xml,
                           uuid != NULL ? uuid : "",
                           sunk != NULL ? sunk : g_variant_new ("a{sv}", NULL));
  g_variant_ref_sink (request);
  if (g_variant_get_size (request) >
      (verb == GVT_WORKER_VERIFY ? GVT_WORKER_VERIFY_MAX : GVT_WORKER_REQUEST_MAX)) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_INVALID_ARGUMENT,
                         "the domain XML is larger than 128 KiB");
    return NULL;
  }

  return g_variant_get_data_as_bytes (request);
}

GvtWorkerRequest *
gvt_worker_request_unpack (GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) request = read_normal (bytes, REQUEST_TYPE);
  g_autoptr (GvtWorkerRequest) self = g_new0 (GvtWorkerRequest, 1);
  guint32 verb = G_MAXUINT32;

  if (request != NULL)
    g_variant_get (request, "(uss@a{sv})", &verb, &self->xml, &self->uuid, &self->settings);
  if (verb > GVT_WORKER_VERIFY) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_INVALID_ARGUMENT,
                         "what came on standard input is not a request");
    return NULL;
  }

  self->verb = (GvtWorkerVerb) verb;
  return g_steal_pointer (&self);
}

void
gvt_worker_request_free (GvtWorkerRequest *self)
{
  if (self == NULL)
    return;

  g_free (self->xml);
  g_free (self->uuid);
  g_clear_pointer (&self->settings, g_variant_unref);
  g_free (self);
}

GBytes *
gvt_worker_reply_pack (const char *text, const GError *problem)
{
  g_autoptr (GVariant) reply = NULL;
  gboolean done = text != NULL;

  g_return_val_if_fail (done || problem != NULL, NULL);

  reply = g_variant_new ("(bus)",
                         done,
                         done ? 0 : (guint32) problem->code,
                         done ? text : problem->message);
  g_variant_ref_sink (reply);
  return g_variant_get_data_as_bytes (reply);
}

char *
gvt_worker_reply_unpack (GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) reply = read_normal (bytes, REPLY_TYPE);
  g_autofree char *text = NULL;
  gboolean done = FALSE;
  guint32 code = G_MAXUINT32;

  if (reply != NULL)
    g_variant_get (reply, "(bus)", &done, &code, &text);
  if (code > GVT_ERROR_LIBVIRT) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_FAILED,
                         "the domain editor answered with something that is not a reply");
    return NULL;
  }

  if (done)
    return g_steal_pointer (&text);

  g_set_error_literal (error, GVT_ERROR, (int) code, text);
  return NULL;
}
