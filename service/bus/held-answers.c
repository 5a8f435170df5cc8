/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers to calls, sent a few at a time when the bus has read what went before. Answers come from
 * GDBus's own thread and go from the main loop; neither may wait here.
 *
 * Of each connection dbus-daemon reads twice 2 KiB before it turns to the next
 * (max_bytes_read_per_iteration in dbus-transport-socket.c), so a flood over many connections gets to
 * the service many times faster than answers get out. They leave in the order in which they were
 * handed to GDBus: behind thousands of the flooder's, another user's would wait for as long as the
 * flood lasts.
 */

#include "held-answers.h"

#include <sys/socket.h>

/* So many go at once: refusals that the bus reads in one go. */
#define BATCH 10

/* What the kernel keeps for the bus, which it doubles; it has room again at a quarter of that. */
#define SEND_BUFFER (4 * 1024)

/* As many as the bus lets one user wait for: 256 connections with 128 calls each. */
#define MOST (256 * 128)

/* An answer, or what to make a refusal of. */
typedef struct {
  GDBusMessage *answer; /* NULL for a refusal */
  char *receiver;       /* a GRefString: that of one receiver is there once */
  guint32 serial;
  const GvtRefusal *refusal;
} Held;

struct _GvtHeldAnswers {
  GDBusConnection *connection;
  GSocket *socket;
  GMutex lock;
  GQueue held;      /* of Held */
  gboolean waiting; /* a source is going to send some */
  guint leaving;    /* handed to GDBus, and not written yet */
};

static void
held_free (Held *self)
{
  g_clear_object (&self->answer);
  g_clear_pointer (&self->receiver, g_ref_string_release);
  g_free (self);
}

static void
clear (GvtHeldAnswers *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) held_free);
  g_mutex_clear (&self->lock);
  g_object_unref (self->socket);
  g_object_unref (self->connection);
}

static void
release (gpointer self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

static GQuark
time_has_come (void)
{
  return g_quark_from_static_string ("gvt-held-answer");
}

static GDBusMessage *
make_refusal (const Held *held)
{
  GDBusMessage *answer = g_dbus_message_new ();
  g_autoptr (GError) error =
      g_error_new_literal (GVT_ERROR, (int) held->refusal->code, held->refusal->text);
  g_autofree char *name = g_dbus_error_encode_gerror (error);

  g_dbus_message_set_message_type (answer, G_DBUS_MESSAGE_TYPE_ERROR);
  g_dbus_message_set_flags (answer, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_message_set_destination (answer, held->receiver);
  g_dbus_message_set_reply_serial (answer, held->serial);
  g_dbus_message_set_error_name (answer, name);
  g_dbus_message_set_body (answer, g_variant_new ("(s)", held->refusal->text));
  return answer;
}

static void
send_held (GvtHeldAnswers *self, Held *held)
{
  GDBusSendMessageFlags flags = held->answer != NULL ? G_DBUS_SEND_MESSAGE_FLAGS_PRESERVE_SERIAL
                                                     : G_DBUS_SEND_MESSAGE_FLAGS_NONE;

  if (held->answer == NULL)
    held->answer = make_refusal (held);
  g_object_set_qdata (G_OBJECT (held->answer), time_has_come (), held->answer);
  g_dbus_connection_send_message (self->connection, held->answer, flags, NULL, NULL);
}

static Held *
take_next (GvtHeldAnswers *self)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Held *held = self->leaving < BATCH ? g_queue_pop_head (&self->held) : NULL;

  if (held != NULL)
    self->leaving++;
  else
    self->waiting = FALSE;
  return held;
}

static gboolean
on_room (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  GvtHeldAnswers *self = user_data;
  Held *held;

  while ((held = take_next (self)) != NULL) {
    send_held (self, held);
    held_free (held);
  }
  return G_SOURCE_REMOVE;
}

/* With the lock held. A batch has to be out before the next one waits for room. */
static void
await_room (GvtHeldAnswers *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->waiting || self->leaving > 0 || g_queue_is_empty (&self->held))
    return;
  source = g_socket_create_source (self->socket, G_IO_OUT, NULL);
  g_source_set_static_name (source, "gvt-held-answers");
  g_source_set_callback (source, G_SOURCE_FUNC (on_room), g_atomic_rc_box_acquire (self), release);
  g_source_attach (source, NULL);
  self->waiting = TRUE;
}

static gboolean
add (GvtHeldAnswers *self, const Held *held)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (held->answer == NULL && g_queue_get_length (&self->held) >= MOST)
    return FALSE;
  g_queue_push_tail (&self->held, g_memdup2 (held, sizeof *held));
  await_room (self);
  return TRUE;
}

void
gvt_held_answers_add (GvtHeldAnswers *self, GDBusMessage *answer)
{
  Held held = { .answer = g_object_ref (answer) };

  add (self, &held);
}

gboolean
gvt_held_answers_add_refusal (GvtHeldAnswers *self, GDBusMessage *call, const GvtRefusal *refusal)
{
  Held held = { .serial = g_dbus_message_get_serial (call), .refusal = refusal };

  if (g_dbus_message_get_flags (call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED)
    return FALSE;
  held.receiver = g_ref_string_new_intern (g_dbus_message_get_sender (call));
  if (add (self, &held))
    return TRUE;
  g_ref_string_release (held.receiver);
  return FALSE;
}

gboolean
gvt_held_answers_let_out (GvtHeldAnswers *self, GDBusMessage *answer)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = NULL;

  if (g_object_get_qdata (G_OBJECT (answer), time_has_come ()) == NULL)
    return FALSE;
  locker = g_mutex_locker_new (&self->lock);
  self->leaving--;
  await_room (self);
  return TRUE;
}

gboolean
gvt_held_answers_are_due (GvtHeldAnswers *self)
{
  return (g_socket_condition_check (self->socket, G_IO_OUT) & G_IO_OUT) != 0;
}

GvtHeldAnswers *
gvt_held_answers_new (GDBusConnection *connection)
{
  GvtHeldAnswers *self = g_atomic_rc_box_new0 (GvtHeldAnswers);
  GIOStream *stream = g_dbus_connection_get_stream (connection);

  self->connection = g_object_ref (connection);
  self->socket = g_object_ref (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)));
  g_mutex_init (&self->lock);
  g_queue_init (&self->held);
  g_socket_set_option (self->socket, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER, NULL);
  return self;
}

void
gvt_held_answers_free (GvtHeldAnswers *self)
{
  release (self);
}
