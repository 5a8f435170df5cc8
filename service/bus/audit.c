/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who changed what, for the journal. The main loop begins and ends entries; one thread looks up
 * sessions and writes, in order. Must never hold up a call, nor write a text that a caller chose.
 */

#include "audit.h"

/* All entries come from one line of this file. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>

#include "callers.h"
#include "gvt-audit-fields.h"
#include "gvt-error.h"
#include "gvt-names.h"

/* What comes to nothing costs its caller nothing, so it is not all written down. */
#define FAILURES_PER_MINUTE 30

/* Entries that wait for the journal; what comes then is counted only. */
#define WAITING_MAX 512

#define FAREWELL_US G_USEC_PER_SEC
#define MINUTE_US (60 * G_USEC_PER_SEC)
#define VALUE_MAX 4096

struct _GvtAudit {
  GThreadPool *thread;
  GHashTable *users; /* uid -> User */
  int waiting;       /* atomic */
};

/* What came to nothing for one user lately. */
typedef struct {
  gint64 since;
  guint failures;
  guint unrecorded;
} User;

/* The main loop's until it is to be written, but for @session, which is the thread's. */
struct _GvtAuditEntry {
  gatomicrefcount references;
  guint32 uid;
  guint32 pid;
  char *session;     /* of sd-login's, so of malloc() */
  GPtrArray *fields; /* of char: NAME=value */
};

/* What the thread is to do, in the order of begin and end. */
typedef struct {
  GvtAuditEntry *entry;
  gboolean write;
} Job;

static void
unref_entry (GvtAuditEntry *entry)
{
  if (!g_atomic_ref_count_dec (&entry->references))
    return;
  g_ptr_array_unref (entry->fields);
  free (entry->session);
  g_free (entry);
}

/* Control characters, and what turns the reading direction, must not reach a terminal. */
static char *
make_printable (const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  GString *printable = g_string_new (NULL);

  for (const char *c = valid; *c != '\0' && printable->len < VALUE_MAX; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);

    g_string_append_unichar (printable, g_unichar_isprint (character) ? character : '?');
  }
  return g_string_free (printable, FALSE);
}

static void
add (GvtAuditEntry *entry, const char *name, const char *value)
{
  g_autofree char *printable = value == NULL ? NULL : make_printable (value);

  if (printable != NULL && *printable != '\0')
    g_ptr_array_add (entry->fields, g_strdup_printf ("%s=%s", name, printable));
}

static void
add_number (GvtAuditEntry *entry, const char *name, gint64 number)
{
  g_ptr_array_add (entry->fields, g_strdup_printf ("%s=%" G_GINT64_FORMAT, name, number));
}

/* A process of a desktop is the user manager's child and in no session; its user's is meant then. */
static void
look_up_session (GvtAuditEntry *entry)
{
  if (entry->pid != 0 && sd_pid_get_session ((pid_t) entry->pid, &entry->session) < 0 &&
      entry->uid != GVT_NO_UID && sd_uid_get_display (entry->uid, &entry->session) < 0)
    entry->session = NULL;
}

static void
write_entry (GvtAuditEntry *entry)
{
  g_autofree struct iovec *fields = NULL;

  add (entry, GVT_AUDIT_CALLER_SESSION, entry->session);
  fields = g_new (struct iovec, entry->fields->len);
  for (guint i = 0; i < entry->fields->len; i++) {
    fields[i].iov_base = g_ptr_array_index (entry->fields, i);
    fields[i].iov_len = strlen (fields[i].iov_base);
  }
  sd_journal_sendv (fields, (int) entry->fields->len);
}

static void
run_in_thread (gpointer data, gpointer user_data)
{
  g_autofree Job *job = data;
  GvtAudit *self = user_data;

  if (job->write)
    write_entry (job->entry);
  else
    look_up_session (job->entry);
  unref_entry (job->entry);
  g_atomic_int_add (&self->waiting, -1);
}

static gboolean
push (GvtAudit *self, GvtAuditEntry *entry, gboolean write)
{
  Job *job;

  if (g_atomic_int_get (&self->waiting) >= WAITING_MAX)
    return FALSE;
  g_atomic_int_inc (&self->waiting);
  g_atomic_ref_count_inc (&entry->references);
  job = g_new0 (Job, 1);
  job->entry = entry;
  job->write = write;
  g_thread_pool_push (self->thread, job, NULL);
  return TRUE;
}

