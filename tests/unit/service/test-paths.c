/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Object paths from names, and back.
 */

#include "paths.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>

#include "gvt-names.h"

#define UUID "c0ffee00-0000-4000-8000-000000000001"

static const char *const names[] = {
  "0000:00:02.0", "mtty", "i915-GVTg_V5_4", "_", "0", "a_2db", "i915-GVTg_V5_4 ",
};

static void
test_examples (void)
{
  g_autofree char *gpu = gvt_path_of_gpu ("0000:00:02.0");
  g_autofree char *type = gvt_path_of_type ("0000:00:02.0", "i915-GVTg_V5_4");
  g_autofree char *vgpu = gvt_path_of_vgpu (UUID);

  g_assert_cmpstr (gpu, ==, "/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0");
  g_assert_cmpstr (type,
                   ==,
                   "/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0/types/i915_2dGVTg_5fV5_5f4");
  g_assert_cmpstr (vgpu, ==, "/org/gvt/Manager/vgpus/c0ffee00_0000_4000_8000_000000000001");
}

/* Different names have different paths, and systemd's own decoder gives the name back. */
static void
test_round_trip (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    char *path = gvt_path_of_gpu (names[i]);
    char *name = NULL;

    g_assert_true (g_variant_is_object_path (path));
    g_assert_cmpint (sd_bus_path_decode (path, GVT_GPUS_PATH, &name), >, 0);
    g_assert_cmpstr (name, ==, names[i]);
    free (name);
    g_assert_true (g_hash_table_add (seen, path));
  }
}

static void
test_hostile_names (void)
{
  static const char *const hostile[] = { "", "/", "../..", "a/b", "\xff\xfe", "é", "a\nb", "." };

  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++) {
    g_autofree char *gpu = gvt_path_of_gpu (hostile[i]);
    g_autofree char *type = gvt_path_of_type (hostile[i], hostile[i]);

    g_assert_true (g_variant_is_object_path (gpu));
    g_assert_true (g_variant_is_object_path (type));
    g_assert_true (g_str_has_prefix (type, GVT_GPUS_PATH "/"));
  }
}

static void
test_to_uuid (void)
{
  static const char *const none[] = {
    "/",
    GVT_PATH,
    GVT_VGPUS_PATH,
    GVT_VGPUS_PATH "/",
    GVT_VGPUS_PATH "/x",
    GVT_VGPUS_PATH "/C0FFEE00_0000_4000_8000_000000000001",
    GVT_VGPUS_PATH "/c0ffee00_0000_4000_8000_000000000001/x",
    GVT_GPUS_PATH "/c0ffee00_0000_4000_8000_000000000001",
    "/org/gvt/Manager/vgpusx/c0ffee00_0000_4000_8000_000000000001",
  };
  g_autofree char *path = gvt_path_of_vgpu (UUID);
  g_autofree char *uuid = gvt_path_to_uuid (path);

  g_assert_cmpstr (uuid, ==, UUID);
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (gvt_path_to_uuid (none[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paths/examples", test_examples);
  g_test_add_func ("/paths/round-trip", test_round_trip);
  g_test_add_func ("/paths/hostile-names", test_hostile_names);
  g_test_add_func ("/paths/to-uuid", test_to_uuid);
  return g_test_run ();
}
