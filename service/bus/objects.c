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
  GvtObjectTree *tree;
  GHashTable *types_of; /* parent name -> GPtrArray of type object paths */
};

G_DEFINE_FINAL_TYPE (GvtObjects, gvt_objects, G_TYPE_OBJECT)

static void
add_string (GVariantBuilder *properties, const char *name, const char *value)
{
  g_variant_builder_add (properties, "{sv}", name, g_variant_new_string (value));
}

static void
add_uint (GVariantBuilder *properties, const char *name, guint32 value)
{
  g_variant_builder_add (properties, "{sv}", name, g_variant_new_uint32 (value));
}

static void
add_boolean (GVariantBuilder *properties, const char *name, gboolean value)
{
  g_variant_builder_add (properties, "{sv}", name, g_variant_new_boolean (value));
}

static void
add_path (GVariantBuilder *properties, const char *name, const char *value)
{
  g_variant_builder_add (properties, "{sv}", name, g_variant_new_object_path (value));
}

static GVariant *
describe_gpu (const GvtParentInfo *parent)
{
  GVariantBuilder gpu;

  g_variant_builder_init (&gpu, G_VARIANT_TYPE_VARDICT);
  add_string (&gpu, "Name", parent->name);
  add_string (&gpu, "PciAddress", parent->pci_address);
  add_string (&gpu, "Model", parent->model);
  add_string (&gpu, "Driver", parent->driver);
  add_string (&gpu, "RenderNode", parent->render_node);
  add_boolean (&gpu, "BootVga", parent->boot_vga);
  return g_variant_builder_end (&gpu);
}

static GVariant *
describe_type (const GvtTypeInfo *info, const char *gpu)
{
  GVariantBuilder type;

  g_variant_builder_init (&type, G_VARIANT_TYPE_VARDICT);
  add_string (&type, "Id", info->id);
  add_path (&type, "Gpu", gpu);
  add_string (&type, "Name", info->name);
  add_string (&type, "Description", info->description);
  add_string (&type, "DeviceApi", info->device_api);
  add_uint (&type, "AvailableInstances", info->available);
  add_uint (&type, "LowMemoryMiB", info->size.low_mib);
  add_uint (&type, "HighMemoryMiB", info->size.high_mib);
  add_uint (&type, "Fences", info->size.fences);
  add_uint (&type, "Weight", info->size.weight);
  add_string (&type, "Resolution", info->size.resolution);
  return g_variant_builder_end (&type);
}

static GVariant *
describe_vgpu (const GvtVgpu *info, gboolean gpu_present)
{
  g_autofree char *gpu = gvt_path_of_gpu (gvt_vgpu_parent (info));
  g_autofree char *failure = gvt_vgpu_failure (info);
  g_autofree char *node = info->device != NULL && info->device->group >= 0
                              ? gvt_node_path (info->device->group)
                              : g_strdup ("");
  GVariantBuilder vgpu;

  g_variant_builder_init (&vgpu, G_VARIANT_TYPE_VARDICT);
  add_string (&vgpu, "Uuid", info->uuid);
  add_path (&vgpu, "Gpu", gpu);
  add_string (&vgpu, "Type", gvt_vgpu_type (info));
  add_string (&vgpu, "Label", gvt_vgpu_label (info));
  add_boolean (&vgpu, "Active", info->device != NULL);
  add_boolean (&vgpu, "Defined", info->definition != NULL);
  add_string (&vgpu, "Start", gvt_vgpu_start (info));
  add_uint (&vgpu, "OwnerUid", gvt_vgpu_owner (info));
  add_string (&vgpu, "Domain", gvt_vgpu_domain (info));
  add_string (&vgpu, "DeviceNode", node);
  add_string (&vgpu, "State", gvt_vgpu_state (info, gpu_present));
  add_string (&vgpu, "Failure", failure);
  return g_variant_builder_end (&vgpu);
}

/* The types shown of a parent become @paths; objects of others go. */
static void
keep_types (GvtObjects *self, const char *parent, GPtrArray *paths)
{
  GPtrArray *shown = g_hash_table_lookup (self->types_of, parent);

  for (guint i = 0; shown != NULL && i < shown->len; i++) {
    const char *path = g_ptr_array_index (shown, i);

    if (!g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
      gvt_object_tree_remove (self->tree, path);
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
    gvt_object_tree_put (self->tree, gpu, &gvt_bus_manager_gpu_interface, describe_gpu (parent));
  for (guint i = 0; parent != NULL && i < parent->types->len; i++) {
    const GvtTypeInfo *type = g_ptr_array_index (parent->types, i);
    char *path = gvt_path_of_type (name, type->id);

    gvt_object_tree_put (self->tree,
                         path,
                         &gvt_bus_manager_vgpu_type_interface,
                         describe_type (type, gpu));
    g_ptr_array_add (types, path);
  }
  keep_types (self, name, types);
  if (parent == NULL) {
    gvt_object_tree_remove (self->tree, gpu);
    g_hash_table_remove (self->types_of, name);
  }
}

static void
on_vgpu_changed (GvtRegistry *registry, const char *uuid, gpointer user_data)
{
  GvtObjects *self = GVT_OBJECTS (user_data);
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (registry, uuid);
  g_autofree char *path = gvt_path_of_vgpu (uuid);

  if (vgpu != NULL && gvt_vgpu_exists (vgpu))
    gvt_object_tree_put (
        self->tree,
        path,
        &gvt_bus_manager_vgpu_interface,
        describe_vgpu (vgpu, gvt_registry_get_parent (registry, gvt_vgpu_parent (vgpu)) != NULL));
  else
    gvt_object_tree_remove (self->tree, path);
}

static void
gvt_objects_finalize (GObject *object)
{
  GvtObjects *self = GVT_OBJECTS (object);

  g_hash_table_unref (self->types_of);
  g_clear_object (&self->tree);
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
  self->types_of =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

/* Of the root's three interfaces one has a property. */
static void
make_root (GvtObjectTree *tree)
{
  GVariantBuilder manager;

  g_variant_builder_init (&manager, G_VARIANT_TYPE_VARDICT);
  add_string (&manager, "Version", GVT_VERSION);
  gvt_object_tree_add_to_root (tree, &gvt_bus_manager_interface, g_variant_builder_end (&manager));
  gvt_object_tree_add_to_root (tree,
                               &gvt_bus_manager_domains_interface,
                               g_variant_new ("a{sv}", NULL));
  gvt_object_tree_add_to_root (tree,
                               &gvt_bus_manager_host_interface,
                               g_variant_new ("a{sv}", NULL));
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
gvt_objects_new (GvtRegistry *registry, GvtObjectTreeDispatch dispatch, gpointer user_data)
{
  GvtObjects *self = g_object_new (GVT_TYPE_OBJECTS, NULL);

  self->registry = g_object_ref (registry);
  self->tree = gvt_object_tree_new (GVT_PATH, dispatch, user_data);
  make_root (self->tree);
  show_all (self);
  g_signal_connect_object (registry, "parent-changed", G_CALLBACK (on_parent_changed), self, 0);
  g_signal_connect_object (registry, "vgpu-changed", G_CALLBACK (on_vgpu_changed), self, 0);
  return self;
}

gboolean
gvt_objects_export (GvtObjects *self, GDBusConnection *connection, GError **error)
{
  return gvt_object_tree_show (self->tree, connection, error);
}
