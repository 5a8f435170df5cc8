/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods of org.gvt.Manager.Host. Main loop: they check arguments and hand the work, which
 * reads files, to a worker.
 */

#include "check.h"
#include "methods.h"
#include "options.h"

gboolean
gvt_check_check (GvtCall *call, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  return gvt_options_check (options, NULL, error);
}

static void
on_host_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) findings = NULL;
  GError *error = NULL;

  findings = gvt_host_check_finish (result, &error);
  if (findings == NULL)
    gvt_call_fail (user_data, error);
  else
    gvt_call_return (user_data, g_variant_new ("(@aa{sv})", gvt_findings_to_variant (findings)));
}

void
gvt_run_check (GvtCall *call)
{
  gvt_host_check_async (call->context->root, call->cancellable, on_host_checked, call);
}
