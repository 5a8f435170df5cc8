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
add_text (JsonBuilder *builder, const char *key, const char *text)
{
  json_builder_set_member_name (builder, key);
  if (text != NULL && *text != '\0')
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *key, gint64 number, gboolean known)
{
  json_builder_set_member_name (builder, key);
  if (known)
    json_builder_add_int_value (builder, number);
  else
    json_builder_add_null_value (builder);
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
  add_number (builder, "time_usec", change->time, TRUE);
  add_number (builder, "uid", change->uid, change->uid >= 0);
  add_text (builder, "user", user);
  add_number (builder, "pid", change->pid, change->pid > 0);
  add_text (builder, "session", change->session);
  add_text (builder, "method", change->method);
  add_text (builder, "vgpu", change->vgpu);
  add_text (builder, "gpu", change->gpu);
  add_text (builder, "type", change->type);
  add_text (builder, "domain", change->domain);
  add_text (builder, "object", change->object);
  add_text (builder, "outcome", change->outcome);
  add_number (builder, "duration_usec", change->duration, TRUE);
  add_number (builder, "unrecorded", change->unrecorded, TRUE);
  json_builder_end_object (builder);
}

static void
print_json (const GPtrArray *changes)
{
  JsonBuilder *builder = json_builder_begin_array (json_builder_new ());
  g_autofree char *text = NULL;

  for (guint i = 0; i < changes->len; i++)
    add_change (builder, g_ptr_array_index (changes, i));
  text = gvt_json_end (json_builder_end_array (builder), TRUE);
  gvt_terminal_write (text);
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
    g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (change->time / G_USEC_PER_SEC);
    g_autofree char *when = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : NULL;
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
