/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gvt-client: reads the command line, runs the verb, turns its failure into words and an exit
 * status. Main thread. Must not do anything a verb does.
 */

#include "agent.h"
#include "completion.h"
#include "failure.h"
#include "json-output.h"
#include "progress.h"
#include "terminal.h"
#include "verbs.h"
#include "wrap.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static GvtClient client;
static gboolean want_help;
static gboolean want_version;

static const GOptionEntry global_entries[] = {
  { "connect",
    'c',
    0,
    GVT_OPTION_TEXT,
    &client.uri,
    N_ ("The libvirt that has the VMs (default: yours)"),
    "URI" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &client.json, N_ ("Print JSON"), NULL },
  { "bus",
    0,
    0,
    GVT_OPTION_TEXT,
    &client.bus_address,
    N_ ("Another bus than the system's"),
    "ADDRESS" },
  { "no-ask-password",
    0,
    0,
    G_OPTION_ARG_NONE,
    &client.no_ask_password,
    N_ ("Fail rather than ask for a password"),
    NULL },
  { "quiet",
    'q',
    0,
    G_OPTION_ARG_NONE,
    &client.quiet,
    N_ ("Print nothing but data and errors"),
    NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &want_version, N_ ("Print the version"), NULL },
  { "help", 'h', 0, G_OPTION_ARG_NONE, &want_help, N_ ("Print help"), NULL },
  G_OPTION_ENTRY_NULL,
};

static gboolean usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
usage_error (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error,
                     g_error_new_valist (G_OPTION_ERROR, G_OPTION_ERROR_FAILED, format, args));
  va_end (args);
  return FALSE;
}

static gboolean
check_utf8 (char **argv, GError **error)
{
  for (guint i = 1; argv[i] != NULL; i++) {
    if (!g_utf8_validate (argv[i], -1, NULL))
      return usage_error (error, _ ("argument %u is no UTF-8"), i);
  }
  return TRUE;
}

/* Options before the verb; leaves the verb and what follows it in @argv. */
static gboolean
parse_globals (char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_add_main_entries (context, global_entries, NULL);
  return g_option_context_parse_strv (context, argv, error);
}

/* Options after the verb, its own or global, anywhere among its arguments. */
static char **
parse_verb (const GvtVerb *verb, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) args = NULL;
  const GOptionEntry rest[] = {
    { G_OPTION_REMAINING, 0, 0, GVT_OPTION_TEXTS, &args, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, global_entries, NULL);
  g_option_context_add_main_entries (context, rest, NULL);
  if (verb->options != NULL)
    g_option_context_add_main_entries (context, verb->options, NULL);
  if (verb->settings != NULL)
    g_option_context_add_main_entries (context, verb->settings, NULL);
  if (!g_option_context_parse_strv (context, argv, error))
    return NULL;
  return args != NULL ? g_steal_pointer (&args) : g_new0 (char *, 1);
}

/* Lines without an indent that end in a colon are headings. */
static void
print_help (const char *text, gboolean colour)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++) {
    gboolean heading = **line != ' ' && g_str_has_suffix (*line, ":");
    g_autofree char *styled =
        gvt_terminal_style (*line, heading ? GVT_STYLE_HEADING : GVT_STYLE_PLAIN, colour);

    gvt_terminal_write (styled);
    if (line[1] != NULL)
      gvt_terminal_write ("\n");
  }
}

static gboolean
print (char *text)
{
  g_autofree char *owned = text;
  guint width = gvt_terminal_width (STDOUT_FILENO);
  g_autofree char *whole = width > 0 ? gvt_unbreak (owned) : g_strdup (owned);
  g_autofree char *wrapped = gvt_wrap (whole, width);

  print_help (wrapped, gvt_terminal_wants_colour (STDOUT_FILENO));
  return TRUE;
}

static gboolean
print_version (void)
{
  if (client.json)
    gvt_terminal_write ("{ \"version\" : \"" GVT_VERSION
                        "\", \"schema\" : " G_STRINGIFY (GVT_JSON_SCHEMA) " }\n");
  else
    gvt_terminal_write ("gvt-client " GVT_VERSION "\n");
  return TRUE;
}