GvtAudit *
gvt_audit_new (void)
{
  GvtAudit *self = g_new0 (GvtAudit, 1);

  self->thread = g_thread_pool_new (run_in_thread, self, 1, FALSE, NULL);
  self->users = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

void
gvt_audit_free (GvtAudit *self)
{
  gint64 deadline = g_get_monotonic_time () + FAREWELL_US;
  gboolean written;

  while (g_atomic_int_get (&self->waiting) > 0 && g_get_monotonic_time () < deadline)
    g_usleep (1000);
  written = g_atomic_int_get (&self->waiting) == 0;
  g_thread_pool_free (self->thread, TRUE, written);
  g_hash_table_unref (self->users);
  /* A thread that the journal holds up still has it. */
  if (written)
    g_free (self);
}

/* Reading is public, and an edit of a text that the caller has changes nothing. */
static gboolean
is_a_change (const GvtMethod *method)
{
  return method->rule != GVT_RULE_PUBLIC && !g_str_equal (method->action, GVT_ACTION_EDIT_XML);
}

GvtAuditEntry *
gvt_audit_begin (GvtAudit *self, const GvtCall *call, guint32 pid)
{
  g_autofree char *method = g_strconcat (call->method->interface, ".", call->method->member, NULL);
  GvtAuditEntry *entry;

  if (!is_a_change (call->method))
    return NULL;
  entry = g_new0 (GvtAuditEntry, 1);
  g_atomic_ref_count_init (&entry->references);
  entry->uid = call->uid;
  entry->pid = pid;
  entry->fields = g_ptr_array_new_with_free_func (g_free);
  add (entry, GVT_AUDIT_METHOD, method);
  add (entry, GVT_AUDIT_CALLER_NAME, g_dbus_method_invocation_get_sender (call->invocation));
  if (call->uid != GVT_NO_UID)
    add_number (entry, GVT_AUDIT_CALLER_UID, call->uid);
  if (pid != 0)
    add_number (entry, GVT_AUDIT_CALLER_PID, pid);
  push (self, entry, FALSE);
  return entry;
}

static User *
get_user (GvtAudit *self, guint32 uid)
{
  User *user = g_hash_table_lookup (self->users, GUINT_TO_POINTER (uid));

  if (user == NULL) {
    user = g_new0 (User, 1);
    g_hash_table_insert (self->users, GUINT_TO_POINTER (uid), user);
  }
  return user;
}

static gboolean
is_one_too_many (User *user)
{
  gint64 now = g_get_monotonic_time ();

  if (user->since == 0 || now - user->since > MINUTE_US) {
    user->since = now;
    user->failures = 0;
  }
  return ++user->failures > FAILURES_PER_MINUTE;
}

static char *
name_outcome (const GError *error)
{
  g_autofree char *name = error == NULL ? NULL : g_dbus_error_encode_gerror (error);

  return g_strdup (name == NULL ? GVT_AUDIT_DONE : strrchr (name, '.') + 1);
}

/* What its check told polkit, else what it would change. */
static char *
list_vgpus (const GvtCall *call)
{
  const char *told = g_hash_table_lookup (call->details, "uuid");
  g_autoptr (GString) uuids = g_string_new (told);

  for (guint i = 0; told == NULL && i < call->transitions->len; i++)
    g_string_append_printf (uuids,
                            "%s%s",
                            i > 0 ? " " : "",
                            ((GvtTransition *) g_ptr_array_index (call->transitions, i))->uuid);
  if (uuids->len == 0 && call->uuid != NULL)
    g_string_append (uuids, call->uuid);
  return uuids->len > 0 ? g_strdup (uuids->str) : NULL;
}

/* For whom the fields are too long. It says nothing that they do not say. */
static void
add_message (GvtAuditEntry *entry, const GvtCall *call, const char *what, const char *outcome)
{
  g_autofree char *who = entry->uid == GVT_NO_UID ? g_strdup ("somebody")
                                                  : g_strdup_printf ("user %u", entry->uid);
  g_autofree char *message =
      g_strdup_printf ("%s: %s %s: %s", who, call->method->member, what, outcome);

  add (entry, "MESSAGE", message);
}

static void
fill (GvtAuditEntry *entry, const GvtCall *call, const GError *error)
{
  g_autofree char *vgpus = list_vgpus (call);
  const char *domain = g_hash_table_lookup (call->details, "domain");
  const char *what = vgpus != NULL ? vgpus : call->object != NULL ? call->object : domain;
  g_autofree char *outcome = name_outcome (error);

  add (entry, "MESSAGE_ID", GVT_AUDIT_MESSAGE_ID);
  add (entry, "SYSLOG_IDENTIFIER", "gvt-managerd");
  add_number (entry, "PRIORITY", LOG_NOTICE);
  add_message (entry, call, what != NULL ? what : "-", outcome);
  add (entry, GVT_AUDIT_VGPU, vgpus);
  add (entry, GVT_AUDIT_GPU, g_hash_table_lookup (call->details, "gpu"));
  add (entry, GVT_AUDIT_TYPE, g_hash_table_lookup (call->details, "type"));
  add (entry, GVT_AUDIT_DOMAIN, domain);
  add (entry, GVT_AUDIT_OBJECT, call->object);
  add (entry, GVT_AUDIT_OUTCOME, outcome);
  add_number (entry, GVT_AUDIT_DURATION, g_get_monotonic_time () - call->begun);
}

static void
write_or_count (GvtAudit *self, GvtAuditEntry *entry, const GvtCall *call, const GError *error)
{
  User *user = get_user (self, entry->uid);

  if (error != NULL && is_one_too_many (user)) {
    user->unrecorded++;
    return;
  }
  fill (entry, call, error);
  if (user->unrecorded > 0)
    add_number (entry, GVT_AUDIT_UNRECORDED, user->unrecorded);
  if (push (self, entry, TRUE))
    user->unrecorded = 0;
  else
    user->unrecorded++;
}

void
gvt_audit_end (GvtAudit *self, GvtAuditEntry *entry, const GvtCall *call, const GError *error)
{
  if (entry == NULL)
    return;
  /* A plan that was made has changed nothing. */
  if (error != NULL || !call->planning)
    write_or_count (self, entry, call, error);
  unref_entry (entry);
}
