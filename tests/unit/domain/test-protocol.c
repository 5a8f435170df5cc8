/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service and the worker say to each other, and what neither takes from the other.
 */

#include "fixtures.h"
#include "gvt-error.h"
#include "worker-protocol.h"

#define DOMAIN "<domain><devices/></domain>"

/* Requests that no service would send: cut off, changed, too long. */
static void
test_bad_requests (void)
{
  g_autoptr (GBytes) good = gvt_worker_request_pack (GVT_WORKER_EDIT, DOMAIN, VGPU, NULL, NULL);
  gsize size = g_bytes_get_size (good);

  for (gsize length = 0; length < size; length++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (good, 0, length);
    g_autoptr (GError) error = NULL;
    g_autoptr (GvtWorkerRequest) request = gvt_worker_request_unpack (cut, &error);

    if (request == NULL)
      g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
    else
      g_assert_cmpstr (request->xml, !=, NULL);
  }

  for (gsize i = 0; i < size; i++) {
    g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (good, NULL), size);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GvtWorkerRequest) request = NULL;

    changed[i] ^= 0xff;
    bytes = g_bytes_new (changed, size);
    request = gvt_worker_request_unpack (bytes, NULL);
    g_assert_true (request == NULL || g_utf8_validate (request->xml, -1, NULL));
  }
}

static void
test_replies (void)
{
  g_autoptr (GError) problem = g_error_new (GVT_ERROR, GVT_ERROR_CONFLICT, "taken");
  g_autoptr (GBytes) refusal = gvt_worker_reply_pack (NULL, problem);
  g_autoptr (GBytes) result = gvt_worker_reply_pack ("text", NULL);
  g_autoptr (GBytes) unknown = NULL;
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new ("(bus)", FALSE, 9999, "evil"));
  g_autofree char *text = gvt_worker_reply_unpack (result, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, "text");
  g_assert_null (gvt_worker_reply_unpack (refusal, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_CONFLICT);
  g_assert_cmpstr (error->message, ==, "taken");
  g_clear_error (&error);

  unknown = g_variant_get_data_as_bytes (variant);
  g_assert_null (gvt_worker_reply_unpack (unknown, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_FAILED);
}

static void
test_there_and_back (void)
{
  g_autoptr (GVariant) settings =
      g_variant_parse (G_VARIANT_TYPE_VARDICT, "{'ramfb': <true>}", NULL, NULL, NULL);
  g_autoptr (GBytes) bytes =
      gvt_worker_request_pack (GVT_WORKER_STRIP, DOMAIN, VGPU, settings, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtWorkerRequest) request = gvt_worker_request_unpack (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpint (request->verb, ==, GVT_WORKER_STRIP);
  g_assert_cmpstr (request->xml, ==, DOMAIN);
  g_assert_cmpstr (request->uuid, ==, VGPU);
  g_assert_true (g_variant_equal (request->settings, settings));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/protocol/there-and-back", test_there_and_back);
  g_test_add_func ("/protocol/bad-requests", test_bad_requests);
  g_test_add_func ("/protocol/replies", test_replies);

  return g_test_run ();
}
