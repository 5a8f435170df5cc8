/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys and values that scripts read.
 */

#include "json-output.h"

#include "example-objects.h"

static void
test_vgpu (void)
{
  g_autoptr (GvtObjects) objects = example_objects ();
  JsonBuilder *builder = json_builder_new ();
  g_autofree char *text = NULL;

  gvt_json_add_vgpu (builder, gvt_objects_find_vgpu (objects, "/org/gvt/Manager/vgpus/a"));
  text = gvt_json_end (builder, FALSE);
  g_assert_cmpstr (text,
                   ==,
                   "{\"uuid\":\"aaaabbbb-0000-4000-8000-000000000001\",\"label\":\"win10\","
                   "\"gpu\":\"0000:00:02.0\",\"type\":\"i915-GVTg_V5_4\",\"active\":true,"
                   "\"defined\":true,\"start\":\"domain\",\"owner_uid\":0,\"owner\":\"root\","
                   "\"domain\":null,\"device_node\":\"/dev/vfio/7\",\"state\":\"active\","
                   "\"failure\":null}\n");
}

static void
test_gpu_with_types (void)
{
  g_autoptr (GvtObjects) objects = example_objects ();
  JsonBuilder *builder = json_builder_new ();
  g_autofree char *text = NULL;

  gvt_json_add_gpu (builder, objects, g_ptr_array_index (objects->gpus, 1));
  text = gvt_json_end (builder, FALSE);
  g_assert_cmpstr (text,
                   ==,
                   "{\"name\":\"other\",\"pci_address\":null,\"model\":\"M\",\"driver\":\"i915\","
                   "\"render_node\":null,\"boot_vga\":false,\"types\":[{\"id\":\"i915-GVTg_V5_8\","
                   "\"gpu\":\"other\",\"name\":\"GVTg_V5_8\","
                   "\"description\":\"low_gm_size: 64MB\\nx\",\"device_api\":\"vfio-pci\","
                   "\"available_instances\":1,\"low_memory_mib\":64,\"high_memory_mib\":384,"
                   "\"fences\":4,\"weight\":2,\"resolution\":\"1024x768\"}]}\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/json/vgpu", test_vgpu);
  g_test_add_func ("/client/json/gpu-with-types", test_gpu_with_types);
  return g_test_run ();
}
