/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pools against figures computed by hand from the drivers' sources.
 */
#include "pool.h"

#include <errno.h>
#include <string.h>

static void
take (SimPool *pool, const char *id, int expected)
{
  const SimType *type = sim_pool_find (pool, id);

  g_assert_nonnull (type);
  g_assert_cmpint (sim_pool_take (pool, type), ==, expected);
}

/* "8:2 4:1" for a pool whose types end in _8 and _4 and have room for 2 and 1. */
static char *
room_text (SimPool *pool)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint i;

  for (i = 0; i < pool->types->len; i++) {
    const SimType *type = pool->types->pdata[i];
    const char *suffix = type->id + strlen (type->id) - 1;

    g_string_append_printf (text,
                            "%s%s:%u",
                            i > 0 ? " " : "",
                            suffix,
                            sim_pool_available (pool, type));
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_room (SimPool *pool, const char *expected)
{
  g_autofree char *text = room_text (pool);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_aperture (void)
{
  static const struct {
    guint aperture;
    const char *room;
  } cases[] = {
    { 128, "" },
    { 256, "8:2 4:1" },
    { 512, "8:6 4:3 2:1" },
    { 1024, "8:7 4:5 2:2 1:1" },
    { 2048, "8:4 4:3 2:1 1:0" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SimPool) pool = sim_pool_new_gvt (cases[i].aperture, 5, 0);

    assert_room (pool, cases[i].room);
  }
}

static void
test_text (void)
{
  g_autoptr (SimPool) pool = sim_pool_new_gvt (1024, 4, 0);
  const SimType *small = sim_pool_find (pool, "i915-GVTg_V4_8");
  const SimType *large = sim_pool_find (pool, "i915-GVTg_V4_1");

  g_assert_nonnull (small);
  g_assert_nonnull (large);
  g_assert_null (sim_pool_find (pool, "i915-GVTg_V5_8"));
  g_assert_cmpstr (small->name, ==, "GVTg_V4_8");
  g_assert_cmpstr (
      small->description,
      ==,
      "low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\nweight: 2");
  g_assert_cmpstr (large->description,
                   ==,
                   "low_gm_size: 512MB\nhigh_gm_size: 2048MB\nfence: 4\nresolution: 1920x1200\n"
                   "weight: 16");
}

static void
test_shared (void)
{
  g_autoptr (SimPool) pool = sim_pool_new_gvt (256, 5, 0);

  take (pool, "i915-GVTg_V5_8", 0);
  assert_room (pool, "8:1 4:0");
  take (pool, "i915-GVTg_V5_4", ENOSPC);
  take (pool, "i915-GVTg_V5_8", 0);
  take (pool, "i915-GVTg_V5_8", ENOSPC);
  sim_pool_give_back (pool, sim_pool_find (pool, "i915-GVTg_V5_8"));
  sim_pool_give_back (pool, sim_pool_find (pool, "i915-GVTg_V5_8"));
  take (pool, "i915-GVTg_V5_4", 0);
  assert_room (pool, "8:0 4:0");
}

/* Seven fence registers' worth of vGPUs, whatever their size: GVT_MAX_VGPU less the host. */
static void
test_seven (void)
{
  g_autoptr (SimPool) pool = sim_pool_new_gvt (1024, 5, 0);
  int i;

  for (i = 0; i < 7; i++)
    take (pool, "i915-GVTg_V5_8", 0);
  take (pool, "i915-GVTg_V5_8", ENOSPC);
  assert_room (pool, "8:0 4:0 2:0 1:0");
}

static void
test_instances (void)
{
  g_autoptr (SimPool) pool = sim_pool_new_gvt (256, 5, 10000);

  assert_room (pool, "8:10000 4:10000 2:10000 1:10000");
  take (pool, "i915-GVTg_V5_1", 0);
  assert_room (pool, "8:9999 4:9999 2:9999 1:9999");
}

static void
test_samples (void)
{
  g_autoptr (SimPool) mtty = sim_pool_new_sample ("mtty");
  g_autoptr (SimPool) mdpy = sim_pool_new_sample ("mdpy");
  g_autoptr (SimPool) mbochs = sim_pool_new_sample ("mbochs");

  g_assert_null (sim_pool_new_sample ("i915"));

  g_assert_null (sim_pool_find (mtty, "mtty-1")->description);
  assert_room (mtty, "1:24 2:12");
  take (mtty, "mtty-2", 0);
  assert_room (mtty, "1:22 2:11");

  take (mdpy, "mdpy-vga", 0);
  take (mdpy, "mdpy-hd", 0);
  take (mdpy, "mdpy-xga", 0);
  take (mdpy, "mdpy-xga", 0);
  take (mdpy, "mdpy-vga", EUSERS);

  assert_room (mbochs, "l:64 m:16 e:4");
  take (mbochs, "mbochs-large", 0);
  assert_room (mbochs, "l:48 m:12 e:3");
  take (mbochs, "mbochs-medium", 0);
  assert_room (mbochs, "l:44 m:11 e:2");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simhost/pool/aperture", test_aperture);
  g_test_add_func ("/simhost/pool/text", test_text);
  g_test_add_func ("/simhost/pool/shared", test_shared);
  g_test_add_func ("/simhost/pool/seven", test_seven);
  g_test_add_func ("/simhost/pool/instances", test_instances);
  g_test_add_func ("/simhost/pool/samples", test_samples);
  return g_test_run ();
}
