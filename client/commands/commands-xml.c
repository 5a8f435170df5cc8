/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs `edit-xml` and `strip-xml`: standard input to standard output, through the service.
 * Main thread. Must not touch libvirt.
 */

#include "edit-settings.h"
#include "resolve.h"
#include "terminal.h"
#include "xml-calls.h"

#include <unistd.h>

/* The vGPU need not exist: a UUID is taken as it is, anything else is looked up. */
static char *
resolve_uuid (GvtClient *client, const char *word, GError **error)
{
  g_autoptr (GvtObjects) objects = NULL;
  const GvtVgpu *vgpu;

  if (g_uuid_string_is_valid (word))
    return g_ascii_strdown (word, -1);
  objects = gvt_objects_fetch (client, error);
  if (objects == NULL)
    return NULL;
  vgpu = gvt_resolve_vgpu (objects, word, getuid (), error);
  return vgpu != NULL ? g_strdup (vgpu->uuid) : NULL;
}

static gboolean
run_edit_xml (GvtClient *client, char **args, GError **error)
{
  g_autofree char *uuid = resolve_uuid (client, args[0], error);
  g_autofree char *xml = uuid != NULL ? gvt_xml_read (STDIN_FILENO, error) : NULL;
  GVariant *settings = xml != NULL ? gvt_edit_settings (NULL, error) : NULL;
  g_autofree char *edited = NULL;

  if (settings == NULL)
    return FALSE;
  gvt_edit_settings_tell_preset (client);
  edited = gvt_xml_edit (client, xml, uuid, settings, error);
  if (edited == NULL)
    return FALSE;
  gvt_terminal_write (edited);
  return TRUE;
}

static gboolean
run_strip_xml (GvtClient *client, char **args, GError **error)
{
  g_autofree char *uuid = resolve_uuid (client, args[0], error);
  g_autofree char *xml = uuid != NULL ? gvt_xml_read (STDIN_FILENO, error) : NULL;
  g_autofree char *stripped = NULL;

  if (xml == NULL)
    return FALSE;
  stripped = gvt_xml_strip (client, xml, uuid, error);
  if (stripped == NULL)
    return FALSE;
  gvt_terminal_write (stripped);
  return TRUE;
}

const GvtVerb gvt_verb_edit_xml = {
  .name = "edit-xml",
  .synopsis = "UUID|LABEL " GVT_EDIT_SETTINGS_SYNOPSIS " <IN >OUT",
  .summary = N_ ("Put a vGPU into a VM's XML, from standard input to standard output"),
  .details = N_ ("Nothing but the text changes; the vGPU need not exist.\n"),
  .examples =
      "virsh dumpxml --inactive --security-info win10 | gvt-client edit-xml win10 >new.xml\n",
  .settings = gvt_edit_settings_entries,
  .min_args = 1,
  .max_args = 1,
  .run = run_edit_xml,
};

const GvtVerb gvt_verb_strip_xml = {
  .name = "strip-xml",
  .synopsis = "UUID|LABEL <IN >OUT",
  .summary = N_ ("Take a vGPU out of a VM's XML again"),
  .examples = "gvt-client strip-xml win10 <new.xml >old.xml\n",
  .min_args = 1,
  .max_args = 1,
  .run = run_strip_xml,
};
