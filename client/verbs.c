/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of verbs, and what is said about them: lookup, the nearest to a mistyped one, usage and
 * help. Main thread. Must not do what a verb does, nor talk to anything.
 */

#include "verbs.h"

#include <string.h>

/* In the order in which the help shows them. */
static const struct {
  const char *heading;
  const GvtVerb *verbs[9]; /* the last is NULL */
} groups[] = {
  { N_ ("To look"),
    { &gvt_verb_status,
      &gvt_verb_gpus,
      &gvt_verb_types,
      &gvt_verb_list,
      &gvt_verb_show,
      &gvt_verb_monitor,
      &gvt_verb_history } },
  { N_ ("Virtual machines"),
    { &gvt_verb_attach,
      &gvt_verb_detach,
      &gvt_verb_modernise,
      &gvt_verb_run,
      &gvt_verb_backups,
      &gvt_verb_restore } },
  { N_ ("vGPUs"),
    { &gvt_verb_create,
      &gvt_verb_start,
      &gvt_verb_stop,
      &gvt_verb_define,
      &gvt_verb_undefine,
      &gvt_verb_set,
      &gvt_verb_remove } },
  { N_ ("The host"), { &gvt_verb_check, &gvt_verb_setup, &gvt_verb_rom, &gvt_verb_report } },
  { N_ ("Inside other programs"), { &gvt_verb_edit_xml, &gvt_verb_strip_xml, &gvt_verb_hook } },
};

const GvtVerb *
gvt_verbs_nth (guint n)
{
  for (gsize group = 0; group < G_N_ELEMENTS (groups); group++) {
    for (const GvtVerb *const *verb = groups[group].verbs; *verb != NULL; verb++) {
      if (n-- == 0)
        return *verb;
    }
  }
  return NULL;
}

const GvtVerb *
gvt_verbs_find (const char *name)
{
  const GvtVerb *verb = NULL;

  for (guint n = 0; (verb = gvt_verbs_nth (n)) != NULL; n++) {
    if (strcmp (verb->name, name) == 0)
      return verb;
  }
  return NULL;
}

/* Levenshtein's distance: insertions, deletions and replacements that make one of the other. */
static guint
distance (const char *from, const char *to)
{
  gsize columns = strlen (to) + 1;
  g_autofree guint *row = g_new (guint, columns);

  for (gsize i = 0; i < columns; i++)
    row[i] = i;
  for (gsize y = 1; from[y - 1] != '\0'; y++) {
    guint diagonal = row[0];

    row[0] = y;
    for (gsize x = 1; x < columns; x++) {
      guint replaced = diagonal + (from[y - 1] != to[x - 1]);

      diagonal = row[x];
      row[x] = MIN (replaced, MIN (row[x], row[x - 1]) + 1);
    }
  }
  return row[columns - 1];
}

const GvtVerb *
gvt_verbs_nearest (const char *name)
{
  const GvtVerb *nearest = NULL;
  const GvtVerb *verb = NULL;
  guint best = 3; /* more than two slips are a guess */

  if (strlen (name) > 32)
    return NULL;
  for (guint n = 0; (verb = gvt_verbs_nth (n)) != NULL; n++) {
    guint slips = distance (name, verb->name);

    if (strlen (name) >= 3 && g_str_has_prefix (verb->name, name))
      slips = 1;
    if (slips < best && 2 * slips <= strlen (name)) {
      best = slips;
      nearest = verb;
    }
  }
  return nearest;
}

static void
append_options (GString *text, const char *heading, const GOptionEntry *options)
{
  g_string_append_printf (text, "\n%s:\n", heading);
  for (const GOptionEntry *option = options; option->long_name != NULL; option++) {
    g_autofree char *names = NULL;

    if (option->flags & G_OPTION_FLAG_HIDDEN)
      continue;
    names = g_strdup_printf ("%s%c%s--%s%s%s",
                             option->short_name ? "-" : " ",
                             option->short_name ? option->short_name : ' ',
                             option->short_name ? ", " : "  ",
                             option->long_name,
                             option->arg_description != NULL ? " " : "",
                             option->arg_description != NULL ? option->arg_description : "");
    g_string_append_printf (text, "  %-28s %s\n", names, _ (option->description));
  }
}

char *
gvt_verbs_help (const GOptionEntry *global_options)
{
  GString *text = g_string_new (_ ("Usage: gvt-client [OPTION...] [VERB [ARGUMENT...]]\n\n"
                                   "Make parts of an Intel GPU (GVT-g vGPUs) and give them to your "
                                   "virtual machines. Without a VERB: what there is.\n"));

  for (gsize group = 0; group < G_N_ELEMENTS (groups); group++) {
    g_string_append_printf (text, "\n%s:\n", _ (groups[group].heading));
    for (const GvtVerb *const *verb = groups[group].verbs; *verb != NULL; verb++)
      g_string_append_printf (text, "  %-12s %s\n", (*verb)->name, _ ((*verb)->summary));
  }
  append_options (text, _ ("Options, before or after the verb"), global_options);
  g_string_append (
      text,
      _ ("\nExit status: 0 done, 1 failed, 2 usage, 3 not authorised, 4 not found,\n"
         "5 no capacity, 6 busy, 7 service unavailable, 8 libvirt or VM error.\n"
         "\nBegin with:\n"
         "  gvt-client check          what is in the way of a vGPU, and what mends it\n"
         "  gvt-client attach VM      give a VM of yours a vGPU\n"
         "  gvt-client VERB --help    more about a verb, with examples\n"));
  return g_string_free (text, FALSE);
}

char *
gvt_verb_usage (const GvtVerb *verb)
{
  return g_strdup_printf (_ ("Usage: gvt-client %s%s%s"),
                          verb->name,
                          *verb->synopsis != '\0' ? " " : "",
                          verb->synopsis);
}

char *
gvt_verb_help (const GvtVerb *verb, const GOptionEntry *global_options)
{
  g_autofree char *usage = gvt_verb_usage (verb);
  GString *text = g_string_new (usage);

  g_string_append_printf (text, "\n\n%s.\n", _ (verb->summary));
  if (verb->details != NULL)
    g_string_append_printf (text, "\n%s", _ (verb->details));
  if (verb->options != NULL)
    append_options (text, _ ("Options"), verb->options);
  if (verb->settings != NULL)
    append_options (text, _ ("Settings"), verb->settings);
  append_options (text, _ ("Options of every verb"), global_options);
  if (verb->examples != NULL) {
    g_auto (GStrv) lines = g_strsplit (verb->examples, "\n", -1);

    g_string_append_printf (text, "\n%s:\n", _ ("Examples"));
    for (char **line = lines; *line != NULL && **line != '\0'; line++)
      g_string_append_printf (text, "  %s\n", *line);
  }
  return g_string_free (text, FALSE);
}
