/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree of bus objects, refreshed from the registry in one place. Main loop.
 */

#include "objects.h"

#include "gvt-interface-info.h"
#include "gvt-names.h"
#include "node.h"
#include "paths.h"

struct _GvtObjects {
  GObject parent_instance;
  GvtRegistry *registry;
  GvtInterfaceDispatch dispatch;
  gpointer user_data;
  GDBusObjectManagerServer *manager;
  GPtrArray *root_interfaces;
  GHashTable *types_of; /* parent name -> GPtrArray of type object paths */
};

G_DEFINE_FINAL_TYPE (GvtObjects, gvt_objects, G_TYPE_OBJECT)

/* The interface at @path, which is made, but not shown yet, if need be. */
static GvtInterface *
get_or_make (GvtObjects *self, const char *path, const GDBusInterfaceInfo *info)
{
  g_autoptr (GDBusInterface) known =
      g_dbus_object_manager_get_interface (G_DBUS_OBJECT_MANAGER (self->manager), path, info->name);

  if (known != NULL)
    return GVT_INTERFACE (g_steal_pointer (&known));
  return gvt_interface_new (info, self->dispatch, self->user_data);
}

/* Shows a new object once all its properties are set. */
static void
show (GvtObjects *self, const char *path, GvtInterface *interface)
{
  g_autoptr (GDBusObjectSkeleton) object = NULL;

  if (g_dbus_interface_get_object (G_DBUS_INTERFACE (interface)) != NULL)
    return;
  object = g_dbus_object_skeleton_new (path);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (interface));
  g_dbus_object_manager_server_export (self->manager, object);
}

static void
set_string (GvtInterface *interface, const char *property, const char *value)
{
  gvt_interface_set (interface, property, g_variant_new_string (value));
}

static void
set_uint (GvtInterface *interface, const char *property, guint32 value)
{
  gvt_interface_set (interface, property, g_variant_new_uint32 (value));
}

static void
set_boolean (GvtInterface *interface, const char *property, gboolean value)
{
  gvt_interface_set (interface, property, g_variant_new_boolean (value));
}

static void
set_path (GvtInterface *interface, const char *property, const char *value)
{
  gvt_interface_set (interface, property, g_variant_new_object_path (value));
}

static void
show_gpu (GvtObjects *self, const GvtParentInfo *parent, const char *path)
{
  g_autoptr (GvtInterface) gpu = get_or_make (self, path, &gvt_bus_manager_gpu_interface);

  set_string (gpu, "Name", parent->name);
  set_string (gpu, "PciAddress", parent->pci_address);
  set_string (gpu, "Model", parent->model);
  set_string (gpu, "Driver", parent->driver);
  set_string (gpu, "RenderNode", parent->render_node);
  set_boolean (gpu, "BootVga", parent->boot_vga);
  show (self, path, gpu);
}

static void
show_type (GvtObjects *self, const GvtTypeInfo *info, const char *gpu, const char *path)
{
  g_autoptr (GvtInterface) type = get_or_make (self, path, &gvt_bus_manager_vgpu_type_interface);

  set_string (type, "Id", info->id);
  set_path (type, "Gpu", gpu);
  set_string (type, "Name", info->name);
  set_string (type, "Description", info->description);
  set_string (type, "DeviceApi", info->device_api);
  set_uint (type, "AvailableInstances", info->available);
  set_uint (type, "LowMemoryMiB", info->size.low_mib);
  set_uint (type, "HighMemoryMiB", info->size.high_mib);
  set_uint (type, "Fences", info->size.fences);
  set_uint (type, "Weight", info->size.weight);
  set_string (type, "Resolution", info->size.resolution);
  show (self, path, type);
}

