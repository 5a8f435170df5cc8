/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvt-host-setup: does what the service asked for, once. It runs as root in a unit of its own without
 * parameters, so that the service itself needs no right to change the host. Main thread, blocking.
 */

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "gvt-error.h"
#include "setup-apply.h"
#include "setup-plan.h"
#include "setup-request.h"
#include "setup-revert.h"

static char *option_root;

static const GOptionEntry options[] = {
  { "root", 0, 0, G_OPTION_ARG_FILENAME, &option_root, "See the host below DIR", "DIR" },
  G_OPTION_ENTRY_NULL,
};

static GPtrArray *
configure (GvtRoot *root, const GvtSetupRequest *request, GError **error)
{
  g_autoptr (GPtrArray) changes =
      gvt_setup_plan (root, (const char *const *) request->fixes, request->guide, error);

  if (changes != NULL)
    changes = gvt_setup_pending (root, g_steal_pointer (&changes), error);
  if (changes == NULL || !gvt_setup_apply (root, changes, error))
    return NULL;
  return g_steal_pointer (&changes);
}

static GPtrArray *
revert (GvtRoot *root, GError **error)
{
  g_autoptr (GPtrArray) changes = gvt_setup_plan_revert (root, error);

  if (changes == NULL || !gvt_setup_revert (root, error))
    return NULL;
  return g_steal_pointer (&changes);
}

static gboolean
serve (GvtRoot *root, GError **error)
{
  g_auto (GvtSetupRequest) request = { 0 };
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) nothing = gvt_setup_changes_new ();
  g_autoptr (GError) failure = NULL;

  if (!gvt_setup_request_take (root, &request, error))
    return FALSE;
  changes = request.revert ? revert (root, &failure) : configure (root, &request, &failure);
  if (failure != NULL)
    g_message ("%s", failure->message);
  return gvt_setup_answer_write (root, changes != NULL ? changes : nothing, failure, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GvtRoot) root = NULL;

  g_option_context_set_summary (context,
                                "Does what gvt-managerd asked for; it is no tool of its own.");
  g_option_context_add_main_entries (context, options, NULL);
  (void) GVT_ERROR;
  /* What it writes is for all to read, but for what asks for less. */
  umask (022);
  if (g_option_context_parse (context, &argc, &argv, &error))
    root = gvt_root_new (option_root != NULL ? option_root : "/", &error);
  if (root != NULL && serve (root, &error))
    return EXIT_SUCCESS;
  fprintf (stderr, "gvt-host-setup: %s\n", error->message);
  return EXIT_FAILURE;
}
