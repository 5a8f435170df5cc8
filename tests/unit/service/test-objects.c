/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the bus shows of a registry.
 */

#include "objects.h"

#include <string.h>

#include "bus-pair.h"
#include "gvt-interface-info.h"
#include "gvt-names.h"
#include "machine.h"
#include "paths.h"
#include "scan.h"

typedef struct {
  Scratch *host;
  GvtRegistry *registry;
  BusPair *bus;
  GvtObjects *objects;
} Fixture;

static void
on_call (GDBusMethodInvocation *invocation, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
add_vgpu (Fixture *fixture, const char *uuid)
{
  machine_add_vgpu (fixture->host, uuid, GPU, TYPE, 7);
  gvt_registry_commit_vgpu (fixture->registry,
                            uuid,
                            gvt_scan_device (fixture->host->root, uuid),
                            gvt_definition_new (uuid, GPU, TYPE, FALSE),
                            gvt_record_new (1000, "win10", "", FALSE));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->host = scratch_new ();
  machine_add_gpu (fixture->host);
  fixture->registry = gvt_registry_new ();
  gvt_registry_commit_parent (fixture->registry, gvt_scan_parent (fixture->host->root, GPU));
  add_vgpu (fixture, UUID);
  fixture->bus = bus_pair_new ();
  fixture->objects = gvt_objects_new (fixture->registry, on_call, NULL);
  gvt_objects_export (fixture->objects, fixture->bus->service, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->objects);
  bus_pair_free (fixture->bus);
  g_object_unref (fixture->registry);
  scratch_free (fixture->host);
}

static GVariant *
list_objects (Fixture *fixture)
{
  g_autofree char *answer = bus_pair_ask (fixture->bus,
                                          GVT_PATH,
                                          "org.freedesktop.DBus.ObjectManager",
                                          "GetManagedObjects",
                                          "()");
  g_autoptr (GVariant) reply =
      g_variant_parse (G_VARIANT_TYPE ("(a{oa{sa{sv}}})"), answer, NULL, NULL, NULL);

  g_assert_nonnull (reply);
  return g_variant_get_child_value (reply, 0);
}

/* All that the description has, by name and type, and no more. */
static void
check_described (GVariant *objects, const char *path, const GDBusInterfaceInfo *info)
{
  g_autoptr (GVariant) interfaces = g_variant_lookup_value (objects, path, NULL);
  g_autoptr (GVariant) properties = NULL;
  gsize count = 0;

  g_assert_nonnull (interfaces);
  g_assert_cmpuint (g_variant_n_children (interfaces), ==, 1);
  properties = g_variant_lookup_value (interfaces, info->name, NULL);
  g_assert_nonnull (properties);
  for (; info->properties[count] != NULL; count++) {
    const GDBusPropertyInfo *property = info->properties[count];
    g_autoptr (GVariant) value = g_variant_lookup_value (properties, property->name, NULL);

    g_assert_nonnull (value);
    g_assert_cmpstr (g_variant_get_type_string (value), ==, property->signature);
  }
  g_assert_cmpuint (g_variant_n_children (properties), ==, count);
}

static void
test_described (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) objects = list_objects (fixture);
  g_autofree char *gpu = gvt_path_of_gpu (GPU);
  g_autofree char *type = gvt_path_of_type (GPU, TYPE);
  g_autofree char *small_type = gvt_path_of_type (GPU, SMALL_TYPE);
  g_autofree char *vgpu = gvt_path_of_vgpu (UUID);

  g_assert_cmpuint (g_variant_n_children (objects), ==, 4);
  check_described (objects, gpu, &gvt_bus_manager_gpu_interface);
  check_described (objects, type, &gvt_bus_manager_vgpu_type_interface);
  check_described (objects, small_type, &gvt_bus_manager_vgpu_type_interface);
  check_described (objects, vgpu, &gvt_bus_manager_vgpu_interface);
}

static void
test_a_vgpu_comes_and_goes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = gvt_path_of_vgpu (UUID_2);
  g_autofree char *gone =
      g_strdup_printf (GVT_PATH " InterfacesRemoved ('%s', ['" GVT_INTERFACE_VGPU "'])", path);
  g_autoptr (GVariant) objects = NULL;

  add_vgpu (fixture, UUID_2);
  objects = list_objects (fixture);
  g_assert_cmpuint (g_variant_n_children (objects), ==, 5);
  g_ptr_array_set_size (fixture->bus->heard, 0);
  gvt_registry_commit_vgpu (fixture->registry, UUID_2, NULL, NULL, NULL);
  bus_pair_hears (fixture->bus, gone);
}

/* Its types go with it. */
static void
test_a_gpu_goes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Scratch) nothing = scratch_new ();
  g_autoptr (GvtDefinitions) definitions = gvt_definitions_new (nothing->root);
  g_autoptr (GvtHostState) state = gvt_host_state_read (nothing->root, definitions);
  g_autoptr (GVariant) objects = NULL;
  guint removed = 0;

  gvt_registry_apply_scan (fixture->registry, state, gvt_registry_begin_scan (fixture->registry));
  objects = list_objects (fixture);
  g_assert_cmpuint (g_variant_n_children (objects), ==, 0);
  for (guint i = 0; i < fixture->bus->heard->len; i++)
    removed += strstr (g_ptr_array_index (fixture->bus->heard, i), " InterfacesRemoved ") != NULL;
  g_assert_cmpuint (removed, ==, 4);
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/objects/described", test_described);
  add ("/objects/a-vgpu-comes-and-goes", test_a_vgpu_comes_and_goes);
  add ("/objects/a-gpu-goes", test_a_gpu_goes);
  return g_test_run ();
}
