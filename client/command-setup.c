/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `setup`: has the service make the host ready, or take that back, and shows what it does.
 * Main thread. Must not change anything itself.
 */

#include "bus.h"
#include "diff.h"
#include "gvt-error.h"
#include "gvt-names.h"
#include "json-output.h"
#include "terminal.h"

#include <string.h>
#include <unistd.h>

static gboolean option_dry_run;
static gboolean option_revert;
static gboolean option_guide;

static const char *
get_string (GVariant *change, const char *key)
{
  const char *value = NULL;

  g_variant_lookup (change, key, "&s", &value);
  return value;
}

static gboolean
show_file (GVariant *change, const char *path, GError **error)
{
  const char *before = get_string (change, "before");
  const char *after = get_string (change, "after");
  gboolean colour = gvt_terminal_wants_colour (STDOUT_FILENO);
  g_autofree char *text = gvt_diff (before != NULL ? before : "",
                                    after != NULL ? after : "",
                                    before != NULL ? path : "/dev/null",
                                    after != NULL ? path : "/dev/null",
                                    colour,
                                    error);

  if (text == NULL)
    return FALSE;
  gvt_terminal_write (text);
  return TRUE;
}

static gboolean
show (GVariant *changes, GError **error)
{
  for (gsize i = 0; i < g_variant_n_children (changes); i++) {
    g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);
    const char *path = get_string (change, "path");
    const char *command = get_string (change, "command");

    if (path != NULL && !show_file (change, path, error))
      return FALSE;
    if (command != NULL) {
      gvt_terminal_write ("# ");
      gvt_terminal_write (command);
      gvt_terminal_write ("\n");
    }
  }
  return TRUE;
}

static void
show_json (GVariant *changes)
{
  static const char *const keys[] = { "fix", "path", "before", "after", "command" };
  JsonBuilder *builder = json_builder_begin_array (json_builder_new ());
  g_autofree char *text = NULL;

  for (gsize i = 0; i < g_variant_n_children (changes); i++) {
    g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);

    json_builder_begin_object (builder);
    for (gsize j = 0; j < G_N_ELEMENTS (keys); j++) {
      const char *value = get_string (change, keys[j]);

      json_builder_set_member_name (builder, keys[j]);
      if (value != NULL)
        json_builder_add_string_value (builder, value);
      else
        json_builder_add_null_value (builder);
    }
    json_builder_end_object (builder);
  }
  text = gvt_json_end (json_builder_end_array (builder), TRUE);
  gvt_terminal_write (text);
}

static gboolean
touches_kernel (GVariant *changes)
{
  for (gsize i = 0; i < g_variant_n_children (changes); i++) {
    g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);

    if (g_strcmp0 (get_string (change, "fix"), "kernel-parameters") == 0)
      return TRUE;
  }
  return FALSE;
}

static void
tell (const GvtClient *client, GVariant *changes)
{
  if (g_variant_n_children (changes) == 0)
    gvt_terminal_talk (client, "Nothing to do.");
  else if (option_dry_run)
    gvt_terminal_talk (client, "Nothing was changed; without --dry-run this would be done.");
  else if (touches_kernel (changes))
    gvt_terminal_talk (client, "Done. Reboot for the kernel parameters:  systemctl reboot");
  else
    gvt_terminal_talk (client, "Done. See what is left:  gvt-client check");
}

static GVariant *
make_options (void)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (option_dry_run)
    g_variant_dict_insert (&options, "dry-run", "b", TRUE);
  if (option_guide)
    g_variant_dict_insert (&options, "guide", "b", TRUE);
  return g_variant_dict_end (&options);
}

static gboolean
run_setup (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) changes = NULL;

  if (option_revert && (args[0] != NULL || option_guide)) {
    g_set_error_literal (error,
                         G_OPTION_ERROR,
                         G_OPTION_ERROR_FAILED,
                         "--revert takes everything back; it goes with --dry-run only");
    return FALSE;
  }
  reply = gvt_bus_call (client,
                        GVT_PATH,
                        GVT_INTERFACE_HOST,
                        option_revert ? "Revert" : "Configure",
                        option_revert ? g_variant_new ("(@a{sv})", make_options ())
                                      : g_variant_new ("(^as@a{sv})", args, make_options ()),
                        G_VARIANT_TYPE ("(aa{sv})"),
                        error);
  if (reply == NULL)
    return FALSE;
  changes = g_variant_get_child_value (reply, 0);
  if (client->json)
    show_json (changes);
  else if (!show (changes, error))
    return FALSE;
  tell (client, changes);
  return TRUE;
}

static const GOptionEntry options[] = {
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &option_dry_run, "Only show what would be done", NULL },
  { "revert", 0, 0, G_OPTION_ARG_NONE, &option_revert, "Take back what setup did", NULL },
  { "guide",
    0,
    0,
    G_OPTION_ARG_NONE,
    &option_guide,
    "Add enable_guc=0 and enable_fbc=0, as guides do; not needed, and taints the kernel",
    NULL },
  G_OPTION_ENTRY_NULL,
};

const GvtVerb gvt_verb_setup = {
  .name = "setup",
  .synopsis = "[FIX...] [--dry-run] | --revert",
  .summary = "Make the host ready for vGPUs, or take that back",
  .details = "Without a FIX, does all that \"gvt-client check\" asks for. Fixes:\n"
             "  kernel-parameters  put i915.enable_gvt=1 on the kernel command line\n"
             "  modules            load kvmgt, now and at boot\n"
             "  hook               install libvirt's hook\n"
             "  memory-lock        let the group kvm lock memory at login, instead of per VM\n"
             "  vfio-directory     make /dev/vfio at boot\n"
             "It is an administrator's to do. Every changed file is kept for --revert.\n",
  .examples = "gvt-client setup --dry-run\n"
              "gvt-client setup kernel-parameters modules\n"
              "gvt-client setup --revert\n",
  .options = options,
  .max_args = -1,
  .run = run_setup,
};
