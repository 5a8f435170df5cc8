/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb `monitor`: tells what happens to GPUs, types and vGPUs, whoever does it, until it is
 * interrupted. Main thread. Must not start the service again when somebody stopped it.
 */

#include "bus.h"
#include "changes.h"
#include "gvt-names.h"
#include "terminal.h"

#include <stdio.h>
#include <unistd.h>

/* One change of the host is several signals: they are looked at together. */
#define SETTLE_MS 20

typedef struct {
  GvtClient *client;
  GMainLoop *loop;
  GvtObjects *objects;
  gboolean running; /* the service is there */
  gboolean colour;
  guint timeout;
  GError *error;
} Monitor;

static void
tell (Monitor *self, const GvtObjects *now)
{
  g_autoptr (GPtrArray) changes = gvt_changes_between (self->objects, now);
  g_autoptr (GDateTime) time = g_date_time_new_now_local ();

  for (guint i = 0; i < changes->len; i++) {
    const GvtChange *change = g_ptr_array_index (changes, i);
    g_autofree char *stamp = NULL;
    g_autofree char *line = NULL;

    if (self->client->json) {
      stamp = g_date_time_format_iso8601 (time);
      line = gvt_change_to_json (change, stamp);
      gvt_terminal_write (line);
    } else {
      g_autofree char *text = gvt_change_describe (change);
      g_autofree char *clean = gvt_terminal_clean (text);
      /* What room there is follows from what becomes of vGPUs. */
      gboolean follows = g_str_equal (change->kind, "type");
      g_autofree char *styled =
          gvt_terminal_style (clean, follows ? GVT_STYLE_FAINT : GVT_STYLE_PLAIN, self->colour);

      stamp = g_date_time_format (time, "%H:%M:%S");
      line = g_strdup_printf ("%s  %s\n", stamp, styled);
      gvt_terminal_write (line);
    }
  }
  fflush (stdout);
}

static gboolean
look (gpointer data)
{
  Monitor *self = data;
  GvtObjects *now = NULL;

  self->timeout = 0;
  if (!self->running)
    return G_SOURCE_REMOVE;
  now = gvt_objects_fetch (self->client, &self->error);
  if (now == NULL) {
    g_main_loop_quit (self->loop);
    return G_SOURCE_REMOVE;
  }
  tell (self, now);
  g_clear_pointer (&self->objects, gvt_objects_free);
  self->objects = now;
  return G_SOURCE_REMOVE;
}

static void
look_soon (Monitor *self)
{
  if (self->timeout == 0)
    self->timeout = g_timeout_add (SETTLE_MS, look, self);
}

static void
on_signal (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *parameters,
           gpointer data)
{
  look_soon (data);
}

static void
on_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
  Monitor *self = data;

  self->running = TRUE;
  look_soon (self);
}

static void
on_vanished (GDBusConnection *bus, const char *name, gpointer data)
{
  Monitor *self = data;

  if (bus == NULL || g_dbus_connection_is_closed (bus)) {
    g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the bus closed the connection"));
    g_main_loop_quit (self->loop);
    return;
  }
  if (self->running)
    gvt_terminal_talk (self->client, _ ("The service ended; waiting for it to come back"));
  self->running = FALSE;
}

static gboolean
run_monitor (GvtClient *client, char **args, GError **error)
{
  Monitor self = {
    .client = client,
    .running = TRUE,
    .colour = gvt_terminal_wants_colour (STDOUT_FILENO),
  };
  guint subscription;
  guint watch;

  if (!gvt_bus_connect (client, error))
    return FALSE;
  /* Subscribed before the first look, so that nothing is missed in between. */
  subscription = g_dbus_connection_signal_subscribe (client->bus,
                                                     GVT_BUS_NAME,
                                                     NULL,
                                                     NULL,
                                                     NULL,
                                                     NULL,
                                                     G_DBUS_SIGNAL_FLAGS_NONE,
                                                     on_signal,
                                                     &self,
                                                     NULL);
  self.objects = gvt_objects_fetch (client, error);
  if (self.objects == NULL)
    return FALSE;
  self.loop = g_main_loop_new (NULL, FALSE);
  watch = g_bus_watch_name_on_connection (client->bus,
                                          GVT_BUS_NAME,
                                          G_BUS_NAME_WATCHER_FLAGS_NONE,
                                          on_appeared,
                                          on_vanished,
                                          &self,
                                          NULL);
  gvt_terminal_talk (client, _ ("Watching; Ctrl+C ends it"));
  g_main_loop_run (self.loop);
  g_bus_unwatch_name (watch);
  g_dbus_connection_signal_unsubscribe (client->bus, subscription);
  g_clear_handle_id (&self.timeout, g_source_remove);
  g_clear_pointer (&self.objects, gvt_objects_free);
  g_main_loop_unref (self.loop);
  g_propagate_error (error, self.error);
  return FALSE;
}

const GvtVerb gvt_verb_monitor = {
  .name = "monitor",
  .synopsis = "",
  .summary = N_ ("Tell what happens to GPUs and vGPUs until interrupted"),
  .details = N_ (
      "With --json each line is an object with time, event (added, removed, changed), kind\n"
      "(gpu, type, vgpu) and object.\n"),
  .examples = "gvt-client monitor --json | jq -c 'select(.kind == \"vgpu\")'\n",
  .run = run_monitor,
};
