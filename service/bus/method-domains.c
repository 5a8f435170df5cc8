/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Editing the text of a domain: the methods that hand it to the XML worker. Main loop. No XML is
 * parsed in this process.
 */

#include "editor.h"
#include "gvt-error.h"
#include "methods.h"
#include "options.h"
#include "settings.h"
#include "turns.h"
#include "uuid.h"

gboolean
gvt_check_vgpu_argument (GvtCall *call, GError **error)
{
  const char *text;

  g_variant_get_child (call->parameters, 1, "&s", &text);
  g_free (call->uuid);
  call->uuid = gvt_uuid_parse (text, error);
  if (call->uuid == NULL)
    return FALSE;
  gvt_call_tell (call, "uuid", call->uuid);
  return TRUE;
}

gboolean
gvt_check_edit_xml (GvtCall *call, GError **error)
{
  return gvt_check_vgpu_argument (call, error) && gvt_check_settings (call, error);
}

gboolean
gvt_check_strip_xml (GvtCall *call, GError **error)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  return gvt_check_vgpu_argument (call, error) && gvt_options_check (options, NULL, error);
}

/* What of an edit's settings a recipe cannot say; their values are checked as an edit's. */
gboolean
gvt_check_modernise_xml (GvtCall *call, GError **error)
{
  static const GvtOption permitted[] = {
    { "qemu-syntax", "s" },
    { "render-node", "s" },
    { NULL, NULL },
  };
  g_autoptr (GVariant) options = gvt_call_get_options (call);
  g_autoptr (GvtDomainSettings) parsed = NULL;

  if (!gvt_options_check (options, permitted, error))
    return FALSE;
  parsed = gvt_domain_settings_from_variant (options, error);
  return parsed != NULL;
}

/* An edit that waits for its turn. */
typedef struct {
  GvtCall *call;
  GvtWorkerVerb verb;
  GVariant *settings;
} Edit;

static void
on_edited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  guint32 uid = call->uid;
  GError *error = NULL;
  g_autofree char *xml = gvt_domain_editor_run_finish (result, &error);

  if (xml != NULL)
    gvt_call_return (call, g_variant_new ("(s)", xml));
  else
    gvt_call_fail (call, error);
  gvt_turn_end (uid);
}

static void
begin_edit (gpointer data)
{
  g_autofree Edit *edit = data;
  g_autoptr (GVariant) settings = edit->settings;
  GvtCall *call = edit->call;
  const char *xml;

  g_variant_get_child (call->parameters, 0, "&s", &xml);
  gvt_domain_editor_run_async (call->context->domain_editor,
                               edit->verb,
                               xml,
                               call->uuid,
                               settings,
                               call->cancellable,
                               on_edited,
                               call);
}

static void
run_worker (GvtCall *call, GvtWorkerVerb verb, GVariant *settings)
{
  Edit *edit = g_new0 (Edit, 1);

  edit->call = call;
  edit->verb = verb;
  edit->settings = settings == NULL ? NULL : g_variant_ref_sink (settings);
  gvt_turn_take (call->uid, begin_edit, edit);
}

void
gvt_run_edit_xml (GvtCall *call)
{
  run_worker (call, GVT_WORKER_EDIT, gvt_complete_settings (call));
}

void
gvt_run_strip_xml (GvtCall *call)
{
  run_worker (call, GVT_WORKER_STRIP, NULL);
}

void
gvt_run_modernise_xml (GvtCall *call)
{
  g_autoptr (GVariant) options = gvt_call_get_options (call);

  run_worker (call, GVT_WORKER_MODERNISE, options);
}
