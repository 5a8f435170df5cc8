/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one door to gvt-domain-editor. */
#pragma once

#include "worker-protocol.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GVT_DOMAIN_EDITOR:
 *
 * Where the worker is installed.
 */
#define GVT_DOMAIN_EDITOR GVT_LIBEXECDIR "/gvt-domain-editor"

/**
 * gvt_domain_editor_run_async:
 * @program: path of the worker
 * @verb: what to do
 * @xml: a domain's XML, from anybody
 * @uuid: (nullable): the vGPU; NULL for GVT_WORKER_MODERNISE
 * @settings: (nullable): an a{sv}, from anybody; a floating one is taken over
 *
 * Has the worker do it, in a process of its own that lives for this one request and for
 * 3 seconds at most. Main loop only; never blocks it.
 */
void gvt_domain_editor_run_async (const char *program,
                                  GvtWorkerVerb verb,
                                  const char *xml,
                                  const char *uuid,
                                  GVariant *settings,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data);

/**
 * gvt_domain_editor_run_finish:
 *
 * Returns: (transfer full): the text, or NULL with the worker's own error (see edit.h), or with
 *   GVT_ERROR_FAILED if the worker could not be run, crashed, took too long or answered nonsense,
 * or with G_IO_ERROR_CANCELLED
 */
char *gvt_domain_editor_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
