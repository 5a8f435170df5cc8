/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many vGPUs an aperture has room for. Pure; any thread. The arithmetic is that of the kernel's
 * i915/gvt: HOST_LOW_GM_SIZE, HOST_HIGH_GM_SIZE and HOST_FENCE in gvt.h, the sizes in vgpu.c,
 * intel_vgpu_get_available() in kvmgt.c.
 */

#include "gpu-capacity.h"

#define GGTT 4096
#define HOST_LOW 128
#define HOST_HIGH 384
#define FENCES 32
#define HOST_FENCES 4
#define VGPU_FENCES 4
#define VGPUS_MAX 7

static const struct {
  const char *suffix;
  guint low;
  guint high;
} sizes[GVT_CAPACITY_SIZES] = {
  { "8", 64, 384 },
  { "4", 128, 512 },
  { "2", 256, 1024 },
  { "1", 512, 2048 },
};

static guint
divide_rest (guint total, guint host, guint each)
{
  return total > host ? (total - host) / each : 0;
}

guint
gvt_gpu_capacity (guint aperture, guint size)
{
  guint low;
  guint high;

  g_return_val_if_fail (size < GVT_CAPACITY_SIZES, 0);
  low = divide_rest (aperture, HOST_LOW, sizes[size].low);
  high = divide_rest (MAX (GGTT, aperture) - aperture, HOST_HIGH, sizes[size].high);
  return MIN (MIN (low, high), MIN ((FENCES - HOST_FENCES) / VGPU_FENCES, VGPUS_MAX));
}

char *
gvt_gpu_capacity_describe (guint aperture, const char *prefix)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint size = 0; size < GVT_CAPACITY_SIZES; size++) {
    guint count = gvt_gpu_capacity (aperture, size);

    if (count > 0)
      g_string_append_printf (text,
                              "%s%u of %s%s",
                              text->len > 0 ? " or " : "",
                              count,
                              prefix,
                              sizes[size].suffix);
  }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
