/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the journal has about changes, read by journalctl. Main thread. Believes only what root wrote:
 * anybody can send the journal an entry with our message id, but not with somebody else's uid. Must
 * not use systemd's library, because that would cost every start of gvt-client.
 */

#include "history.h"

#include "gvt-audit-fields.h"
#include "gvt-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

static const char *const journals[] = { "/var/log/journal", "/run/log/journal" };

void
gvt_past_change_free (GvtPastChange *self)
{
  g_free (self->session);
  g_free (self->method);
  g_free (self->vgpu);
  g_free (self->gpu);
  g_free (self->type);
  g_free (self->domain);
  g_free (self->object);
  g_free (self->outcome);
  g_free (self);
}

/* journalctl gives anything but text as something else than a string; the service writes none. */
static const char *
get_field (JsonObject *entry, const char *name)
{
  JsonNode *node = json_object_get_member (entry, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : "";
}

static gint64
get_number (JsonObject *entry, const char *name, gint64 otherwise)
{
  gint64 number = otherwise;

  g_ascii_string_to_signed (get_field (entry, name), 10, 0, G_MAXINT64, &number, NULL);
  return number;
}

static GvtPastChange *
read_change (JsonObject *entry)
{
  GvtPastChange *change = g_new0 (GvtPastChange, 1);

  change->time = get_number (entry, "__REALTIME_TIMESTAMP", 0);
  change->uid = get_number (entry, GVT_AUDIT_CALLER_UID, -1);
  change->pid = get_number (entry, GVT_AUDIT_CALLER_PID, 0);
  change->duration = get_number (entry, GVT_AUDIT_DURATION, 0);
  change->unrecorded = get_number (entry, GVT_AUDIT_UNRECORDED, 0);
  change->session = g_strdup (get_field (entry, GVT_AUDIT_CALLER_SESSION));
  change->method = g_strdup (get_field (entry, GVT_AUDIT_METHOD));
  change->vgpu = g_strdup (get_field (entry, GVT_AUDIT_VGPU));
  change->gpu = g_strdup (get_field (entry, GVT_AUDIT_GPU));
  change->type = g_strdup (get_field (entry, GVT_AUDIT_TYPE));
  change->domain = g_strdup (get_field (entry, GVT_AUDIT_DOMAIN));
  change->object = g_strdup (get_field (entry, GVT_AUDIT_OBJECT));
  change->outcome = g_strdup (get_field (entry, GVT_AUDIT_OUTCOME));
  return change;
}

/* An empty answer means nothing when the system's own journal was out of reach: journalctl opens what
 * it can and is content. */
static gboolean
check_journal_is_readable (GError **error)
{
  g_autofree char *machine = NULL;
  gboolean exists = FALSE;

  if (!g_file_get_contents ("/etc/machine-id", &machine, NULL, NULL))
    return TRUE;
  g_strstrip (machine);
  for (gsize i = 0; i < G_N_ELEMENTS (journals); i++) {
    g_autofree char *path = g_build_filename (journals[i], machine, "system.journal", NULL);

    if (access (path, R_OK) == 0)
      return TRUE;
    exists = exists || errno == EACCES;
  }
  if (exists)
    g_set_error_literal (
        error,
        GVT_ERROR,
        GVT_ERROR_NOT_AUTHORIZED,
        _ ("the system's journal is for root and members of the group systemd-journal "
           "or adm; try again as one of them"));
  else
    g_set_error_literal (error,
                         GVT_ERROR,
                         GVT_ERROR_NOT_FOUND,
                         _ ("this system keeps no journal; is systemd-journald running?"));
  return FALSE;
}

static GSubprocess *
run_journalctl (guint most, GError **error)
{
  g_autofree char *lines = most > 0 ? g_strdup_printf ("--lines=%u", most) : NULL;
  const char *message = "MESSAGE_ID=" GVT_AUDIT_MESSAGE_ID;
  const char *argv[] = {
    "journalctl",
    "--system",
    "--quiet",
    "--no-pager",
    "--all", /* long fields, too */
    "--output=json",
    message,
    "_UID=0",
    lines,
    NULL,
  };

  return g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
}

/* One entry, an object on a line of its own; what is none is left out. */
static void
add_line (GPtrArray *changes, JsonParser *parser, const char *line)
{
  JsonNode *root = NULL;

  if (json_parser_load_from_data (parser, line, -1, NULL))
    root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    g_ptr_array_add (changes, read_change (json_node_get_object (root)));
}

static gboolean
read_entries (GSubprocess *journalctl, GPtrArray *changes, GError **error)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (
      g_subprocess_get_stdout_pipe (journalctl));
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) problem = NULL;

  while (TRUE) {
    g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &problem);

    if (line == NULL)
      break;
    add_line (changes, parser, line);
  }
  if (problem == NULL)
    return g_subprocess_wait_check (journalctl, NULL, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

GPtrArray *
gvt_history_read (guint most, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (
      (GDestroyNotify) gvt_past_change_free);
  g_autoptr (GSubprocess) journalctl = NULL;
  g_autoptr (GError) problem = NULL;

  if (!check_journal_is_readable (error))
    return NULL;
  journalctl = run_journalctl (most, &problem);
  if (journalctl != NULL && read_entries (journalctl, changes, &problem))
    return g_steal_pointer (&changes);
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               _ ("cannot read the journal: %s"),
               problem->message);
  return NULL;
}
