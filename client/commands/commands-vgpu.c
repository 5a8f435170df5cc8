/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs that change vGPUs there are: `start`, `stop`, `define`, `undefine`, `remove`, `set`.
 * Main thread. Must not check what the service checks.
 */

#include "failure.h"
#include "json-output.h"
#include "resolve.h"
#include "terminal.h"
#include "vgpu-calls.h"

#include <unistd.h>

static struct {
  char *label;
  char *start;
} set_options;

static const GOptionEntry set_entries[] = {
  { "label", 0, 0, GVT_OPTION_TEXT, &set_options.label, N_ ("Name it (empty: no name)"), "LABEL" },
  { "start",
    0,
    0,
    GVT_OPTION_TEXT,
    &set_options.start,
    N_ ("When it comes to be: manual, domain, boot"),
    "WHEN" },
  G_OPTION_ENTRY_NULL,
};

static void
print_results (const GvtClient *client, JsonBuilder *results)
{
  g_autofree char *text = gvt_json_end (json_builder_end_array (results), TRUE);

  if (client->json)
    gvt_terminal_write (text);
}

/* Calls @method on each of several vGPUs, going on after a failure. */
static gboolean
call_each (GvtClient *client, char **words, const char *method, const char *done, GError **error)
{
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (client, error);
  JsonBuilder *results = NULL;

  if (objects == NULL)
    return FALSE;
  results = json_builder_begin_array (json_builder_new ());
  for (char **word = words; *word != NULL; word++) {
    g_autoptr (GError) failure = NULL;
    const GvtVgpu *vgpu = gvt_resolve_vgpu (objects, *word, getuid (), &failure);

    if (vgpu == NULL)
      gvt_failure_tell (client, failure, NULL);
    else if (!gvt_vgpu_call (client, vgpu->path, method, NULL, &failure))
      gvt_failure_tell (client, failure, *word);
    else
      gvt_terminal_talk (client, "%s: %s", *word, _ (done));
    gvt_json_add_result (results, *word, vgpu != NULL ? vgpu->uuid : NULL, failure);
  }
  print_results (client, results);
  return TRUE;
}

static gboolean
run_start (GvtClient *client, char **args, GError **error)
{
  return call_each (client, args, "Start", N_ ("started"), error);
}

static gboolean
run_stop (GvtClient *client, char **args, GError **error)
{
  return call_each (client, args, "Stop", N_ ("stopped"), error);
}

static gboolean
run_define (GvtClient *client, char **args, GError **error)
{
  return call_each (client, args, "Define", N_ ("defined"), error);
}

static gboolean
run_undefine (GvtClient *client, char **args, GError **error)
{
  return call_each (client, args, "Undefine", N_ ("undefined"), error);
}

static gboolean
run_remove (GvtClient *client, char **args, GError **error)
{
  return call_each (client, args, "Remove", N_ ("removed"), error);
}

static gboolean
run_set (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GvtObjects) objects = NULL;
  JsonBuilder *results = NULL;
  const GvtVgpu *vgpu;

  if (set_options.label == NULL && set_options.start == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("nothing to set"));
    return FALSE;
  }
  objects = gvt_objects_fetch (client, error);
  if (objects == NULL)
    return FALSE;
  vgpu = gvt_resolve_vgpu (objects, args[0], getuid (), error);
  if (vgpu == NULL)
    return FALSE;
  if (set_options.label != NULL && !gvt_vgpu_call (client,
                                                   vgpu->path,
                                                   "SetLabel",
                                                   g_variant_new_string (set_options.label),
                                                   error))
    return FALSE;
  if (set_options.start != NULL && !gvt_vgpu_call (client,
                                                   vgpu->path,
                                                   "SetStart",
                                                   g_variant_new_string (set_options.start),
                                                   error))
    return FALSE;
  gvt_terminal_talk (client, "%s: %s", args[0], _ ("changed"));
  results = json_builder_begin_array (json_builder_new ());
  gvt_json_add_result (results, args[0], vgpu->uuid, NULL);
  print_results (client, results);
  return TRUE;
}

#define SEVERAL .synopsis = "UUID|LABEL...", .min_args = 1, .max_args = -1

const GvtVerb gvt_verb_start = {
  .name = "start",
  SEVERAL,
  .summary = N_ ("Make the devices of defined vGPUs"),
  .examples = "gvt-client start win10\n",
  .run = run_start,
};

const GvtVerb gvt_verb_stop = {
  .name = "stop",
  SEVERAL,
  .summary = N_ ("Remove the devices of vGPUs; their definitions stay"),
  .details = N_ ("A vGPU in use by a VM is left alone: stop the VM first.\n"),
  .examples = "gvt-client stop win10 win11\n",
  .run = run_stop,
};

const GvtVerb gvt_verb_define = {
  .name = "define",
  SEVERAL,
  .summary = N_ ("Keep active vGPUs across reboots, to be started when wanted"),
  .examples = "gvt-client define c8a4b0d2-2f3e-4b8e-9d2b-0a8f6a1f5f10\n",
  .run = run_define,
};

const GvtVerb gvt_verb_undefine = {
  .name = "undefine",
  SEVERAL,
  .summary = N_ ("Forget the definitions of vGPUs; active devices stay for now"),
  .examples = "gvt-client undefine win10\n",
  .run = run_undefine,
};

const GvtVerb gvt_verb_remove = {
  .name = "remove",
  SEVERAL,
  .summary = N_ ("Stop vGPUs and forget their definitions"),
  .details = N_ ("A vGPU in use by a VM is left alone: stop the VM first.\n"),
  .examples = "gvt-client remove win10\n",
  .run = run_remove,
};

const GvtVerb gvt_verb_set = {
  .name = "set",
  .synopsis = "UUID|LABEL [--label LABEL] [--start WHEN]",
  .summary = N_ ("Change a vGPU's label, or when it comes to be"),
  .details = N_ (
      "WHEN is manual (gvt-client start), domain (it exists from its VM's start to the VM's end)\n"
      "or boot.\n"),
  .examples = "gvt-client set c8a4 --label win10 --start domain\n",
  .options = set_entries,
  .min_args = 1,
  .max_args = 1,
  .run = run_set,
};