static gboolean
run_verb (const GvtVerb *verb, char ***argv, GError **error)
{
  g_auto (GStrv) args = NULL;

  if (verb->raw_args) {
    args = g_strdupv (*argv + 1);
    want_help = want_help || g_strcmp0 (args[0], "--help") == 0;
  } else {
    args = parse_verb (verb, argv, error);
    if (args == NULL)
      return FALSE;
  }
  if (want_help)
    return print (gvt_verb_help (verb, global_entries));
  if (want_version)
    return print_version ();
  if ((int) g_strv_length (args) < verb->min_args)
    return usage_error (error, _ ("too few arguments"));
  if (verb->max_args >= 0 && (int) g_strv_length (args) > verb->max_args)
    return usage_error (error, _ ("too many arguments: “%s”"), args[verb->max_args]);
  if (client.quiet)
    gvt_progress_silence ();
  /* What programs and maintainers read is the same in every language. */
  if (client.json || verb == &gvt_verb_report) {
    setlocale (LC_MESSAGES, "C");
    setlocale (LC_NUMERIC, "C");
  }
  return verb->run (&client, args, error);
}

static gboolean
unknown_verb (const char *name, GError **error)
{
  const GvtVerb *nearest = gvt_verbs_nearest (name);

  if (nearest != NULL)
    return usage_error (error, _ ("there is no “%s”; did you mean “%s”?"), name, nearest->name);
  return usage_error (error, _ ("there is no “%s”; “gvt-client --help” lists the verbs"), name);
}

/* Runs what the words after the program's name say; @verb is which, once that is known. */
static gboolean
run (char ***words, const GvtVerb **verb, GError **error)
{
  g_auto (GStrv) rest = NULL;
  gboolean help;

  if (!parse_globals (words, error))
    return FALSE;
  help = g_strcmp0 ((*words)[1], "help") == 0;
  want_help = want_help || help;
  rest = g_strdupv (*words + (help ? 2 : 1)); /* the verb takes the program's place for GOption */
  if (rest[0] == NULL && want_help)
    return print (gvt_verbs_help (global_entries));
  if (rest[0] == NULL && want_version)
    return print_version ();
  if (g_strcmp0 (rest[0], "complete") == 0) { /* the shells ask so; nobody types it */
    gvt_completion_print (&client, global_entries, rest + (g_strcmp0 (rest[1], "--") == 0 ? 2 : 1));
    return TRUE;
  }
  *verb = rest[0] != NULL ? gvt_verbs_find (rest[0]) : &gvt_verb_status;
  if (*verb == NULL)
    return unknown_verb (rest[0], error);
  if (rest[0] == NULL)
    return (*verb)->run (&client, rest, error);
  return run_verb (*verb, &rest, error);
}

static void
tell_usage (const GvtVerb *verb)
{
  g_autofree char *usage = NULL;
  g_autofree char *wrapped = NULL;

  usage = verb != NULL ? gvt_verb_usage (verb)
                       : g_strdup (_ ("Usage: gvt-client [OPTION...] [VERB [ARGUMENT...]]"));
  wrapped = gvt_wrap (usage, gvt_terminal_width (STDERR_FILENO));
  fprintf (stderr, "%s\n", wrapped);
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) words = g_strdupv (argv);
  g_autoptr (GError) error = NULL;
  const GvtVerb *verb = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GVT_TEXT_DOMAIN, GVT_LOCALEDIR);
  bind_textdomain_codeset (GVT_TEXT_DOMAIN, "UTF-8"); /* as all that is printed */
  textdomain (GVT_TEXT_DOMAIN);
  if (!check_utf8 (argv, &error) || !run (&words, &verb, &error)) {
    gvt_failure_tell (&client, error, NULL);
    if (error->domain == G_OPTION_ERROR)
      tell_usage (verb);
  }
  if (fflush (stdout) != 0 || ferror (stdout)) {
    gvt_terminal_complain (_ ("cannot write to standard output"));
    client.status = GVT_EXIT_FAILED;
  }
  gvt_agent_stop (&client);
  g_clear_object (&client.bus);
  g_clear_object (&client.interrupt);
  return client.status;
}
