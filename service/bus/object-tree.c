/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Objects on the bus: which there are, and telling what comes, changes and goes. Main loop. Knows
 * nothing of what it shows, and offers no way to write a property.
 */

#include "object-tree.h"

#include "gvt-interface-info.h"
#include "view.h"

#define OBJECT_MANAGER (&gvt_bus_org_freedesktop_dbus_object_manager_interface)
#define PROPERTIES "org.freedesktop.DBus.Properties"

/* One interface of one object. */
typedef struct {
  GvtObjectTree *tree;
  const GDBusInterfaceInfo *interface;
  GvtView *view;
  guint registration; /* 0 while it is not on the bus */
} Shown;

struct _GvtObjectTree {
  GObject parent_instance;
  char *root;
  GvtObjectTreeDispatch dispatch;
  gpointer user_data;
  GDBusConnection *connection; /* NULL until it is shown */
  guint manager;               /* the registration of the root's ObjectManager */
  GPtrArray *root_interfaces;  /* of Shown */
  GHashTable *objects;         /* path -> Shown */
};

G_DEFINE_FINAL_TYPE (GvtObjectTree, gvt_object_tree, G_TYPE_OBJECT)

static void
shown_free (Shown *self)
{
  if (self->registration != 0)
    g_dbus_connection_unregister_object (self->tree->connection, self->registration);
  gvt_view_free (self->view);
  g_free (self);
}

static Shown *
shown_new (GvtObjectTree *tree, const GDBusInterfaceInfo *interface, GVariant *properties)
{
  Shown *self = g_new0 (Shown, 1);

  self->tree = tree;
  self->interface = interface;
  self->view = gvt_view_new (interface->name, properties);
  return self;
}

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  const GvtObjectTree *tree = ((Shown *) user_data)->tree;

  tree->dispatch (invocation, tree->user_data);
}

static GVariant *
on_get (GDBusConnection *connection,
        const char *sender,
        const char *path,
        const char *interface,
        const char *property,
        GError **error,
        gpointer user_data)
{
  GVariant *value = gvt_view_get (((Shown *) user_data)->view, property);

  if (value == NULL)
    g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_PROPERTY, "no property %s", property);
  return value;
}

/* Without set_property GDBus refuses every write. */
static const GDBusInterfaceVTable vtable = { .method_call = on_call, .get_property = on_get };

static GVariant *
list_objects (GvtObjectTree *self)
{
  GVariantBuilder objects;
  GHashTableIter iter;
  const char *path;
  const Shown *shown;

  g_variant_builder_init (&objects, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &shown))
    g_variant_builder_add (&objects, "{o@a{sa{sv}}}", path, gvt_view_list (shown->view));
  return g_variant_builder_end (&objects);
}

static void
on_manager_call (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *method,
                 GVariant *parameters,
                 GDBusMethodInvocation *invocation,
                 gpointer user_data)
{
  GVariant *objects = list_objects (GVT_OBJECT_TREE (user_data));

  /* GDBus lets through what the description has, and that is GetManagedObjects alone. */
  g_dbus_method_invocation_return_value (invocation, g_variant_new_tuple (&objects, 1));
}

static const GDBusInterfaceVTable manager_vtable = { .method_call = on_manager_call };

/* A connection that has closed is not worth a word here: the service is about to end. */
static void
emit (GvtObjectTree *self,
      const char *path,
      const char *interface,
      const char *signal,
      GVariant *parameters)
{
  g_dbus_connection_emit_signal (self->connection, NULL, path, interface, signal, parameters, NULL);
}

static gboolean
publish (Shown *shown, const char *path, GError **error)
{
  shown->registration = g_dbus_connection_register_object (shown->tree->connection,
                                                           path,
                                                           (GDBusInterfaceInfo *) shown->interface,
                                                           &vtable,
                                                           shown,
                                                           NULL,
                                                           error);
  return shown->registration != 0;
}

