/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be the next word of a command line: verbs and options from their tables, values from the
 * service and libvirt. data/completions/ has what asks it, one file per shell. Main thread. Must not
 * complain, ask for a password, change anything, or make a person wait.
 */

#include "completion.h"

#include "bus.h"
#include "display.h"
#include "gvt-names.h"
#include "presets.h"
#include "verbs.h"
#include "vm-names.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Longer than this nobody waits for a key to do something. */
#define DEADLINE_SECONDS 4
#define LIBVIRT_MS 3000

typedef struct {
  GvtClient *client;
  const GOptionEntry *globals;
  const GvtVerb *verb; /* NULL until it is known */
  char *first;         /* the verb's first argument */
  guint position;      /* how many arguments there are before the last word */
} Line;

static void
on_late (int signal)
{
  _exit (0);
}

static void
say (const char *word, const char *what)
{
  g_autofree char *clean_word = gvt_terminal_clean (word);
  g_autofree char *clean_what = gvt_terminal_clean (what);

  /* What no terminal shows nobody can type. */
  if (*word == '\0' || strcmp (word, clean_word) != 0)
    return;
  gvt_terminal_write (word);
  gvt_terminal_write (*what != '\0' ? "\t" : "");
  gvt_terminal_write (clean_what);
  gvt_terminal_write ("\n");
}

char *
gvt_completion_kind (const GvtVerb *verb, guint position)
{
  g_auto (GStrv) words = g_strsplit (verb->synopsis, " ", -1);

  for (char **word = words; *word != NULL; word++) {
    g_autofree char *kind = g_strdup (**word == '[' ? *word + 1 : *word);
    gboolean repeats = g_str_has_suffix (kind, "...") || g_str_has_suffix (kind, "...]");

    if (!g_ascii_isalpha (*kind) || g_str_has_prefix (*word, "[SETTING"))
      return NULL; /* here the options begin, or what the shell takes */
    kind[strcspn (kind, "].")] = '\0';
    if (repeats || position-- == 0)
      return g_steal_pointer (&kind);
  }
  return NULL;
}

const char *const *
gvt_completion_words (const char *kind, const char *option)
{
  static const struct {
    const char *kind;
    const char *option; /* NULL: of any */
    const char *words[8];
  } known[] = {
    { "WHEN", NULL, { "manual", "domain", "boot" } },
    { "URI", NULL, { "qemu:///session", "qemu:///system" } },
    { "HOW", "display", { "none", "spice-gl", "spice-egl", "vnc-egl", "vnc", "dbus" } },
    { "HOW", "qemu-syntax", { "auto", "override", "commandline" } },
    { "NAME", "workaround", { "mesa-i965", "intel-norbc" } },
    { "FIX", NULL, { "kernel-parameters", "modules", "hook", "memory-lock", "vfio-directory" } },
    { "list", NULL, { "list", "install", "remove" } },
    { "OPERATION", NULL, { "prepare", "start", "started", "stopped", "release" } },
    { "SUBOPERATION", NULL, { "begin", "end" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    if (strcmp (known[i].kind, kind) == 0 &&
        (known[i].option == NULL || g_strcmp0 (known[i].option, option) == 0))
      return known[i].words;
  }
  return NULL;
}

static void
say_vgpus (const GvtObjects *objects, const char *prefix)
{
  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);
    g_autofree char *what = g_strdup_printf ("%s, %s", vgpu->type, vgpu->state);

    say (vgpu->label, what);
    /* Both would be twice as many to choose from; who began with a UUID wants that. */
    if (*vgpu->label == '\0' || (*prefix != '\0' && g_str_has_prefix (vgpu->uuid, prefix)))
      say (vgpu->uuid, what);
  }
}

static void
say_types (const GvtObjects *objects)
{
  for (guint i = 0; i < objects->types->len; i++) {
    const GvtType *type = g_ptr_array_index (objects->types, i);
    g_autofree char *memory = gvt_display_memory (type);
    g_autofree char *what = NULL;

    what = type->available_instances > 0
               ? g_strdup_printf (_ ("room for %u, %s"), type->available_instances, memory)
               : g_strdup_printf (_ ("no room, %s"), memory);
    say (type->id, what);
  }
}

static void
say_objects (const Line *line, const char *kind, const char *prefix)
{
  g_autoptr (GvtObjects) objects = gvt_objects_fetch (line->client, NULL);

  if (objects == NULL)
    return;
  if (strcmp (kind, "TYPE") == 0)
    say_types (objects);
  else if (strcmp (kind, "UUID|LABEL") == 0)
    say_vgpus (objects, prefix);
  for (guint i = 0; strcmp (kind, "GPU") == 0 && i < objects->gpus->len; i++) {
    const GvtGpu *gpu = g_ptr_array_index (objects->gpus, i);

    say (gpu->name, gpu->model);
  }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
say_domains (const Line *line)
{
  g_autoptr (GvtVmNames) asked = gvt_vm_names_ask (line->client, TRUE);
  g_autoptr (GHashTable) names = gvt_vm_names_wait (asked, LIBVIRT_MS);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  if (names == NULL)
    return;
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, NULL, &name))
    g_ptr_array_add (sorted, name);
  g_ptr_array_sort (sorted, compare_names);
  for (guint i = 0; i < sorted->len; i++) { /* a VM is there by its UUID and by its vGPUs' */
    if (i == 0 || strcmp (sorted->pdata[i], sorted->pdata[i - 1]) != 0)
      say (sorted->pdata[i], "");
  }
}

