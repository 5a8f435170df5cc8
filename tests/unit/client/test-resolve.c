/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words to vGPUs, types and places.
 */

#include "resolve.h"

#include "example-objects.h"
#include "gvt-error.h"

static void
test_vgpu (void)
{
  static const struct {
    const char *word;
    guint32 uid;
    const char *path; /* NULL: no vGPU */
    int code;
  } cases[] = {
    { "aaaabbbb-0000-4000-8000-000000000001", 1, "/org/gvt/Manager/vgpus/a", 0 },
    { "AAAABBBB-0000-4000-8000-000000000001", 1, "/org/gvt/Manager/vgpus/a", 0 },
    { "win10", 0, "/org/gvt/Manager/vgpus/a", 0 },
    { "win10", 4242, "/org/gvt/Manager/vgpus/b", 0 },
    { "win10", 7, NULL, GVT_ERROR_INVALID_ARGUMENT },
    { "WIN10", 0, NULL, GVT_ERROR_NOT_FOUND },
    { "DDDD", 0, "/org/gvt/Manager/vgpus/c", 0 },
    { "ddd", 0, NULL, GVT_ERROR_NOT_FOUND },
    { "aaaa", 0, NULL, GVT_ERROR_INVALID_ARGUMENT },
    { "aaaac", 0, "/org/gvt/Manager/vgpus/b", 0 },
    { "", 4242, NULL, GVT_ERROR_NOT_FOUND },
    { "aaaabbbb-0000-4000-8000-0000000000011", 0, NULL, GVT_ERROR_NOT_FOUND },
  };
  g_autoptr (GvtObjects) objects = example_objects ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    const GvtVgpu *vgpu = gvt_resolve_vgpu (objects, cases[i].word, cases[i].uid, &error);

    g_test_message ("\"%s\" for %u", cases[i].word, cases[i].uid);
    if (cases[i].path != NULL) {
      g_assert_no_error (error);
      g_assert_cmpstr (vgpu->path, ==, cases[i].path);
    } else {
      g_assert_error (error, GVT_ERROR, cases[i].code);
      g_assert_null (vgpu);
    }
  }
}

static void
test_ambiguous_lists_all (void)
{
  g_autoptr (GvtObjects) objects = example_objects ();
  g_autoptr (GError) error = NULL;

  g_assert_null (gvt_resolve_vgpu (objects, "aaaa", 0, &error));
  g_assert_nonnull (g_strstr_len (error->message, -1, "aaaabbbb-0000-4000-8000-000000000001"));
  g_assert_nonnull (g_strstr_len (error->message, -1, "aaaacccc-0000-4000-8000-000000000002"));
}

static void
test_type (void)
{
  g_autoptr (GvtObjects) objects = example_objects ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (gvt_resolve_type (objects, "i915-GVTg_V4_8", NULL), ==, "i915-GVTg_V4_8");
  g_assert_cmpstr (gvt_resolve_type (objects, "V5_8", NULL), ==, "i915-GVTg_V5_8");
  g_assert_cmpstr (gvt_resolve_type (objects, "4", NULL), ==, "i915-GVTg_V5_4");
  g_assert_cmpstr (gvt_resolve_type (objects, "nvidia-63", NULL), ==, "nvidia-63");
  g_assert_cmpstr (gvt_resolve_type (objects, "", NULL), ==, "");
  g_assert_null (gvt_resolve_type (objects, "_8", &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_INVALID_ARGUMENT);
}

static void
test_placement (void)
{
  g_autoptr (GvtObjects) objects = example_objects ();
  g_autoptr (GvtObjects) nothing = gvt_objects_new (g_variant_new ("a{oa{sa{sv}}}", NULL));
  g_autoptr (GError) error = NULL;
  const GvtType *type;

  /* The boot display has more room, but another GPU has some. */
  type = gvt_resolve_placement (objects, "i915-GVTg_V5_8", NULL);
  g_assert_cmpstr (type->gpu, ==, "other");
  /* The largest has no room. */
  type = gvt_resolve_placement (objects, NULL, NULL);
  g_assert_cmpstr (type->id, ==, "i915-GVTg_V5_8");

  g_assert_null (gvt_resolve_placement (objects, "i915-GVTg_V5_4", &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NO_CAPACITY);
  g_clear_error (&error);
  g_assert_null (gvt_resolve_placement (objects, "nvidia-63", &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (gvt_resolve_placement (nothing, NULL, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
}

static void
test_order_and_names (void)
{
  g_autoptr (GvtObjects) objects = example_objects ();
  const GvtVgpu *waiting;
  const GvtType *first;

  g_assert_cmpuint (objects->gpus->len, ==, 2);
  g_assert_cmpuint (objects->types->len, ==, 4);
  g_assert_cmpuint (objects->vgpus->len, ==, 3);
  first = g_ptr_array_index (objects->types, 0);
  g_assert_cmpstr (first->id, ==, "i915-GVTg_V5_4");
  /* The GPU of a waiting vGPU has no object; its name comes from the path. */
  waiting = g_ptr_array_index (objects->vgpus, 2);
  g_assert_cmpstr (waiting->gpu, ==, "0000:00:03.0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/resolve/vgpu", test_vgpu);
  g_test_add_func ("/client/resolve/ambiguous-lists-all", test_ambiguous_lists_all);
  g_test_add_func ("/client/resolve/type", test_type);
  g_test_add_func ("/client/resolve/placement", test_placement);
  g_test_add_func ("/client/resolve/order-and-names", test_order_and_names);
  return g_test_run ();
}
