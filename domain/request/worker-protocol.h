/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said between the service and gvt-domain-editor. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GVT_WORKER_REQUEST_MAX:
 *
 * The largest request, in bytes: one domain's XML, and room for the rest.
 */
#define GVT_WORKER_REQUEST_MAX (128 * 1024 + 16 * 1024)

/**
 * GVT_WORKER_REPLY_MAX:
 *
 * The largest reply, in bytes.
 */
#define GVT_WORKER_REPLY_MAX GVT_WORKER_REQUEST_MAX

/**
 * GVT_WORKER_VERIFY_MAX:
 *
 * The largest request to verify, in bytes: two domains' XML.
 */
#define GVT_WORKER_VERIFY_MAX (GVT_WORKER_REQUEST_MAX + 128 * 1024)

/**
 * GVT_WORKER_OTHER_VGPUS:
 *
 * A setting of the service's own for GVT_WORKER_EDIT: an `as` of the vGPUs that the domain must not
 * have besides.
 */
#define GVT_WORKER_OTHER_VGPUS "other-vgpus"

/**
 * GvtWorkerVerb:
 * @GVT_WORKER_EDIT: see gvt_domain_edit()
 * @GVT_WORKER_STRIP: see gvt_domain_strip()
 * @GVT_WORKER_MODERNISE: see gvt_domain_modernise()
 * @GVT_WORKER_VERIFY: see gvt_domain_verify(); the setting `before` is what the XML was made of
 */
typedef enum {
  GVT_WORKER_EDIT,
  GVT_WORKER_STRIP,
  GVT_WORKER_MODERNISE,
  GVT_WORKER_VERIFY,
} GvtWorkerVerb;

/**
 * GvtWorkerRequest:
 * @verb: what to do
 * @xml: the domain, not looked at yet
 * @uuid: the vGPU; empty for GVT_WORKER_MODERNISE
 * @settings: an a{sv}
 */
typedef struct {
  GvtWorkerVerb verb;
  char *xml;
  char *uuid;
  GVariant *settings;
} GvtWorkerRequest;

/**
 * gvt_worker_request_pack:
 * @uuid: (nullable): the vGPU
 * @settings: (nullable): an a{sv}
 *
 * Returns: (transfer full): the bytes of a request, or NULL with GVT_ERROR_INVALID_ARGUMENT if it
 * is larger than a request may be
 */
GBytes *gvt_worker_request_pack (GvtWorkerVerb verb,
                                 const char *xml,
                                 const char *uuid,
                                 GVariant *settings,
                                 GError **error);

/**
 * gvt_worker_request_unpack:
 *
 * Returns: (transfer full): the request, or NULL with GVT_ERROR_INVALID_ARGUMENT if @bytes are none
 */
GvtWorkerRequest *gvt_worker_request_unpack (GBytes *bytes, GError **error);

void gvt_worker_request_free (GvtWorkerRequest *self);

/**
 * gvt_worker_reply_pack:
 * @text: (nullable): the result
 * @problem: (nullable): why there is none
 *
 * Returns: (transfer full): the bytes of a reply
 */
GBytes *gvt_worker_reply_pack (const char *text, const GError *problem);

/**
 * gvt_worker_reply_unpack:
 *
 * Returns: (transfer full): the text of a reply, or NULL with the error that it carries, or with
 *   GVT_ERROR_FAILED if @bytes are no reply
 */
char *gvt_worker_reply_unpack (GBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtWorkerRequest, gvt_worker_request_free)

G_END_DECLS
