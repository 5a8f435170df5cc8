/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `history`: who changed what, from the journal. Main thread. Does not need the service.
 */

#include "display.h"
#include "gvt-audit-fields.h"
#include "gvt-error.h"
#include "history.h"
#include "json-output.h"
#include "owner.h"

#include <string.h>

static int option_lines;

static const GOptionEntry options[] = {
  { "lines", 'n', 0, G_OPTION_ARG_INT, &option_lines, N_ ("The newest N only"), "N" },
  G_OPTION_ENTRY_NULL,
};

static void
add_if_known (JsonBuilder *builder, const char *key, gint64 number, gboolean known)
{
  if (known)
    gvt_json_add_number (builder, key, number);
  else
    gvt_json_add_string (builder, key, NULL);
}

static char *
name_user (const GvtPastChange *change)
{
  return change->uid < 0 ? NULL : gvt_owner_name ((guint32) change->uid);
}

static void
add_change (JsonBuilder *builder, const GvtPastChange *change)
{
  g_autofree char *user = name_user (change);

  json_builder_begin_object (builder);
  gvt_json_add_number (builder, "time_usec", change->time);
  add_if_known (builder, "uid", change->uid, change->uid >= 0);
  gvt_json_add_string (builder, "user", user);
  add_if_known (builder, "pid", change->pid, change->pid > 0);
  gvt_json_add_string (builder, "session", change->session);
  gvt_json_add_string (builder, "method", change->method);
  gvt_json_add_string (builder, "vgpu", change->vgpu);
  gvt_json_add_string (builder, "gpu", change->gpu);
  gvt_json_add_string (builder, "type", change->type);
  gvt_json_add_string (builder, "domain", change->domain);
  gvt_json_add_string (builder, "object", change->object);
  gvt_json_add_string (builder, "outcome", change->outcome);
  gvt_json_add_number (builder, "duration_usec", change->duration);
  gvt_json_add_number (builder, "unrecorded", change->unrecorded);
  json_builder_end_object (builder);
}

static void
print_json (const GPtrArray *changes)
{
  JsonBuilder *builder = json_builder_begin_array (json_builder_new ());

  for (guint i = 0; i < changes->len; i++)
    add_change (builder, g_ptr_array_index (changes, i));
  gvt_display_json (json_builder_end_array (builder));
}

static const char *
first_of (const char *a, const char *b, const char *c)
{
  return *a != '\0' ? a : *b != '\0' ? b : c;
}

static void
print_table (const GPtrArray *changes)
{
  static const char *const headings[] = { N_ ("TIME"), N_ ("USER"),    N_ ("CALL"),
                                          N_ ("OF"),   N_ ("OUTCOME"), NULL };
  g_autoptr (GvtTable) table = gvt_table_new (headings);

  for (guint i = 0; i < changes->len; i++) {
    const GvtPastChange *change = g_ptr_array_index (changes, i);
    g_autofree char *when = gvt_display_time (change->time / G_USEC_PER_SEC);
    g_autofree char *user = name_user (change);
    const char *member = strrchr (change->method, '.');
    gboolean done = strcmp (change->outcome, GVT_AUDIT_DONE) == 0;

    gvt_table_add (table, when, GVT_STYLE_PLAIN);
    gvt_table_add (table, user, GVT_STYLE_PLAIN);
    gvt_table_add (table, member != NULL ? member + 1 : NULL, GVT_STYLE_HEADING);
    gvt_table_add (table, first_of (change->vgpu, change->object, change->domain), GVT_STYLE_PLAIN);
    gvt_table_add (table, change->outcome, done ? GVT_STYLE_GOOD : GVT_STYLE_BAD);
  }
  gvt_display_table (table, "");
}

static gboolean
run_history (GvtClient *client, char **args, GError **error)
{
  g_autoptr (GPtrArray) changes = NULL;

  if (option_lines < 0) {
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_INVALID_ARGUMENT,
                         _ ("--lines takes a number above 0"));
    return FALSE;
  }
  changes = gvt_history_read ((guint) option_lines, error);
  if (changes == NULL)
    return FALSE;
  if (client->json)
    print_json (changes);
  else if (changes->len > 0)
    print_table (changes);
  else
    gvt_terminal_talk (client, _ ("Nobody has changed anything since the journal begins."));
  return TRUE;
}

const GvtVerb gvt_verb_history = {
  .name = "history",
  .synopsis = "[--lines N]",
  .summary = N_ ("Show who asked for which change, and what came of it"),
  .details = N_ (
      "From the system's journal, which root and members of the groups systemd-journal and\n"
      "adm may read. Changes that were refused are there, too.\n"),
  .examples = "gvt-client history -n 20\n"
              "gvt-client history --json | jq '.[] | select(.outcome != \"done\")'\n",
  .options = options,
  .max_args = 0,
  .run = run_history,
};
