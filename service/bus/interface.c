/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An interface on the bus, driven by its introspection data. Main loop. Knows nothing of what it
 * shows, and offers no way to write a property.
 */

#include "interface.h"

struct _GvtInterface {
  GDBusInterfaceSkeleton parent_instance;
  const GDBusInterfaceInfo *info;
  GvtInterfaceDispatch dispatch;
  gpointer user_data;
  guint n_properties;
  GVariant **values; /* in the order of info->properties */
  gboolean *changed;
  guint flush_source;
};

G_DEFINE_FINAL_TYPE (GvtInterface, gvt_interface, G_TYPE_DBUS_INTERFACE_SKELETON)

static int
find_property (GvtInterface *self, const char *name)
{
  for (guint i = 0; i < self->n_properties; i++) {
    if (g_str_equal (self->info->properties[i]->name, name))
      return (int) i;
  }
  return -1;
}

static void
handle_method_call (GDBusConnection *connection,
                    const char *sender,
                    const char *object_path,
                    const char *interface_name,
                    const char *method_name,
                    GVariant *parameters,
                    GDBusMethodInvocation *invocation,
                    gpointer user_data)
{
  GvtInterface *self = GVT_INTERFACE (user_data);

  self->dispatch (invocation, self->user_data);
}

static GVariant *
handle_get_property (GDBusConnection *connection,
                     const char *sender,
                     const char *object_path,
                     const char *interface_name,
                     const char *property_name,
                     GError **error,
                     gpointer user_data)
{
  GvtInterface *self = GVT_INTERFACE (user_data);
  int i = find_property (self, property_name);

  if (i >= 0 && self->values[i] != NULL)
    return g_variant_ref (self->values[i]);
  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_PROPERTY, "no property %s", property_name);
  return NULL;
}

static GDBusInterfaceVTable vtable = {
  .method_call = handle_method_call,
  .get_property = handle_get_property,
};

static GDBusInterfaceInfo *
gvt_interface_get_info (GDBusInterfaceSkeleton *skeleton)
{
  return (GDBusInterfaceInfo *) GVT_INTERFACE (skeleton)->info;
}

static GDBusInterfaceVTable *
gvt_interface_get_vtable (GDBusInterfaceSkeleton *skeleton)
{
  return &vtable;
}

static GVariant *
gvt_interface_get_properties (GDBusInterfaceSkeleton *skeleton)
{
  GvtInterface *self = GVT_INTERFACE (skeleton);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < self->n_properties; i++) {
    if (self->values[i] != NULL)
      g_variant_builder_add (&builder, "{sv}", self->info->properties[i]->name, self->values[i]);
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
take_changes (GvtInterface *self)
{
  GVariantBuilder changed;
  gboolean any = FALSE;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < self->n_properties; i++) {
    if (!self->changed[i])
      continue;
    self->changed[i] = FALSE;
    any = TRUE;
    g_variant_builder_add (&changed, "{sv}", self->info->properties[i]->name, self->values[i]);
  }
  if (any)
    return g_variant_builder_end (&changed);
  g_variant_builder_clear (&changed);
  return NULL;
}

static void
gvt_interface_flush (GDBusInterfaceSkeleton *skeleton)
{
  GvtInterface *self = GVT_INTERFACE (skeleton);
  const char *path = g_dbus_interface_skeleton_get_object_path (skeleton);
  GDBusConnection *connection = g_dbus_interface_skeleton_get_connection (skeleton);
  g_autoptr (GVariant) changes = take_changes (self);

  g_clear_handle_id (&self->flush_source, g_source_remove);
  if (changes == NULL || connection == NULL)
    return;
  g_dbus_connection_emit_signal (
      connection,
      NULL,
      path,
      "org.freedesktop.DBus.Properties",
      "PropertiesChanged",
      g_variant_new ("(s@a{sv}as)", self->info->name, g_steal_pointer (&changes), NULL),
      NULL);
}

static gboolean
flush_when_idle (gpointer user_data)
{
  GvtInterface *self = user_data;

  self->flush_source = 0;
  gvt_interface_flush (G_DBUS_INTERFACE_SKELETON (self));
  return G_SOURCE_REMOVE;
}

static void
gvt_interface_finalize (GObject *object)
{
  GvtInterface *self = GVT_INTERFACE (object);

  g_clear_handle_id (&self->flush_source, g_source_remove);
  for (guint i = 0; i < self->n_properties; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
  g_free (self->values);
  g_free (self->changed);
  G_OBJECT_CLASS (gvt_interface_parent_class)->finalize (object);
}

static void
gvt_interface_class_init (GvtInterfaceClass *klass)
{
  GDBusInterfaceSkeletonClass *skeleton_class = G_DBUS_INTERFACE_SKELETON_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gvt_interface_finalize;
  skeleton_class->get_info = gvt_interface_get_info;
  skeleton_class->get_vtable = gvt_interface_get_vtable;
  skeleton_class->get_properties = gvt_interface_get_properties;
  skeleton_class->flush = gvt_interface_flush;
}

static void
gvt_interface_init (GvtInterface *self)
{
}

GvtInterface *
gvt_interface_new (const GDBusInterfaceInfo *info,
                   GvtInterfaceDispatch dispatch,
                   gpointer user_data)
{
  GvtInterface *self = g_object_new (GVT_TYPE_INTERFACE, NULL);

  self->info = info;
  self->dispatch = dispatch;
  self->user_data = user_data;
  while (info->properties != NULL && info->properties[self->n_properties] != NULL)
    self->n_properties++;
  self->values = g_new0 (GVariant *, self->n_properties);
  self->changed = g_new0 (gboolean, self->n_properties);
  return self;
}

void
gvt_interface_set (GvtInterface *self, const char *property, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  int i = find_property (self, property);

  g_return_if_fail (i >= 0);
  g_return_if_fail (
      g_variant_is_of_type (owned, G_VARIANT_TYPE (self->info->properties[i]->signature)));
  if (self->values[i] != NULL && g_variant_equal (self->values[i], owned))
    return;
  self->changed[i] = self->values[i] != NULL;
  g_clear_pointer (&self->values[i], g_variant_unref);
  self->values[i] = g_steal_pointer (&owned);
  if (self->changed[i] && self->flush_source == 0)
    self->flush_source = g_idle_add (flush_when_idle, self);
}
