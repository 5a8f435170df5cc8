/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Callers and their uids. Main loop. A uid comes from the bus daemon and from nowhere else; until it
 * has answered a caller has none.
 */

#include "callers.h"

#include "gvt-error.h"

/* Calls whose caller the bus is being asked about: two users with all connections that it gives them. */
#define MOST_UNKNOWN 512

typedef struct {
  char *name;
  guint32 uid;
  guint32 pid;
  GPtrArray *calls;   /* of GCancellable: those in flight */
  GPtrArray *waiting; /* of Waiting: those that want to know the uid */
} Caller;

typedef struct {
  GvtCallersIdentified identified;
  gpointer user_data;
} Waiting;

struct _GvtCallers {
  GObject parent_instance;
  GHashTable *callers; /* unique name -> Caller */
  GHashTable *counts;  /* uid -> calls in flight */
  GDBusConnection *connection;
  guint watch;   /* of names that vanish, while there are callers */
  guint unknown; /* calls in flight whose caller is not known yet */
  guint users;   /* those of all users but root */
  guint most_per_user;
  guint most;
};

G_DEFINE_FINAL_TYPE (GvtCallers, gvt_callers, G_TYPE_OBJECT)

static void
caller_free (Caller *self)
{
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->waiting);
  g_free (self->name);
  g_free (self);
}

static void
stop_watching (GvtCallers *self)
{
  if (self->watch != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->watch);
  self->watch = 0;
  g_clear_object (&self->connection);
}

static void
gvt_callers_finalize (GObject *object)
{
  GvtCallers *self = GVT_CALLERS (object);

  stop_watching (self);
  g_hash_table_unref (self->callers);
  g_hash_table_unref (self->counts);
  G_OBJECT_CLASS (gvt_callers_parent_class)->finalize (object);
}

static void
gvt_callers_class_init (GvtCallersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_callers_finalize;
}

static void
gvt_callers_init (GvtCallers *self)
{
  self->callers =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) caller_free);
  self->counts = g_hash_table_new (NULL, NULL);
}

GvtCallers *
gvt_callers_new (void)
{
  return g_object_new (GVT_TYPE_CALLERS, NULL);
}

void
gvt_callers_set_limits (GvtCallers *self, guint per_user, guint total)
{
  self->most_per_user = per_user;
  self->most = total;
}

static guint
count_of (GvtCallers *self, guint32 uid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, GUINT_TO_POINTER (uid)));
}

static void
set_count (GvtCallers *self, guint32 uid, guint count)
{
  if (count > 0)
    g_hash_table_replace (self->counts, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (count));
  else
    g_hash_table_remove (self->counts, GUINT_TO_POINTER (uid));
}

/* With one more of theirs, whose uid that is. Root is who mends things while others are many. */
static GError *
find_limit (GvtCallers *self, guint32 uid)
{
  guint own = count_of (self, uid);

  if (uid != 0 && own > self->most_per_user)
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_LIMIT_EXCEEDED,
                        "user %u has %u calls in flight already; wait for one to end",
                        uid,
                        own - 1);
  if (uid != 0 && self->users > self->most)
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_LIMIT_EXCEEDED,
                        "%u calls are in flight already; wait a moment",
                        self->users - 1);
  return NULL;
}

/* Counts one more call of a caller whose uid is known, and tells whoever waits for it. */
static void
admit (GvtCallers *self, Caller *caller, const Waiting *waiting)
{
  g_autoptr (GError) error = NULL;

  set_count (self, caller->uid, count_of (self, caller->uid) + 1);
  self->unknown--;
  self->users += caller->uid != 0 ? 1 : 0;
  error = find_limit (self, caller->uid);
  waiting->identified (caller->uid, error, waiting->user_data);
}

typedef struct {
  GvtCallers *self;
  char *name;
} Question;

static void
read_credentials (Caller *caller, GVariant *reply)
{
  g_autoptr (GVariant) credentials = g_variant_get_child_value (reply, 0);

  g_variant_lookup (credentials, "UnixUserID", "u", &caller->uid);
  g_variant_lookup (credentials, "ProcessID", "u", &caller->pid);
}

static void
on_uid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GvtCallers) self = question->self;
  g_autofree char *name = question->name;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  Caller *caller = g_hash_table_lookup (self->callers, name);
  g_autoptr (GPtrArray) waiting = NULL;

  if (caller == NULL)
    return;
  if (reply != NULL)
    read_credentials (caller, reply);
  if (error == NULL && caller->uid == GVT_NO_UID)
    g_set_error (&error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_AUTHORIZED,
                 "the bus does not say who is calling");
  waiting = g_steal_pointer (&caller->waiting);
  caller->waiting = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < waiting->len; i++) {
    const Waiting *one = g_ptr_array_index (waiting, i);

    /* Answering one may end the caller's last call, and with it the caller. */
    caller = g_hash_table_lookup (self->callers, name);
    if (caller == NULL)
      return;
    if (caller->uid != GVT_NO_UID)
      admit (self, caller, one);
    else
      one->identified (GVT_NO_UID, error, one->user_data);
  }
}