static void
add (GvtObjectTree *self, const char *path, Shown *shown)
{
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (self->objects, g_strdup (path), shown);
  if (self->connection == NULL)
    return;
  if (!publish (shown, path, &error)) {
    g_warning ("cannot show %s: %s", path, error->message);
    return;
  }
  emit (self,
        self->root,
        OBJECT_MANAGER->name,
        "InterfacesAdded",
        g_variant_new ("(o@a{sa{sv}})", path, gvt_view_list (shown->view)));
}

static void
change (GvtObjectTree *self, const char *path, Shown *shown, GVariant *properties)
{
  g_autoptr (GVariant) changes = gvt_view_update (shown->view, properties);

  if (changes == NULL || self->connection == NULL)
    return;
  emit (self,
        path,
        PROPERTIES,
        "PropertiesChanged",
        g_variant_new ("(s@a{sv}as)", shown->interface->name, changes, NULL));
}

void
gvt_object_tree_put (GvtObjectTree *self,
                     const char *path,
                     const GDBusInterfaceInfo *interface,
                     GVariant *properties)
{
  Shown *shown = g_hash_table_lookup (self->objects, path);

  if (shown != NULL)
    change (self, path, shown, properties);
  else
    add (self, path, shown_new (self, interface, properties));
}

void
gvt_object_tree_remove (GvtObjectTree *self, const char *path)
{
  const Shown *shown = g_hash_table_lookup (self->objects, path);
  const char *interfaces[] = { shown != NULL ? shown->interface->name : NULL, NULL };

  if (!g_hash_table_remove (self->objects, path) || self->connection == NULL)
    return;
  emit (self,
        self->root,
        OBJECT_MANAGER->name,
        "InterfacesRemoved",
        g_variant_new ("(o^as)", path, interfaces));
}

void
gvt_object_tree_add_to_root (GvtObjectTree *self,
                             const GDBusInterfaceInfo *interface,
                             GVariant *properties)
{
  g_return_if_fail (self->connection == NULL);
  g_ptr_array_add (self->root_interfaces, shown_new (self, interface, properties));
}

static gboolean
publish_root (GvtObjectTree *self, GError **error)
{
  for (guint i = 0; i < self->root_interfaces->len; i++) {
    if (!publish (g_ptr_array_index (self->root_interfaces, i), self->root, error))
      return FALSE;
  }
  self->manager = g_dbus_connection_register_object (self->connection,
                                                     self->root,
                                                     (GDBusInterfaceInfo *) OBJECT_MANAGER,
                                                     &manager_vtable,
                                                     self,
                                                     NULL,
                                                     error);
  return self->manager != 0;
}

gboolean
gvt_object_tree_show (GvtObjectTree *self, GDBusConnection *connection, GError **error)
{
  GHashTableIter iter;
  const char *path;
  Shown *shown;

  g_return_val_if_fail (self->connection == NULL, FALSE);
  self->connection = g_object_ref (connection);
  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &shown)) {
    if (!publish (shown, path, error))
      return FALSE;
  }
  return publish_root (self, error);
}

static void
gvt_object_tree_finalize (GObject *object)
{
  GvtObjectTree *self = GVT_OBJECT_TREE (object);

  if (self->manager != 0)
    g_dbus_connection_unregister_object (self->connection, self->manager);
  g_ptr_array_unref (self->root_interfaces);
  g_hash_table_unref (self->objects);
  g_clear_object (&self->connection);
  g_free (self->root);
  G_OBJECT_CLASS (gvt_object_tree_parent_class)->finalize (object);
}

static void
gvt_object_tree_class_init (GvtObjectTreeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_object_tree_finalize;
}

static void
gvt_object_tree_init (GvtObjectTree *self)
{
  self->root_interfaces = g_ptr_array_new_with_free_func ((GDestroyNotify) shown_free);
  self->objects =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) shown_free);
}

GvtObjectTree *
gvt_object_tree_new (const char *root, GvtObjectTreeDispatch dispatch, gpointer user_data)
{
  GvtObjectTree *self = g_object_new (GVT_TYPE_OBJECT_TREE, NULL);

  self->root = g_strdup (root);
  self->dispatch = dispatch;
  self->user_data = user_data;
  return self;
}
