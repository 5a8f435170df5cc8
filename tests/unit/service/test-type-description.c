/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What i915 writes about a type, and what other drivers write instead.
 */

#include "type-description.h"

/* kernel 6.1, drivers/gpu/drm/i915/gvt/kvmgt.c, intel_vgpu_show_description() for V5_4 */
#define V5_4 "low_gm_size: 128MB\nhigh_gm_size: 512MB\nfence: 4\nresolution: 1920x1200\nweight: 4\n"

static void
check (const char *text, guint low, guint high, guint fences, guint weight, const char *resolution)
{
  GvtTypeSize size = gvt_type_size_parse (text);

  g_assert_cmpuint (size.low_mib, ==, low);
  g_assert_cmpuint (size.high_mib, ==, high);
  g_assert_cmpuint (size.fences, ==, fences);
  g_assert_cmpuint (size.weight, ==, weight);
  g_assert_cmpstr (size.resolution, ==, resolution);
}

static void
test_i915 (void)
{
  check (V5_4, 128, 512, 4, 4, "1920x1200");
  check ("low_gm_size: 64MB\nhigh_gm_size: 384MB\nfence: 4\nresolution: 1024x768\nweight: 2",
         64,
         384,
         4,
         2,
         "1024x768");
}

static void
test_order_and_gaps (void)
{
  check ("weight: 16\nlow_gm_size: 512MB\n", 512, 0, 0, 16, "");
  check ("future_key: 7\nfence: 4\n", 0, 0, 4, 0, "");
  check ("fence:4\r\n", 0, 0, 4, 0, "");
}

static void
test_prose (void)
{
  check ("virtual display, 640x480 framebuffer", 0, 0, 0, 0, "");
  check ("virtual display: resolution: 640x480", 0, 0, 0, 0, "");
  check ("", 0, 0, 0, 0, "");
  check ("\n\n:\n: :\n", 0, 0, 0, 0, "");
}

static void
test_numbers (void)
{
  static const char *const malformed[] = {
    "low_gm_size: 128",          "low_gm_size: 128 MB",
    "low_gm_size: 128GB",        "low_gm_size: MB",
    "low_gm_size: -128MB",       "low_gm_size: +128MB",
    "low_gm_size: 0x80MB",       "low_gm_size: 128MBMB",
    "low_gm_size: 4294967296MB", "low_gm_size: 99999999999999999999999999MB",
    " low_gm_size: 128MB",       "LOW_GM_SIZE: 128MB",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    check (malformed[i], 0, 0, 0, 0, "");
  check ("low_gm_size: 4294967295MB", G_MAXUINT32, 0, 0, 0, "");
  check ("fence: 4 ", 0, 0, 4, 0, "");
  check ("fence: 4x", 0, 0, 0, 0, "");
}

static void
test_resolution (void)
{
  static const char *const malformed[] = {
    "resolution: x",           "resolution: 1920x",
    "resolution: x1200",       "resolution: 1920",
    "resolution: 1920X1200",   "resolution: 1920x1200x2",
    "resolution: 1920x1200 a", "resolution: -1920x1200",
    "resolution: 1920 x 1200", "resolution: 12345678x12345678",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    check (malformed[i], 0, 0, 0, 0, "");
  check ("resolution: 1234567x1234567", 0, 0, 0, 0, "1234567x1234567");
}

/* A page of anything must neither crash nor be taken for numbers. */
static void
test_noise (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (0x67767431);
  char page[4097] = { 0 };

  for (int round = 0; round < 200; round++) {
    for (gsize i = 0; i < sizeof page - 1; i++)
      page[i] = (char) g_rand_int_range (random, 1, 256);
    check (page, 0, 0, 0, 0, "");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/type-description/i915", test_i915);
  g_test_add_func ("/type-description/order-and-gaps", test_order_and_gaps);
  g_test_add_func ("/type-description/prose", test_prose);
  g_test_add_func ("/type-description/numbers", test_numbers);
  g_test_add_func ("/type-description/resolution", test_resolution);
  g_test_add_func ("/type-description/noise", test_noise);
  return g_test_run ();
}