static void
ask_for_uid (GvtCallers *self, GDBusConnection *connection, const char *name)
{
  Question *question = g_new0 (Question, 1);

  question->self = g_object_ref (self);
  question->name = g_strdup (name);
  g_dbus_connection_call (connection,
                          "org.freedesktop.DBus",
                          "/org/freedesktop/DBus",
                          "org.freedesktop.DBus",
                          "GetConnectionCredentials",
                          g_variant_new ("(s)", name),
                          G_VARIANT_TYPE ("(a{sv})"),
                          G_DBUS_CALL_FLAGS_NONE,
                          -1,
                          NULL,
                          on_uid,
                          question);
}

static void
cancel_calls_of (GvtCallers *self, const char *name)
{
  Caller *caller = g_hash_table_lookup (self->callers, name);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func (g_object_unref);

  /* Most who come and go on the bus call nothing here. */
  if (caller == NULL)
    return;
  /* Cancelling may end a call, and with the last one the caller. */
  for (guint i = 0; i < caller->calls->len; i++)
    g_ptr_array_add (calls, g_object_ref (g_ptr_array_index (caller->calls, i)));
  for (guint i = 0; i < calls->len; i++)
    g_cancellable_cancel (g_ptr_array_index (calls, i));
}

static void
on_owner_changed (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *signal,
                  GVariant *parameters,
                  gpointer user_data)
{
  const char *name;
  const char *owner;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (parameters, "(&s&s&s)", &name, NULL, &owner);
  if (*owner == '\0')
    cancel_calls_of (GVT_CALLERS (user_data), name);
}

/* One rule for all callers: to ask the bus for each would make of a flood one three times as large. Who
   left before has no credentials any more. */
static void
watch (GvtCallers *self, GDBusConnection *connection)
{
  if (self->watch != 0)
    return;
  self->connection = g_object_ref (connection);
  self->watch = g_dbus_connection_signal_subscribe (connection,
                                                    "org.freedesktop.DBus",
                                                    "org.freedesktop.DBus",
                                                    "NameOwnerChanged",
                                                    "/org/freedesktop/DBus",
                                                    NULL,
                                                    G_DBUS_SIGNAL_FLAGS_NONE,
                                                    on_owner_changed,
                                                    self,
                                                    NULL);
}

static Caller *
get_or_add (GvtCallers *self, GDBusConnection *connection, const char *name)
{
  Caller *caller = g_hash_table_lookup (self->callers, name);

  if (caller != NULL)
    return caller;
  caller = g_new0 (Caller, 1);
  caller->name = g_strdup (name);
  caller->uid = GVT_NO_UID;
  caller->calls = g_ptr_array_new_with_free_func (g_object_unref);
  caller->waiting = g_ptr_array_new_with_free_func (g_free);
  watch (self, connection);
  ask_for_uid (self, connection, name);
  g_hash_table_insert (self->callers, caller->name, caller);
  return caller;
}

void
gvt_callers_begin (GvtCallers *self,
                   GDBusConnection *connection,
                   const char *sender,
                   GCancellable *cancellable,
                   GvtCallersIdentified identified,
                   gpointer user_data)
{
  Waiting waiting = { identified, user_data };
  Caller *caller;

  /* Before anything is asked of the bus: a flood must not be answered with another. */
  if (self->unknown >= MOST_UNKNOWN) {
    g_autoptr (GError) error = g_error_new (GVT_ERROR,
                                            GVT_ERROR_LIMIT_EXCEEDED,
                                            "%u callers are being looked at; wait a moment",
                                            self->unknown);

    identified (GVT_NO_UID, error, user_data);
    return;
  }
  caller = get_or_add (self, connection, sender);
  g_ptr_array_add (caller->calls, g_object_ref (cancellable));
  self->unknown++;
  if (caller->uid != GVT_NO_UID)
    admit (self, caller, &waiting);
  else
    g_ptr_array_add (caller->waiting, g_memdup2 (&waiting, sizeof waiting));
}

guint32
gvt_callers_get_pid (GvtCallers *self, const char *sender)
{
  const Caller *caller = g_hash_table_lookup (self->callers, sender);

  return caller == NULL ? 0 : caller->pid;
}

void
gvt_callers_end (GvtCallers *self, const char *sender, GCancellable *cancellable, gboolean counted)
{
  Caller *caller = g_hash_table_lookup (self->callers, sender);

  /* One of too many never began. */
  if (caller == NULL || !g_ptr_array_remove_fast (caller->calls, cancellable))
    return;
  if (counted) {
    set_count (self, caller->uid, count_of (self, caller->uid) - 1);
    self->users -= caller->uid != 0 ? 1 : 0;
  } else
    self->unknown--;
  if (caller->calls->len == 0)
    g_hash_table_remove (self->callers, sender);
  if (g_hash_table_size (self->callers) == 0)
    stop_watching (self);
}