/* The types shown of a parent become @paths; objects of others go. */
static void
keep_types (GvtObjects *self, const char *parent, GPtrArray *paths)
{
  GPtrArray *shown = g_hash_table_lookup (self->types_of, parent);

  for (guint i = 0; shown != NULL && i < shown->len; i++) {
    const char *path = g_ptr_array_index (shown, i);

    if (!g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
      g_dbus_object_manager_server_unexport (self->manager, path);
  }
  g_hash_table_replace (self->types_of, g_strdup (parent), g_ptr_array_ref (paths));
}

static void
on_parent_changed (GvtRegistry *registry, const char *name, gpointer user_data)
{
  GvtObjects *self = GVT_OBJECTS (user_data);
  const GvtParentInfo *parent = gvt_registry_get_parent (registry, name);
  g_autoptr (GPtrArray) types = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *gpu = gvt_path_of_gpu (name);

  if (parent != NULL)
    show_gpu (self, parent, gpu);
  for (guint i = 0; parent != NULL && i < parent->types->len; i++) {
    const GvtTypeInfo *type = g_ptr_array_index (parent->types, i);
    char *path = gvt_path_of_type (name, type->id);

    show_type (self, type, gpu, path);
    g_ptr_array_add (types, path);
  }
  keep_types (self, name, types);
  if (parent == NULL) {
    g_dbus_object_manager_server_unexport (self->manager, gpu);
    g_hash_table_remove (self->types_of, name);
  }
}

static void
show_vgpu (GvtObjects *self, const GvtVgpu *info, const char *path)
{
  g_autoptr (GvtInterface) vgpu = get_or_make (self, path, &gvt_bus_manager_vgpu_interface);
  const char *parent = gvt_vgpu_parent (info);
  g_autofree char *gpu = gvt_path_of_gpu (parent);
  g_autofree char *failure = gvt_vgpu_failure (info);
  g_autofree char *node = info->device != NULL && info->device->group >= 0
                              ? gvt_node_path (info->device->group)
                              : g_strdup ("");

  set_string (vgpu, "Uuid", info->uuid);
  set_path (vgpu, "Gpu", gpu);
  set_string (vgpu, "Type", gvt_vgpu_type (info));
  set_string (vgpu, "Label", gvt_vgpu_label (info));
  set_boolean (vgpu, "Active", info->device != NULL);
  set_boolean (vgpu, "Defined", info->definition != NULL);
  set_string (vgpu, "Start", gvt_vgpu_start (info));
  set_uint (vgpu, "OwnerUid", gvt_vgpu_owner (info));
  set_string (vgpu, "Domain", gvt_vgpu_domain (info));
  set_string (vgpu, "DeviceNode", node);
  set_string (vgpu,
              "State",
              gvt_vgpu_state (info, gvt_registry_get_parent (self->registry, parent) != NULL));
  set_string (vgpu, "Failure", failure);
  show (self, path, vgpu);
}

static void
on_vgpu_changed (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  GvtObjects *self = GVT_OBJECTS (user_data);
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (registry, uuid);
  g_autofree char *path = gvt_path_of_vgpu (uuid);

  if (vgpu != NULL && gvt_vgpu_exists (vgpu))
    show_vgpu (self, vgpu, path);
  else
    g_dbus_object_manager_server_unexport (self->manager, path);
}

static void
gvt_objects_finalize (GObject *object)
{
  GvtObjects *self = GVT_OBJECTS (object);

  g_ptr_array_unref (self->root_interfaces);
  g_hash_table_unref (self->types_of);
  g_clear_object (&self->manager);
  g_clear_object (&self->registry);
  G_OBJECT_CLASS (gvt_objects_parent_class)->finalize (object);
}

static void
gvt_objects_class_init (GvtObjectsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_objects_finalize;
}

static void
gvt_objects_init (GvtObjects *self)
{
  self->manager = g_dbus_object_manager_server_new (GVT_PATH);
  self->root_interfaces = g_ptr_array_new_with_free_func (g_object_unref);
  self->types_of =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

static GvtInterface *
add_root_interface (GvtObjects *self, const GDBusInterfaceInfo *info)
{
  GvtInterface *interface = gvt_interface_new (info, self->dispatch, self->user_data);

  g_ptr_array_add (self->root_interfaces, interface);
  return interface;
}

static void
show_all (GvtObjects *self)
{
  g_autoptr (GPtrArray) parents = gvt_registry_list_parents (self->registry);
  g_autoptr (GPtrArray) vgpus = gvt_registry_list_vgpus (self->registry);

  for (guint i = 0; i < parents->len; i++) {
    const GvtParentInfo *parent = g_ptr_array_index (parents, i);

    on_parent_changed (self->registry, parent->name, self);
  }
  for (guint i = 0; i < vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (vgpus, i);

    on_vgpu_changed (self->registry, vgpu->uuid, self);
  }
}

GvtObjects *
gvt_objects_new (GvtRegistry *registry, GvtInterfaceDispatch dispatch, gpointer user_data)
{
  GvtObjects *self = g_object_new (GVT_TYPE_OBJECTS, NULL);

  self->registry = g_object_ref (registry);
  self->dispatch = dispatch;
  self->user_data = user_data;
  set_string (add_root_interface (self, &gvt_bus_manager_interface), "Version", GVT_VERSION);
  add_root_interface (self, &gvt_bus_manager_domains_interface);
  add_root_interface (self, &gvt_bus_manager_host_interface);
  show_all (self);
  g_signal_connect_object (registry, "parent-changed", G_CALLBACK (on_parent_changed), self, 0);
  g_signal_connect_object (registry, "vgpu-changed", G_CALLBACK (on_vgpu_changed), self, 0);
  return self;
}

gboolean
gvt_objects_export (GvtObjects *self, GDBusConnection *connection, GError **error)
{
  g_dbus_object_manager_server_set_connection (self->manager, connection);
  for (guint i = 0; i < self->root_interfaces->len; i++) {
    if (!g_dbus_interface_skeleton_export (g_ptr_array_index (self->root_interfaces, i),
                                           connection,
                                           GVT_PATH,
                                           error))
      return FALSE;
  }
  return TRUE;
}
