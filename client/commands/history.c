/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the journal has about changes. Main thread. Believes only what root wrote: anybody can send
 * the journal an entry with our message id, but not with somebody else's uid.
 */

#include "history.h"

#include "gvt-audit-fields.h"
#include "gvt-error.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

static const char *const journals[] = { "/var/log/journal", "/run/log/journal" };

typedef sd_journal *Journal;

static void
journal_clear (Journal *journal)
{
  sd_journal_close (*journal);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Journal, journal_clear)

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

static char *
read_field (sd_journal *journal, const char *name)
{
  gsize prefix = strlen (name) + 1;
  const void *data;
  gsize length;

  if (sd_journal_get_data (journal, name, &data, &length) < 0 || length < prefix)
    return g_strdup ("");
  return g_utf8_make_valid ((const char *) data + prefix, (gssize) (length - prefix));
}

static gint64
read_number (sd_journal *journal, const char *name, gint64 otherwise)
{
  g_autofree char *text = read_field (journal, name);
  gint64 number = otherwise;

  g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &number, NULL);
  return number;
}

static GvtPastChange *
read_change (sd_journal *journal)
{
  GvtPastChange *change = g_new0 (GvtPastChange, 1);
  guint64 time = 0;

  sd_journal_get_realtime_usec (journal, &time);
  change->time = (gint64) time;
  change->uid = read_number (journal, GVT_AUDIT_CALLER_UID, -1);
  change->pid = read_number (journal, GVT_AUDIT_CALLER_PID, 0);
  change->duration = read_number (journal, GVT_AUDIT_DURATION, 0);
  change->unrecorded = read_number (journal, GVT_AUDIT_UNRECORDED, 0);
  change->session = read_field (journal, GVT_AUDIT_CALLER_SESSION);
  change->method = read_field (journal, GVT_AUDIT_METHOD);
  change->vgpu = read_field (journal, GVT_AUDIT_VGPU);
  change->gpu = read_field (journal, GVT_AUDIT_GPU);
  change->type = read_field (journal, GVT_AUDIT_TYPE);
  change->domain = read_field (journal, GVT_AUDIT_DOMAIN);
  change->object = read_field (journal, GVT_AUDIT_OBJECT);
  change->outcome = read_field (journal, GVT_AUDIT_OUTCOME);
  return change;
}

/* An empty answer means nothing when the system's own journal was out of reach: sd-journal opens what
 * it can and is content. */
static gboolean
check_journal_is_readable (GError **error)
{
  sd_id128_t machine;
  char id[SD_ID128_STRING_MAX];
  gboolean exists = FALSE;

  if (sd_id128_get_machine (&machine) < 0)
    return TRUE;
  sd_id128_to_string (machine, id);
  for (gsize i = 0; i < G_N_ELEMENTS (journals); i++) {
    g_autofree char *path = g_build_filename (journals[i], id, "system.journal", NULL);

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

static gboolean
open_journal (Journal *journal, GError **error)
{
  int result = sd_journal_open (journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

  if (result >= 0)
    result = sd_journal_add_match (*journal, "MESSAGE_ID=" GVT_AUDIT_MESSAGE_ID, 0);
  if (result >= 0)
    result = sd_journal_add_match (*journal, "_UID=0", 0);
  if (result >= 0)
    result = sd_journal_seek_tail (*journal);
  if (result >= 0)
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_FAILED,
               _ ("cannot read the journal: %s"),
               g_strerror (-result));
  return FALSE;
}

GPtrArray *
gvt_history_read (guint most, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (
      (GDestroyNotify) gvt_past_change_free);
  g_auto (Journal) journal = NULL;

  if (!check_journal_is_readable (error) || !open_journal (&journal, error))
    return NULL;
  while ((most == 0 || changes->len < most) && sd_journal_previous (journal) > 0)
    g_ptr_array_insert (changes, 0, read_change (journal));
  return g_steal_pointer (&changes);
}
