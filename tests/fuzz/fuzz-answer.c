/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes between the service and the worker: what is taken is text, or an error of ours, and is the
 * same bytes when it is said again.
 */

#include "fuzz.h"
#include "gvt-error.h"
#include "worker-protocol.h"

static void
check_reply (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gvt_worker_reply_unpack (bytes, &error);
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *again = NULL;

  g_assert_true ((text == NULL) == (error != NULL));
  if (error != NULL) {
    g_assert_true (error->domain == GVT_ERROR);
    g_assert_cmpint (error->code, >=, 0);
    g_assert_cmpint (error->code, <=, GVT_ERROR_LIBVIRT);
  }
  packed = gvt_worker_reply_pack (text, error);
  again = gvt_worker_reply_unpack (packed, &problem);
  g_assert_cmpstr (again, ==, text);
  if (error != NULL) {
    g_assert_error (problem, GVT_ERROR, error->code);
    g_assert_cmpstr (problem->message, ==, error->message);
  }
}

static void
check_request (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtWorkerRequest) request = gvt_worker_request_unpack (bytes, &error);
  g_autoptr (GBytes) packed = NULL;

  g_assert_true ((request == NULL) == (error != NULL));
  if (request == NULL)
    return;
  packed =
      gvt_worker_request_pack (request->verb, request->xml, request->uuid, request->settings, NULL);
  g_assert_nonnull (packed);
  g_assert_true (g_bytes_equal (packed, bytes));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  check_reply (bytes);
  check_request (bytes);
  return 0;
}
