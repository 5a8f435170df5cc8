/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's objects as plain structs: fetched in one call, sorted the way people read them.
 * Main thread. Must not choose among them (resolve.c does) nor show them.
 */

#include "objects.h"

#include "bus.h"
#include "gvt-names.h"

#include <string.h>

static const char *
get_string (GVariant *properties, const char *name)
{
  const char *value = "";

  if (!g_variant_lookup (properties, name, "&s", &value))
    g_variant_lookup (properties, name, "&o", &value);
  return value;
}

static guint32
get_number (GVariant *properties, const char *name)
{
  guint32 value = 0;

  g_variant_lookup (properties, name, "u", &value);
  return value;
}

static gboolean
get_boolean (GVariant *properties, const char *name)
{
  gboolean value = FALSE;

  g_variant_lookup (properties, name, "b", &value);
  return value;
}

static void
add_gpu (GvtObjects *objects, const char *path, GVariant *properties)
{
  GvtGpu *gpu = g_new0 (GvtGpu, 1);

  gpu->path = path;
  gpu->name = get_string (properties, "Name");
  gpu->pci_address = get_string (properties, "PciAddress");
  gpu->model = get_string (properties, "Model");
  gpu->driver = get_string (properties, "Driver");
  gpu->render_node = get_string (properties, "RenderNode");
  gpu->boot_vga = get_boolean (properties, "BootVga");
  g_ptr_array_add (objects->gpus, gpu);
}

/* The kernel's name of a GPU from its object path: the opposite of systemd's bus label escaping. */
static const char *
gpu_name (GvtObjects *objects, const char *path)
{
  g_autoptr (GString) name = g_string_new (NULL);
  const char *label = strrchr (path, '/');

  for (const char *p = label != NULL ? label + 1 : ""; *p != '\0'; p++) {
    if (*p == '_' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2])) {
      g_string_append_c (name, g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2]));
      p += 2;
    } else {
      g_string_append_c (name, *p);
    }
  }
  if (!g_utf8_validate (name->str, name->len, NULL))
    return path;
  return g_string_chunk_insert_const (objects->names, name->str);
}

static void
add_type (GvtObjects *objects, const char *path, GVariant *properties)
{
  GvtType *type = g_new0 (GvtType, 1);

  type->path = path;
  type->id = get_string (properties, "Id");
  type->gpu_path = get_string (properties, "Gpu");
  type->gpu = gpu_name (objects, type->gpu_path);
  type->name = get_string (properties, "Name");
  type->description = get_string (properties, "Description");
  type->device_api = get_string (properties, "DeviceApi");
  type->available_instances = get_number (properties, "AvailableInstances");
  type->low_memory_mib = get_number (properties, "LowMemoryMiB");
  type->high_memory_mib = get_number (properties, "HighMemoryMiB");
  type->fences = get_number (properties, "Fences");
  type->weight = get_number (properties, "Weight");
  type->resolution = get_string (properties, "Resolution");
  g_ptr_array_add (objects->types, type);
}

static void
add_vgpu (GvtObjects *objects, const char *path, GVariant *properties)
{
  GvtVgpu *vgpu = g_new0 (GvtVgpu, 1);

  vgpu->path = path;
  vgpu->uuid = get_string (properties, "Uuid");
  vgpu->gpu = gpu_name (objects, get_string (properties, "Gpu"));
  vgpu->type = get_string (properties, "Type");
  vgpu->label = get_string (properties, "Label");
  vgpu->active = get_boolean (properties, "Active");
  vgpu->defined = get_boolean (properties, "Defined");
  vgpu->start = get_string (properties, "Start");
  vgpu->owner_uid = get_number (properties, "OwnerUid");
  vgpu->domain = get_string (properties, "Domain");
  vgpu->device_node = get_string (properties, "DeviceNode");
  vgpu->state = get_string (properties, "State");
  vgpu->failure = get_string (properties, "Failure");
  g_ptr_array_add (objects->vgpus, vgpu);
}

static int
compare_gpus (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(GvtGpu *const *) a)->name, (*(GvtGpu *const *) b)->name);
}

