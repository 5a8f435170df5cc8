/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods of org.gvt.Manager.Host. Main loop: they check arguments and hand the work, which
 * reads files, to a worker.
 */

#include "check.h"
#include "methods.h"
#include "options.h"

#define MIB ((guint64) 1024 * 1024)

gboolean
gvt_check_check (GvtCall *call, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  return gvt_options_check (options, NULL, error);
}

/* The one limit of ours that stands in the way of a VM's start. */
static void
add_limits (GvtCall *call, GPtrArray *findings)
{
  guint64 maximum = call->context->configuration->memory_lock_maximum;
  GvtFinding *finding = gvt_findings_add (
      findings,
      "limits.memory-lock",
      GVT_FINDING_OK,
      "the service lets a user's VM lock up to %" G_GUINT64_FORMAT " MiB of memory",
      maximum / MIB);

  finding->value = maximum;
  gvt_finding_means (finding,
                     "the limit is raised for a VM when it starts; MemoryLockMaximum in "
                     "/etc/gvt-manager.conf says how far");
}

static void
on_host_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GPtrArray) findings = NULL;
  GvtCall *call = user_data;
  GError *error = NULL;

  findings = gvt_host_check_finish (result, &error);
  if (findings == NULL) {
    gvt_call_fail (call, error);
    return;
  }
  add_limits (call, findings);
  gvt_call_return (call, g_variant_new ("(@aa{sv})", gvt_findings_to_variant (findings)));
}

void
gvt_run_check (GvtCall *call)
{
  gvt_host_check_async (call->context->root, call->cancellable, on_host_checked, call);
}
