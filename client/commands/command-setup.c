/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `setup`: has the service make the host ready, or take that back, and shows what it does.
 * Main thread. Must not change anything itself.
 */

#include "bus.h"
#include "diff.h"
#include "display.h"
#include "gvt-error.h"
#include "gvt-names.h"
#include "json-output.h"
#include "terminal.h"

#include <string.h>
#include <unistd.h>

static gboolean option_dry_run;
static gboolean option_revert;
static gboolean option_guide;

/* What a fix is for, and what is left to do when it was done or taken back. */
static const struct {
  const char *fix;
  const char *what;
  const char *then;
} fixes[] = {
  { "kernel-parameters",
    N_ ("put i915.enable_gvt=1 on the kernel command line"),
    N_ ("Reboot for the kernel parameters:  systemctl reboot") },
  { "modules", N_ ("load kvmgt, now and at boot"), NULL },
  { "hook",
    N_ ("install libvirt's hook"),
    N_ ("A libvirt daemon that is running notices the hook when it is started again.") },
  { "memory-lock",
    N_ ("let the group kvm lock memory from login on, instead of per VM"),
    N_ ("The memory-lock limit counts from the next login on.") },
  { "vfio-directory",
    N_ ("make /dev/vfio at boot"),
    N_ ("Let the service see the directory:  sudo systemctl restart gvt-manager") },
};

static const char *
get_string (GVariant *change, const char *key)
{
  const char *value = NULL;

  g_variant_lookup (change, key, "&s", &value);
  return value;
}

/* Permissions that change, which a diff does not show. */
static void
show_mode (GVariant *change, const char *path)
{
  guint before;
  guint after;
  g_autofree char *line = NULL;

  if (!g_variant_lookup (change, "mode-before", "u", &before) ||
      !g_variant_lookup (change, "mode", "u", &after) || before == after)
    return;
  line = g_strdup_printf ("# permissions of %s: %04o → %04o\n", path, before, after);
  gvt_terminal_write (line);
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
  show_mode (change, path);
  return TRUE;
}

/* Lines that patch(1) passes over. */
static void
show_line (const char *before, const char *line)
{
  g_autofree char *clean = gvt_terminal_clean (line);

  gvt_terminal_write (before);
  gvt_terminal_write (clean);
  gvt_terminal_write ("\n");
}

static void
show_fix (const char *fix)
{
  const char *what = NULL;
  g_autofree char *line = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (fixes); i++) {
    if (g_strcmp0 (fixes[i].fix, fix) == 0)
      what = _ (fixes[i].what);
  }
  line = g_strdup_printf ("%s%s%s", fix, what != NULL ? ": " : "", what != NULL ? what : "");
  show_line ("# ", line);
}

static gboolean
show (GVariant *changes, GError **error)
{
  const char *shown = NULL;

  for (gsize i = 0; i < g_variant_n_children (changes); i++) {
    g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);
    const char *fix = get_string (change, "fix");
    const char *path = get_string (change, "path");
    const char *command = get_string (change, "command");
    const char *note = get_string (change, "note");

    if (fix != NULL && g_strcmp0 (fix, shown) != 0)
      show_fix (shown = fix);
    if (path != NULL && !show_file (change, path, error))
      return FALSE;
    if (command != NULL)
      show_line ("# run: ", command);
    if (note != NULL)
      show_line ("# note: ", note);
  }
  return TRUE;
}

static void
add_mode (JsonBuilder *builder, const char *name, GVariant *change, const char *key)
{
  g_autofree char *text = NULL;
  guint mode;

  if (g_variant_lookup (change, key, "u", &mode))
    text = g_strdup_printf ("%04o", mode);
  gvt_json_add_string (builder, name, text);
}

static void
show_json (GVariant *changes)
{
  static const char *const keys[] = { "fix", "path", "before", "after", "command", "note" };
  JsonBuilder *builder = json_builder_begin_array (json_builder_new ());

  for (gsize i = 0; i < g_variant_n_children (changes); i++) {
    g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);

    json_builder_begin_object (builder);
    for (gsize j = 0; j < G_N_ELEMENTS (keys); j++)
      gvt_json_add_string (builder, keys[j], get_string (change, keys[j]));
    add_mode (builder, "mode_before", change, "mode-before");
    add_mode (builder, "mode", change, "mode");
    json_builder_end_object (builder);
  }
  gvt_display_json (json_builder_end_array (builder));
}

static gboolean
touches (GVariant *changes, const char *fix)
{
  for (gsize i = 0; i < g_variant_n_children (changes); i++) {
    g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);

    if (g_strcmp0 (get_string (change, "fix"), fix) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
tell (const GvtClient *client, GVariant *changes)
{
  if (g_variant_n_children (changes) == 0) {
    gvt_terminal_talk (client, _ ("Nothing to do."));
    return;
  }
  if (option_dry_run) {
    gvt_terminal_talk (client, _ ("Nothing was changed; without --dry-run this would be done."));
    return;
  }
  gvt_terminal_talk (client, option_revert ? _ ("Taken back.") : _ ("Done."));
  for (gsize i = 0; i < G_N_ELEMENTS (fixes); i++) {
    if (fixes[i].then != NULL && touches (changes, fixes[i].fix))
      gvt_terminal_talk (client, "%s", _ (fixes[i].then));
  }
  if (!option_revert)
    gvt_terminal_talk (client, _ ("See what is left:  gvt-client check"));
}

static GVariant *
make_options (void)
{
  GVariantDict wanted;

  g_variant_dict_init (&wanted, NULL);
  if (option_dry_run)
    g_variant_dict_insert (&wanted, "dry-run", "b", TRUE);
  if (option_guide)
    g_variant_dict_insert (&wanted, "guide", "b", TRUE);
  return g_variant_dict_end (&wanted);
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
                         _ ("--revert takes everything back; it goes with --dry-run only"));
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
  { "dry-run",
    0,
    0,
    G_OPTION_ARG_NONE,
    &option_dry_run,
    N_ ("Only show what would be done"),
    NULL },
  { "revert", 0, 0, G_OPTION_ARG_NONE, &option_revert, N_ ("Take back what setup did"), NULL },
  { "guide",
    0,
    0,
    G_OPTION_ARG_NONE,
    &option_guide,
    N_ ("Add enable_guc=0 and enable_fbc=0, as guides do; not needed, and taints the kernel"),
    NULL },
  G_OPTION_ENTRY_NULL,
};

const GvtVerb gvt_verb_setup = {
  .name = "setup",
  .synopsis = "[FIX...] [--dry-run] | --revert",
  .summary = N_ ("Make the host ready for vGPUs, or take that back"),
  .details = N_ (
      "Without a FIX, does all that “gvt-client check” asks for. Fixes:\n"
      "  kernel-parameters  put i915.enable_gvt=1 on the kernel command line\n"
      "  modules            load kvmgt, now and at boot\n"
      "  hook               install libvirt's hook\n"
      "  memory-lock        let the group kvm lock memory from login on, instead of per VM\n"
      "  vfio-directory     make /dev/vfio at boot\n"
      "It is an administrator's to do, and shows each change as a diff. Every changed file "
      "is kept\n"
      "for --revert, which takes back what setup did and nothing else.\n"),
  .examples = "gvt-client setup --dry-run\n"
              "gvt-client setup kernel-parameters modules\n"
              "gvt-client setup --revert\n",
  .options = options,
  .max_args = -1,
  .run = run_setup,
};