static int
compare_types (gconstpointer a, gconstpointer b)
{
  const GvtType *left = *(GvtType *const *) a;
  const GvtType *right = *(GvtType *const *) b;
  int order = strcmp (left->gpu, right->gpu);

  if (order == 0)
    order = (left->low_memory_mib < right->low_memory_mib) -
            (left->low_memory_mib > right->low_memory_mib);
  return order != 0 ? order : strverscmp (left->id, right->id);
}

static int
compare_vgpus (gconstpointer a, gconstpointer b)
{
  const GvtVgpu *left = *(GvtVgpu *const *) a;
  const GvtVgpu *right = *(GvtVgpu *const *) b;
  int order = (*left->label == '\0') - (*right->label == '\0');

  if (order == 0)
    order = strcmp (left->label, right->label);
  return order != 0 ? order : strcmp (left->uuid, right->uuid);
}

GvtObjects *
gvt_objects_new (GVariant *managed)
{
  static const struct {
    const char *interface;
    void (*add) (GvtObjects *objects, const char *path, GVariant *properties);
  } kinds[] = {
    { GVT_INTERFACE_GPU, add_gpu },
    { GVT_INTERFACE_VGPU_TYPE, add_type },
    { GVT_INTERFACE_VGPU, add_vgpu },
  };
  GvtObjects *objects = g_new0 (GvtObjects, 1);
  GVariantIter iter;
  const char *path;
  GVariant *interfaces;

  objects->reply = g_variant_ref_sink (managed);
  objects->names = g_string_chunk_new (64);
  objects->gpus = g_ptr_array_new_with_free_func (g_free);
  objects->types = g_ptr_array_new_with_free_func (g_free);
  objects->vgpus = g_ptr_array_new_with_free_func (g_free);

  g_variant_iter_init (&iter, managed);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces)) {
    for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
      g_autoptr (GVariant) properties = NULL;

      properties = g_variant_lookup_value (interfaces, kinds[i].interface, G_VARIANT_TYPE_VARDICT);
      if (properties != NULL)
        kinds[i].add (objects, path, properties);
    }
  }
  g_ptr_array_sort (objects->gpus, compare_gpus);
  g_ptr_array_sort (objects->types, compare_types);
  g_ptr_array_sort (objects->vgpus, compare_vgpus);
  return objects;
}

GvtObjects *
gvt_objects_fetch (GvtClient *client, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) managed = NULL;

  reply = gvt_bus_call (client,
                        GVT_PATH,
                        "org.freedesktop.DBus.ObjectManager",
                        "GetManagedObjects",
                        NULL,
                        G_VARIANT_TYPE ("(a{oa{sa{sv}}})"),
                        error);
  if (reply == NULL)
    return NULL;
  managed = g_variant_get_child_value (reply, 0);
  return gvt_objects_new (managed);
}

GvtObjects *
gvt_objects_fetch_vgpu (GvtClient *client, const char *path, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) properties = NULL;

  reply = gvt_bus_call (client,
                        path,
                        "org.freedesktop.DBus.Properties",
                        "GetAll",
                        g_variant_new ("(s)", GVT_INTERFACE_VGPU),
                        G_VARIANT_TYPE ("(a{sv})"),
                        error);
  if (reply == NULL)
    return NULL;
  properties = g_variant_get_child_value (reply, 0);
  return gvt_objects_new (
      g_variant_new_parsed ("{%o: {%s: %@a{sv}}}", path, GVT_INTERFACE_VGPU, properties));
}

void
gvt_objects_free (GvtObjects *objects)
{
  g_clear_pointer (&objects->gpus, g_ptr_array_unref);
  g_clear_pointer (&objects->types, g_ptr_array_unref);
  g_clear_pointer (&objects->vgpus, g_ptr_array_unref);
  g_clear_pointer (&objects->reply, g_variant_unref);
  g_clear_pointer (&objects->names, g_string_chunk_free);
  g_free (objects);
}

const GvtVgpu *
gvt_objects_find_vgpu (const GvtObjects *objects, const char *path)
{
  for (guint i = 0; i < objects->vgpus->len; i++) {
    const GvtVgpu *vgpu = g_ptr_array_index (objects->vgpus, i);

    if (strcmp (vgpu->path, path) == 0)
      return vgpu;
  }
  return NULL;
}
