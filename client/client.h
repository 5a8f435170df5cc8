/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <glib/gi18n.h>

G_BEGIN_DECLS

/* Text on the command line is UTF-8 whatever the locale (main.c checks that): GOption would convert
 * what it takes for strings, and fail for a VM named größe in the locale C. */
#define GVT_OPTION_TEXT G_OPTION_ARG_FILENAME
#define GVT_OPTION_TEXTS G_OPTION_ARG_FILENAME_ARRAY

/**
 * GvtClient:
 * @uri: from `--connect`; NULL for the default
 * @bus_address: from `--bus`; NULL for the system bus
 * @json: print JSON instead of tables
 * @no_ask_password: never let anybody be asked for a password
 * @quiet: print nothing but data and errors
 * @bus: the connection, made at the first call
 * @interrupt: cancels calls to the service, or NULL
 * @agent: the polkit text agent's process, or 0
 * @status: exit status of the first failure that a verb has told and gone on after; else 0
 *
 * What one invocation was told, and what it has opened.
 */
typedef struct {
  char *uri;
  char *bus_address;
  gboolean json;
  gboolean no_ask_password;
  gboolean quiet;

  GDBusConnection *bus;
  GCancellable *interrupt;
  GPid agent;
  int status;
} GvtClient;

/**
 * GvtVerb:
 * @name: the word on the command line
 * @synopsis: what follows it, for the usage line; may be empty
 * @summary: one line for the list of verbs
 * @details: more for the verb's own help, or NULL; lines end with a newline
 * @examples: command lines for the verb's own help, each ending with a newline
 * @options: the verb's options, or NULL
 * @settings: further options, shown under a heading of their own, or NULL
 * @min_args: fewest arguments
 * @max_args: most arguments; -1 for any number
 * @raw_args: hand over everything after the verb as it is, options or not
 * @run: does it; returns FALSE with @error set when it failed
 *
 * One row of the verb table. Options are stored in static variables of the verb's file.
 */
typedef struct {
  const char *name;
  const char *synopsis;
  const char *summary;
  const char *details;
  const char *examples;
  const GOptionEntry *options;
  const GOptionEntry *settings;
  int min_args;
  int max_args;
  gboolean raw_args;
  gboolean (*run) (GvtClient *client, char **args, GError **error);
} GvtVerb;

extern const GvtVerb gvt_verb_status;
extern const GvtVerb gvt_verb_gpus;
extern const GvtVerb gvt_verb_types;
extern const GvtVerb gvt_verb_list;
extern const GvtVerb gvt_verb_show;
extern const GvtVerb gvt_verb_create;
extern const GvtVerb gvt_verb_start;
extern const GvtVerb gvt_verb_stop;
extern const GvtVerb gvt_verb_define;
extern const GvtVerb gvt_verb_undefine;
extern const GvtVerb gvt_verb_remove;
extern const GvtVerb gvt_verb_set;
extern const GvtVerb gvt_verb_attach;
extern const GvtVerb gvt_verb_detach;
extern const GvtVerb gvt_verb_backups;
extern const GvtVerb gvt_verb_restore;
extern const GvtVerb gvt_verb_modernise;
extern const GvtVerb gvt_verb_edit_xml;
extern const GvtVerb gvt_verb_strip_xml;
extern const GvtVerb gvt_verb_check;
extern const GvtVerb gvt_verb_history;
extern const GvtVerb gvt_verb_report;
extern const GvtVerb gvt_verb_rom;
extern const GvtVerb gvt_verb_setup;
extern const GvtVerb gvt_verb_run;
extern const GvtVerb gvt_verb_hook;
extern const GvtVerb gvt_verb_monitor;

G_END_DECLS
