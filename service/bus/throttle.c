/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes from the bus, before it waits for the main loop. Runs in GDBus's own thread, which reads
 * everybody's calls: must never wait, and touches nothing but its counts.
 */

#include "throttle.h"

#include "gvt-error.h"

/* Calls of all that may wait for the main loop before anybody is refused. */
#define BUSY 64

/* What a connection may have among them when there are more: one, so that everybody has a turn. */
#define FEW 1

/* A list of all objects is as much work as so many other calls. */
#define LIST_WEIGHT 10

/* Shared by the thread that reads and the main loop. */
typedef struct {
  GMutex lock;
  GHashTable *waiting; /* unique name -> weight of its calls */
  guint total;
  gboolean told; /* the main loop is going to clear the counts */
} Counts;

struct _GvtThrottle {
  GDBusConnection *connection;
  Counts *counts;
  guint filter;
};

static void
clear_counts (Counts *self)
{
  g_hash_table_unref (self->waiting);
  g_mutex_clear (&self->lock);
}

static void
release_counts (gpointer counts)
{
  g_atomic_rc_box_release_full (counts, (GDestroyNotify) clear_counts);
}

/* Sources of one priority run in the order they came: the calls counted by now are about to. */
static gboolean
on_turn (gpointer user_data)
{
  Counts *counts = user_data;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counts->lock);

  g_hash_table_remove_all (counts->waiting);
  counts->total = 0;
  counts->told = FALSE;
  return G_SOURCE_REMOVE;
}

static void
tell_main_loop (Counts *counts)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "gvt-throttle");
  g_source_set_callback (source, on_turn, g_atomic_rc_box_acquire (counts), release_counts);
  g_source_attach (source, NULL);
  counts->told = TRUE;
}

/* Counts a call in, unless its sender has enough of them waiting. */
static gboolean
admit (Counts *counts, const char *sender, guint weight)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counts->lock);
  guint own = GPOINTER_TO_UINT (g_hash_table_lookup (counts->waiting, sender));

  if (counts->total >= BUSY && own >= FEW)
    return FALSE;
  g_hash_table_replace (counts->waiting, g_strdup (sender), GUINT_TO_POINTER (own + weight));
  counts->total += weight;
  if (!counts->told)
    tell_main_loop (counts);
  return TRUE;
}

static void
refuse (GDBusConnection *connection, GDBusMessage *call, GvtError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (GVT_ERROR, (int) code, text);
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  g_autoptr (GDBusMessage) reply = NULL;

  if (g_dbus_message_get_flags (call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED)
    return;
  reply = g_dbus_message_new_method_error_literal (call, name, text);
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static GDBusMessage *
on_message (GDBusConnection *connection,
            GDBusMessage *message,
            gboolean incoming,
            gpointer user_data)
{
  const char *sender = g_dbus_message_get_sender (message);
  GVariant *body = g_dbus_message_get_body (message);
  guint weight;

  if (!incoming || sender == NULL ||
      g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  weight = g_strcmp0 (g_dbus_message_get_member (message), "GetManagedObjects") == 0 ? LIST_WEIGHT
                                                                                     : 1;
  if (body != NULL && g_variant_get_size (body) > GVT_BODY_MAX)
    refuse (connection,
            message,
            GVT_ERROR_INVALID_ARGUMENT,
            "the arguments are larger than any that are permitted");
  else if (!admit (user_data, sender, weight))
    refuse (connection,
            message,
            GVT_ERROR_LIMIT_EXCEEDED,
            "too many calls wait already, yours among them; wait for their answers");
  else
    return message;
  g_object_unref (message);
  return NULL;
}

GvtThrottle *
gvt_throttle_new (GDBusConnection *connection)
{
  GvtThrottle *self = g_new0 (GvtThrottle, 1);

  self->connection = g_object_ref (connection);
  self->counts = g_atomic_rc_box_new0 (Counts);
  self->counts->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->counts->lock);
  self->filter = g_dbus_connection_add_filter (connection,
                                               on_message,
                                               g_atomic_rc_box_acquire (self->counts),
                                               release_counts);
  return self;
}

void
gvt_throttle_free (GvtThrottle *self)
{
  g_dbus_connection_remove_filter (self->connection, self->filter);
  g_object_unref (self->connection);
  release_counts (self->counts);
  g_free (self);
}
