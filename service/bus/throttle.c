/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes from the bus, before it waits for the main loop. Runs in GDBus's own thread, which reads
 * everybody's calls: must never wait, and touches nothing but its counts.
 */

#include "throttle.h"

#include "held-answers.h"
#include "methods.h"

/* What all calls that wait may weigh before anybody is refused. */
#define BUSY 64

/* What a connection may have among them when there are more: one, so that everybody has a turn. */
#define FEW 1

/* The most elements of a list, and the most things in all arguments, one in another, that are read at
   all; methods themselves take fewer. */
#define LIST_MAX 256
#define THINGS_MAX 4096

/* A list of all objects is as much work as so many other calls. */
#define LIST_WEIGHT 10

static const GvtRefusal too_large = {
  GVT_ERROR_INVALID_ARGUMENT,
  "the arguments are larger than any that this method takes",
};

static const GvtRefusal too_many = {
  GVT_ERROR_LIMIT_EXCEEDED,
  "too many calls wait already, yours among them; wait for their answers",
};

typedef struct {
  guint calls;
  guint weight;
} Sum;

/* Calls of one connection that wait for the main loop, or whose answers wait for the bus. */
typedef struct {
  Sum young;
  Sum old;          /* from before the mark that is under way */
  guint held;       /* answers for it that others' go before */
  gboolean refused; /* one of those is a refusal, or was when there were more */
} Waiting;

/* Shared by the thread that reads and writes, and the main loop. */
typedef struct {
  GMutex lock;
  GHashTable *waiting; /* unique name -> Waiting */
  guint total;         /* what they weigh */
  gboolean told;       /* the main loop is going to look at them */
  gboolean marked;     /* a mark is on its way out */
  GDBusConnection *connection;
  GvtHeldAnswers *held;
} Counts;

struct _GvtThrottle {
  Counts *counts;
  guint filter;
};

static void
clear_counts (Counts *self)
{
  g_hash_table_unref (self->waiting);
  g_mutex_clear (&self->lock);
  gvt_held_answers_free (self->held);
  g_object_unref (self->connection);
}

static void
release_counts (gpointer counts)
{
  g_atomic_rc_box_release_full (counts, (GDestroyNotify) clear_counts);
}

static void tell_main_loop (Counts *counts);

static void
take_out (Counts *counts, Sum *sum)
{
  counts->total -= sum->weight;
  *sum = (Sum){ 0 };
}

static guint
count_own (const Waiting *waiting)
{
  return waiting->young.calls + waiting->old.calls + waiting->held;
}

static void
forget_all (Counts *counts)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, counts->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Waiting *waiting = value;

    take_out (counts, &waiting->young);
    take_out (counts, &waiting->old);
    if (waiting->held == 0)
      g_hash_table_iter_remove (&iter);
  }
}

/* A mark is a message that is never sent: when its turn comes, all that were handed to GDBus before it
   are out. (g_dbus_connection_flush() would do, did it not stop all writing until a thread of GTask's
   pool is free.) */
static GQuark
mark_quark (void)
{
  return g_quark_from_static_string ("gvt-throttle-mark");
}

static void
send_mark (Counts *counts)
{
  g_autoptr (GDBusMessage) mark = g_dbus_message_new_signal ("/", "org.gvt.Mark", "Mark");
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, counts->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Waiting *waiting = value;

    waiting->old.calls += waiting->young.calls;
    waiting->old.weight += waiting->young.weight;
    waiting->young = (Sum){ 0 };
  }
  counts->marked = TRUE;
  g_object_set_qdata (G_OBJECT (mark), mark_quark (), mark);
  g_dbus_connection_send_message (counts->connection,
                                  mark,
                                  G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                  NULL,
                                  NULL);
}

/* Of what was old all answers are out that there are by now. What is left takes its time, in polkit or
   in a worker, and holds up nobody. */
static void
receive_mark (Counts *counts)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counts->lock);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, counts->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Waiting *waiting = value;

    take_out (counts, &waiting->old);
    if (count_own (waiting) == 0)
      g_hash_table_iter_remove (&iter);
  }
  counts->marked = FALSE;
  if (!counts->told && counts->total > 0)
    tell_main_loop (counts);
}

/* Sources of one priority run in the order they came: what was counted by now has had its turn. */
static gboolean
on_turn (gpointer user_data)
{
  Counts *counts = user_data;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counts->lock);

  counts->told = FALSE;
  if (counts->marked)
    return G_SOURCE_REMOVE;
  if (counts->total < BUSY && gvt_held_answers_are_due (counts->held))
    forget_all (counts);
  else
    send_mark (counts);
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

static Waiting *
get_or_add (Counts *counts, const char *sender)
{
  Waiting *waiting = g_hash_table_lookup (counts->waiting, sender);

  if (waiting == NULL) {
    waiting = g_new0 (Waiting, 1);
    g_hash_table_insert (counts->waiting, g_strdup (sender), waiting);
  }
  return waiting;
}

/* Whoever has been refused once has to read that before anything else is done for him. */
static gboolean
has_enough (const Counts *counts, const Waiting *waiting)
{
  return count_own (waiting) >= FEW && (counts->total >= BUSY || waiting->refused);
}

/* Takes what is in @value off @left, and stops when that is too much. Bytes are one thing, however
   many. */
