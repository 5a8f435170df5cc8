/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which Intel GPUs GVT-g divides, by PCI id. Pure; any thread. The platforms are those of
 * is_supported_device() in the kernel's i915/intel_gvt.c, their ids those of
 * include/drm/intel/pciids.h of Linux 7.1.
 */

#include "gpu-generation.h"

#define BROADWELL                                                                                  \
  0x1602, 0x1606, 0x160a, 0x160b, 0x160d, 0x160e, 0x1612, 0x1616, 0x161a, 0x161b, 0x161d, 0x161e,  \
      0x1622, 0x1626, 0x162a, 0x162b, 0x162d, 0x162e, 0x1632, 0x1636, 0x163a, 0x163b, 0x163d,      \
      0x163e
#define SKYLAKE                                                                                    \
  0x1902, 0x1906, 0x190a, 0x190b, 0x190e, 0x1912, 0x1913, 0x1915, 0x1916, 0x1917, 0x191a, 0x191b,  \
      0x191d, 0x191e, 0x1921, 0x1923, 0x1926, 0x1927, 0x192a, 0x192b, 0x192d, 0x1932, 0x193a,      \
      0x193b, 0x193d
#define BROXTON 0x0a84, 0x1a84, 0x1a85, 0x5a84, 0x5a85
#define KABY_LAKE                                                                                  \
  0x5902, 0x5906, 0x5908, 0x590a, 0x590b, 0x590e, 0x5912, 0x5913, 0x5915, 0x5916, 0x5917, 0x591a,  \
      0x591b, 0x591c, 0x591d, 0x591e, 0x5921, 0x5923, 0x5926, 0x5927, 0x593b, 0x87c0
#define COFFEE_LAKE                                                                                \
  0x3e90, 0x3e91, 0x3e92, 0x3e93, 0x3e94, 0x3e96, 0x3e98, 0x3e99, 0x3e9a, 0x3e9b, 0x3e9c, 0x3ea0,  \
      0x3ea1, 0x3ea2, 0x3ea3, 0x3ea4, 0x3ea5, 0x3ea6, 0x3ea7, 0x3ea8, 0x3ea9, 0x87ca
#define COMET_LAKE                                                                                 \
  0x9b21, 0x9b41, 0x9ba2, 0x9ba4, 0x9ba5, 0x9ba8, 0x9baa, 0x9bac, 0x9bc2, 0x9bc4, 0x9bc5, 0x9bc6,  \
      0x9bc8, 0x9bca, 0x9bcc, 0x9be6, 0x9bf6

typedef struct {
  const char *name;
  GvtGpuSupport support;
  guint16 ids[32]; /* ends with 0 */
} Generation;

static const Generation generations[] = {
  { "Broadwell", GVT_GPU_SUPPORTED, { BROADWELL } },
  { "Skylake", GVT_GPU_SUPPORTED, { SKYLAKE } },
  { "Apollo Lake", GVT_GPU_SUPPORTED, { BROXTON } },
  { "Kaby Lake", GVT_GPU_SUPPORTED, { KABY_LAKE } },
  { "Coffee Lake", GVT_GPU_SUPPORTED, { COFFEE_LAKE } },
  { "Comet Lake", GVT_GPU_SUPPORTED, { COMET_LAKE } },
  { "Cherry Trail", GVT_GPU_LEFT_OUT, { 0x22b0, 0x22b1, 0x22b2, 0x22b3 } },
  { "Gemini Lake", GVT_GPU_LEFT_OUT, { 0x3184, 0x3185 } },
};

/* Ids of one family share their high byte, and i915 knows no older GPU outside these. */
static const struct {
  guint8 high_byte;
  const char *name;
} old[] = {
  { 0x00, "Ironlake" },  { 0x01, "Sandy or Ivy Bridge" },
  { 0x04, "Haswell" },   { 0x0a, "Haswell" },
  { 0x0c, "Haswell" },   { 0x0d, "Haswell" },
  { 0x0f, "Bay Trail" }, { 0x25, "Gen 2" },
  { 0x27, "Gen 3" },     { 0x29, "Gen 3 or 4" },
  { 0x2a, "Gen 4" },     { 0x2e, "Gen 4" },
  { 0x35, "Gen 2" },     { 0xa0, "Pineview" },
};

static const Generation *
find (guint device)
{
  for (gsize i = 0; i < G_N_ELEMENTS (generations); i++) {
    for (const guint16 *id = generations[i].ids; *id != 0; id++) {
      if (*id == device)
        return &generations[i];
    }
  }
  return NULL;
}

GvtGpuSupport
gvt_gpu_generation (guint device, const char **name)
{
  const Generation *generation = find (device);

  *name = NULL;
  if (generation != NULL) {
    *name = generation->name;
    return generation->support;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (old); i++) {
    if (old[i].high_byte == device >> 8) {
      *name = old[i].name;
      return GVT_GPU_TOO_OLD;
    }
  }
  return GVT_GPU_TOO_NEW;
}

const char *
gvt_gpu_type_prefix (guint device)
{
  return find (device) == &generations[0] ? "i915-GVTg_V4_" : "i915-GVTg_V5_";
}
