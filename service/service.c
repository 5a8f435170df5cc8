/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts the parts together and runs the main loop. The bus name is owned last, so that "active" means
 * that everything there is can be seen, and that what is to exist from boot on does.
 */

#include "service.h"

#include <glib-unix.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include "dispatch.h"
#include "gvt-names.h"
#include "last-good.h"
#include "lease-keeper.h"
#include "monitor.h"
#include "objects.h"
#include "restore.h"
#include "throttle.h"

/* How long calls that are under way get to finish at the end. */
#define DRAIN_MS 3000

struct _GvtService {
  GObject parent_instance;
  GvtCallContext context;
  GDBusConnection *connection;
  GvtMonitor *monitor;
  GvtRestore *restore;
  GvtLeaseKeeper *lease_keeper;
  GvtDispatch *dispatch;
  GvtObjects *objects;
  GvtThrottle *throttle;
  GMainLoop *loop;
  guint name;
  int status;
};

G_DEFINE_FINAL_TYPE (GvtService, gvt_service, G_TYPE_OBJECT)

static void
gvt_service_finalize (GObject *object)
{
  GvtService *self = GVT_SERVICE (object);

  g_clear_pointer (&self->throttle, gvt_throttle_free);
  g_clear_object (&self->objects);
  g_clear_object (&self->dispatch);
  g_clear_object (&self->lease_keeper);
  g_clear_object (&self->restore);
  g_clear_object (&self->monitor);
  g_clear_object (&self->context.memory_lock);
  g_clear_object (&self->context.registry);
  g_clear_pointer (&self->context.configuration, gvt_configuration_free);
  gvt_root_unref (self->context.root);
  g_clear_object (&self->context.libvirt);
  g_free (self->context.domain_editor);
  g_clear_object (&self->connection);
  g_main_loop_unref (self->loop);
  G_OBJECT_CLASS (gvt_service_parent_class)->finalize (object);
}

static void
gvt_service_class_init (GvtServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_service_finalize;
}

static void
gvt_service_init (GvtService *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
}

static void
use_configuration (GvtService *self, GvtConfiguration *configuration)
{
  g_clear_pointer (&self->context.configuration, gvt_configuration_free);
  self->context.configuration = configuration;
  gvt_dispatch_set_limits (self->dispatch, configuration->calls_per_user, configuration->calls);
}

/* The first sight of types under this kernel is worth a note, at the start or when kvmgt comes later. */
static void
on_parent_changed (GvtRegistry *registry, const char *name, gpointer user_data)
{
  GvtService *self = user_data;
  const GvtParentInfo *parent = gvt_registry_get_parent (registry, name);

  if (parent == NULL || parent->types->len == 0)
    return;
  g_signal_handlers_disconnect_by_data (registry, self);
  gvt_last_good_remember_async (self->context.root);
}

GvtService *
gvt_service_new (GvtRoot *root,
                 GvtConfiguration *configuration,
                 GDBusConnection *connection,
                 const char *libvirt_uri,
                 const char *domain_editor)
{
  GvtService *self = g_object_new (GVT_TYPE_SERVICE, NULL);

  self->context.root = gvt_root_ref (root);
  self->context.registry = gvt_registry_new ();
  g_signal_connect_object (self->context.registry,
                           "parent-changed",
                           G_CALLBACK (on_parent_changed),
                           self,
                           0);
  self->context.memory_lock = gvt_memory_lock_new (root);
  self->context.libvirt = gvt_libvirt_connection_new (libvirt_uri);
  self->context.domain_editor = g_strdup (domain_editor);
  self->connection = g_object_ref (connection);
  self->monitor = gvt_monitor_new (root, self->context.registry);
  self->restore = gvt_restore_new (root, self->context.registry);
  self->dispatch = gvt_dispatch_new (&self->context);
  use_configuration (self, configuration);
  return self;
}

static void
end (GvtService *self, int status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_message ("ready on %s", name);
  sd_notify (FALSE, "READY=1");
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_message ("lost the name %s, or may not have it; ending", name);
  end (user_data, 1);
}

static void
on_restored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtService *self = GVT_SERVICE (user_data);
  g_autoptr (GError) error = NULL;

  gvt_restore_run_finish (GVT_RESTORE (source), result);
  self->lease_keeper = gvt_lease_keeper_new (self->context.root, self->context.registry);
  self->throttle = gvt_throttle_new (self->connection);
  self->objects = gvt_objects_new (self->context.registry, gvt_dispatch_call, self->dispatch);
  if (!gvt_objects_export (self->objects, self->connection, &error)) {
    g_message ("cannot show anything on the bus: %s", error->message);
    end (self, 1);
    return;
  }
  self->name = g_bus_own_name_on_connection (self->connection,
                                             GVT_BUS_NAME,
                                             G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                             on_name_acquired,
                                             on_name_lost,
                                             self,
                                             NULL);
}

static void
on_monitor_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtService *self = GVT_SERVICE (user_data);

  gvt_monitor_start_finish (GVT_MONITOR (source), result);
  gvt_restore_run_async (self->restore, on_restored, self);
}

static gboolean
on_end_signal (gpointer user_data)
{
  end (user_data, 0);
  return G_SOURCE_CONTINUE;
}

/* A configuration that is wrong changes nothing. */
static gboolean
on_reload_signal (gpointer user_data)
{
  GvtService *self = user_data;
  g_autoptr (GError) error = NULL;
  GvtConfiguration *configuration = gvt_configuration_load (self->context.root, &error);

  if (configuration != NULL) {
    use_configuration (self, configuration);
    g_message ("took the settings over from %s", GVT_CONFIGURATION);
  } else
    g_message ("%s; the settings stay as they were", error->message);
  return G_SOURCE_CONTINUE;
}

static gboolean
feed_watchdog (gpointer user_data)
{
  sd_notify (FALSE, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

/* From the main loop, because it is the main loop that is watched. */
static guint
start_watchdog (void)
{
  guint64 microseconds = 0;

  if (sd_watchdog_enabled (FALSE, &microseconds) <= 0)
    return 0;
  return g_timeout_add ((guint) (microseconds / 2000), feed_watchdog, NULL);
}

static gboolean
on_drain_deadline (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets calls that are changing something finish; the name is gone, so no new ones come. */
static void
drain (GvtService *self)
{
  gboolean expired = FALSE;
  guint deadline = g_timeout_add (DRAIN_MS, on_drain_deadline, &expired);

  while (!expired && !gvt_dispatch_is_idle (self->dispatch))
    g_main_context_iteration (NULL, TRUE);
  if (!expired)
    g_source_remove (deadline);
  g_dbus_connection_flush_sync (self->connection, NULL, NULL);
}

int
gvt_service_run (GvtService *self)
{
  guint sources[] = {
    g_unix_signal_add (SIGTERM, on_end_signal, self),
    g_unix_signal_add (SIGINT, on_end_signal, self),
    g_unix_signal_add (SIGHUP, on_reload_signal, self),
    start_watchdog (),
  };

  gvt_monitor_start_async (self->monitor, on_monitor_started, self);
  g_main_loop_run (self->loop);

  sd_notify (FALSE, "STOPPING=1");
  g_clear_handle_id (&self->name, g_bus_unown_name);
  drain (self);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_clear_handle_id (&sources[i], g_source_remove);
  return self->status;
}