static gboolean
has_few_things (GVariant *value, gsize *left)
{
  gboolean whole = !g_variant_is_container (value) ||
                   g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING);
  gsize count = whole ? 0 : g_variant_n_children (value);
  gboolean few = count <= LIST_MAX && count <= *left;

  if (few)
    *left -= count;
  for (gsize i = 0; few && i < count; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

    few = has_few_things (child, left);
  }
  return few;
}

static gboolean
has_fitting_arguments (GDBusMessage *call)
{
  GVariant *body = g_dbus_message_get_body (call);
  gsize left = THINGS_MAX;

  /* To find out the size takes as long as there are things in it. */
  return body == NULL || (has_few_things (body, &left) &&
                          g_variant_get_size (body) <=
                              gvt_methods_get_arguments_max (g_dbus_message_get_member (call)));
}

/* GDBus makes a GVariant of each string and each key, and whoever frees the message would free them all:
 * the main loop. Asked for its bytes, a GVariant becomes one block (gvariant-core.c,
 * g_variant_ensure_serialised). */
static void
make_one_block (GDBusMessage *call)
{
  GVariant *body = g_dbus_message_get_body (call);

  if (body != NULL)
    g_variant_get_data (body);
}

/* Counts a call in, unless its sender has enough of them waiting. Whether it may pass. */
static gboolean
admit (Counts *counts, GDBusMessage *call)
{
  gboolean fits = has_fitting_arguments (call);
  gboolean lists = g_strcmp0 (g_dbus_message_get_member (call), "GetManagedObjects") == 0;
  guint weight = lists ? LIST_WEIGHT : 1;
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counts->lock);
  Waiting *waiting = get_or_add (counts, g_dbus_message_get_sender (call));
  const GvtRefusal *refusal = NULL;

  if (!fits)
    refusal = &too_large;
  else if (has_enough (counts, waiting))
    refusal = &too_many;
  if (refusal != NULL) {
    if (gvt_held_answers_add_refusal (counts->held, call, refusal)) {
      waiting->held++;
      waiting->refused = TRUE;
    }
    if (count_own (waiting) == 0)
      g_hash_table_remove (counts->waiting, g_dbus_message_get_sender (call));
    return FALSE;
  }
  waiting->young.calls++;
  waiting->young.weight += weight;
  counts->total += weight;
  if (!counts->told)
    tell_main_loop (counts);
  return TRUE;
}

static void
count_out (Counts *counts, Waiting *waiting)
{
  Sum *sum = waiting->old.calls > 0 ? &waiting->old : &waiting->young;
  guint weight = sum->calls > 0 ? sum->weight / sum->calls : 0;

  if (sum->calls == 0)
    return;
  sum->weight -= weight;
  sum->calls--;
  counts->total -= weight;
}

/* Counts an answer out, or has it held: those of whoever has more of them go last. Whether it may
   pass. */
static gboolean
dismiss (Counts *counts, GDBusMessage *answer)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&counts->lock);
  const char *receiver = g_dbus_message_get_destination (answer);
  Waiting *waiting = g_hash_table_lookup (counts->waiting, receiver);
  gboolean pass = TRUE;

  if (waiting == NULL)
    return TRUE;
  if (gvt_held_answers_let_out (counts->held, answer)) {
    waiting->held--;
    waiting->refused = waiting->refused && waiting->held > 0;
  } else {
    count_out (counts, waiting);
    pass = count_own (waiting) < FEW ||
           (waiting->held == 0 && gvt_held_answers_are_due (counts->held));
  }
  if (!pass) {
    waiting->held++;
    gvt_held_answers_add (counts->held, answer);
  } else if (count_own (waiting) == 0)
    g_hash_table_remove (counts->waiting, receiver);
  return pass;
}

static gboolean
may_go_out (Counts *counts, GDBusMessage *message)
{
  if (g_object_get_qdata (G_OBJECT (message), mark_quark ()) != NULL) {
    receive_mark (counts);
    return FALSE;
  }
  return g_dbus_message_get_reply_serial (message) == 0 ||
         g_dbus_message_get_destination (message) == NULL || dismiss (counts, message);
}

static gboolean
may_come_in (Counts *counts, GDBusMessage *message)
{
  if (g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      g_dbus_message_get_sender (message) == NULL)
    return TRUE;
  if (!admit (counts, message))
    return FALSE;
  make_one_block (message);
  return TRUE;
}

static GDBusMessage *
on_message (GDBusConnection *connection,
            GDBusMessage *message,
            gboolean incoming,
            gpointer user_data)
{
  if (incoming ? may_come_in (user_data, message) : may_go_out (user_data, message))
    return message;
  g_object_unref (message);
  return NULL;
}

GvtThrottle *
gvt_throttle_new (GDBusConnection *connection)
{
  GvtThrottle *self = g_new0 (GvtThrottle, 1);
  Counts *counts = g_atomic_rc_box_new0 (Counts);

  counts->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&counts->lock);
  counts->connection = g_object_ref (connection);
  counts->held = gvt_held_answers_new (connection);
  self->counts = counts;
  self->filter = g_dbus_connection_add_filter (connection,
                                               on_message,
                                               g_atomic_rc_box_acquire (counts),
                                               release_counts);
  return self;
}

void
gvt_throttle_free (GvtThrottle *self)
{
  g_dbus_connection_remove_filter (self->counts->connection, self->filter);
  release_counts (self->counts);
  g_free (self);
}