static void
say_roms (const Line *line)
{
  g_autoptr (GVariant) reply = gvt_bus_call (line->client,
                                             GVT_PATH,
                                             GVT_INTERFACE_HOST,
                                             "ListRoms",
                                             NULL,
                                             G_VARIANT_TYPE ("(aa{sv})"),
                                             NULL);
  g_autoptr (GVariantIter) roms = NULL;
  GVariant *rom = NULL;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(aa{sv})", &roms);
  while (g_variant_iter_loop (roms, "@a{sv}", &rom)) {
    const char *name = "";

    g_variant_lookup (rom, "name", "&s", &name);
    say (name, "");
  }
}

static void
say_presets (void)
{
  for (const GvtPreset *preset = gvt_presets (); preset->name != NULL; preset++)
    say (preset->name, preset->purpose);
}

/* What may stand where @kind is expected. */
static void
say_values (const Line *line, const char *kind, const char *option, const char *prefix)
{
  const char *const *words = gvt_completion_words (kind, option);

  for (; words != NULL && *words != NULL; words++)
    say (*words, "");
  if (strcmp (kind, "FILE") == 0)
    gvt_terminal_write (":files\n");
  else if (strcmp (kind, "DOMAIN") == 0)
    say_domains (line);
  else if (g_strcmp0 (option, "preset") == 0)
    say_presets ();
  else if (g_strcmp0 (option, "rom") == 0 || strcmp (kind, "ROM") == 0)
    say_roms (line);
  else
    say_objects (line, kind, prefix);
}

static const GOptionEntry *
find_option_in (const GOptionEntry *options, const char *word)
{
  for (; options != NULL && options->long_name != NULL; options++) {
    if ((g_str_has_prefix (word, "--") && strcmp (word + 2, options->long_name) == 0) ||
        (options->short_name != 0 && word[0] == '-' && word[1] == options->short_name &&
         word[2] == '\0'))
      return options;
  }
  return NULL;
}

static const GOptionEntry *
find_option (const Line *line, const char *word)
{
  const GOptionEntry *found = find_option_in (line->globals, word);

  if (found == NULL && line->verb != NULL)
    found = find_option_in (line->verb->options, word);
  if (found == NULL && line->verb != NULL)
    found = find_option_in (line->verb->settings, word);
  return found;
}

static void
say_options (const GOptionEntry *options)
{
  for (; options != NULL && options->long_name != NULL; options++) {
    g_autofree char *word = g_strconcat ("--", options->long_name, NULL);

    if (!(options->flags & G_OPTION_FLAG_HIDDEN))
      say (word, _ (options->description));
  }
}

/* Global options decide where names come from. */
static void
heed (const Line *line, const GOptionEntry *option, const char *value)
{
  if (option->arg_data == &line->client->uri || option->arg_data == &line->client->bus_address)
    *(char **) option->arg_data = g_strdup (value);
}

/* Takes in what comes before the last word. Returns the option that the last word is the value of. */
static const GOptionEntry *
read_line (Line *line, char **words, guint count)
{
  for (guint i = 0; i < count; i++) {
    const GOptionEntry *option = find_option (line, words[i]);

    if (option != NULL && option->arg != G_OPTION_ARG_NONE) {
      if (i + 1 == count)
        return option;
      heed (line, option, words[++i]);
    } else if (*words[i] != '-' && line->verb == NULL) {
      line->verb = gvt_verbs_find (words[i]);
    } else if (*words[i] != '-' && line->position++ == 0) {
      line->first = words[i];
    }
  }
  return NULL;
}

static void
say_verbs (void)
{
  const GvtVerb *verb = NULL;

  for (guint n = 0; (verb = gvt_verbs_nth (n)) != NULL; n++)
    say (verb->name, _ (verb->summary));
}

static void
say_arguments (const Line *line, const char *prefix)
{
  g_autofree char *kind = gvt_completion_kind (line->verb, line->position);

  /* Of `rom`, what follows depends on what it is to do. */
  if (g_strcmp0 (line->verb->name, "rom") == 0 && line->position == 1)
    say_values (line, g_strcmp0 (line->first, "install") == 0 ? "FILE" : "ROM", NULL, prefix);
  else if (kind != NULL)
    say_values (line, kind, NULL, prefix);
}

void
gvt_completion_print (GvtClient *client, const GOptionEntry *globals, char **words)
{
  Line line = { .client = client, .globals = globals };
  guint count = g_strv_length (words);
  const char *last = count > 0 ? words[count - 1] : "";
  const GOptionEntry *option = NULL;

  signal (SIGALRM, on_late);
  alarm (DEADLINE_SECONDS);
  client->no_ask_password = TRUE;
  option = read_line (&line, words, count > 0 ? count - 1 : 0);
  if (option != NULL) {
    say_values (&line, option->arg_description, option->long_name, last);
  } else if (*last == '-') {
    say_options (globals);
    say_options (line.verb != NULL ? line.verb->options : NULL);
    say_options (line.verb != NULL ? line.verb->settings : NULL);
  } else if (line.verb == NULL) {
    say_verbs ();
  } else {
    say_arguments (&line, last);
  }
}
