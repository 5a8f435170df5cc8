/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What mdev parents have to give: type tables and the arithmetic of the pool that all types of a
 * parent share. Pure, one thread. The figures are the drivers' own; nothing here is tuned to
 * make a test pass.
 */
#include "pool.h"

#include <errno.h>

/* All in MiB: gvt.h HOST_LOW_GM_SIZE, HOST_HIGH_GM_SIZE; the GGTT of these GPUs is 4 GiB. */
#define HOST_LOW 128
#define HOST_HIGH 384
#define GGTT 4096

#define FENCES 32
#define HOST_FENCES 4

typedef struct {
  guint share;
  guint low;
  guint high;
  guint fences;
  const char *resolution;
} GvtType;

static const GvtType gvt_types[] = {
  { 8, 64, 384, 4, "1024x768" },
  { 4, 128, 512, 4, "1920x1200" },
  { 2, 256, 1024, 4, "1920x1200" },
  { 1, 512, 2048, 4, "1920x1200" },
};

typedef struct {
  const char *driver;
  const char *id;
  const char *name;
  const char *description;
  gint64 cost;
} SampleType;

static const SampleType sample_types[] = {
  { "mtty", "mtty-1", "Single port serial", NULL, 1 },
  { "mtty", "mtty-2", "Dual port serial", NULL, 2 },
  { "mdpy", "mdpy-vga", "mdpy-vga", "virtual display, 640x480 framebuffer", 1 },
  { "mdpy", "mdpy-xga", "mdpy-xga", "virtual display, 1024x768 framebuffer", 1 },
  { "mdpy", "mdpy-hd", "mdpy-hd", "virtual display, 1920x1080 framebuffer", 1 },
  { "mbochs", "mbochs-small", "mbochs-small", "virtual display, 4 MB video memory", 4 },
  { "mbochs", "mbochs-medium", "mbochs-medium", "virtual display, 16 MB video memory", 16 },
  { "mbochs", "mbochs-large", "mbochs-large", "virtual display, 64 MB video memory", 64 },
};

/* mdpy has no get_available, so the mdev core counts and says EUSERS (mdev_core.c). */
static const struct {
  const char *driver;
  gint64 room;
  int full_errno;
} sample_pools[] = {
  { "mtty", 24, ENOSPC },
  { "mdpy", 4, EUSERS },
  { "mbochs", 256, ENOSPC },
};

static void
type_free (gpointer data)
{
  SimType *type = data;

  g_free (type->id);
  g_free (type->name);
  g_free (type->description);
  g_free (type);
}

static SimPool *
pool_new (int full_errno)
{
  SimPool *pool = g_new0 (SimPool, 1);

  pool->types = g_ptr_array_new_with_free_func (type_free);
  pool->full_errno = full_errno;
  return pool;
}

static SimType *
gvt_type_new (const GvtType *from, guint generation)
{
  SimType *type = g_new0 (SimType, 1);

  type->name = g_strdup_printf ("GVTg_V%u_%u", generation, from->share);
  type->id = g_strdup_printf ("i915-%s", type->name);
  type->description = g_strdup_printf ("low_gm_size: %uMB\nhigh_gm_size: %uMB\nfence: %u\n"
                                       "resolution: %s\nweight: %u",
                                       from->low,
                                       from->high,
                                       from->fences,
                                       from->resolution,
                                       16 / from->share);
  type->cost[0] = from->low;
  type->cost[1] = from->high;
  type->cost[2] = from->fences;
  return type;
}

/* Makes every type cost one of @instances. */
static void
override_with_instances (SimPool *pool, guint instances)
{
  guint i;

  for (i = 0; i < pool->types->len; i++) {
    SimType *type = pool->types->pdata[i];

    type->cost[0] = 1;
    type->cost[1] = type->cost[2] = 0;
  }
  pool->room[0] = instances;
}

SimPool *
sim_pool_new_gvt (guint aperture, guint generation, guint instances)
{
  SimPool *pool = pool_new (ENOSPC);
  gsize i;

  pool->room[0] = (gint64) aperture - HOST_LOW;
  pool->room[1] = (gint64) GGTT - aperture - HOST_HIGH;
  pool->room[2] = FENCES - HOST_FENCES;

  for (i = 0; i < G_N_ELEMENTS (gvt_types); i++) {
    /* The driver stops at the first type whose low memory does not fit at all. */
    if (instances == 0 && pool->room[0] / gvt_types[i].low == 0)
      break;
    g_ptr_array_add (pool->types, gvt_type_new (&gvt_types[i], generation));
  }
  if (instances > 0)
    override_with_instances (pool, instances);
  return pool;
}

SimPool *
sim_pool_new_sample (const char *driver)
{
  SimPool *pool = NULL;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (sample_pools); i++) {
    if (g_str_equal (driver, sample_pools[i].driver)) {
      pool = pool_new (sample_pools[i].full_errno);
      pool->room[0] = sample_pools[i].room;
    }
  }
  if (pool == NULL)
    return NULL;

  for (i = 0; i < G_N_ELEMENTS (sample_types); i++) {
    SimType *type;

    if (!g_str_equal (driver, sample_types[i].driver))
      continue;
    type = g_new0 (SimType, 1);
    type->id = g_strdup (sample_types[i].id);
    type->name = g_strdup (sample_types[i].name);
    type->description = g_strdup (sample_types[i].description);
    type->cost[0] = sample_types[i].cost;
    g_ptr_array_add (pool->types, type);
  }
  return pool;
}

void
sim_pool_free (SimPool *pool)
{
  g_ptr_array_unref (pool->types);
  g_free (pool);
}

const SimType *
sim_pool_find (SimPool *pool, const char *id)
{
  guint i;

  for (i = 0; i < pool->types->len; i++) {
    const SimType *type = pool->types->pdata[i];

    if (g_str_equal (type->id, id))
      return type;
  }
  return NULL;
}

guint
sim_pool_available (SimPool *pool, const SimType *type)
{
  gint64 least = G_MAXUINT;
  int i;

  for (i = 0; i < SIM_POOL_RESOURCES; i++) {
    if (type->cost[i] > 0)
      least = MIN (least, MAX (pool->room[i], 0) / type->cost[i]);
  }
  return least;
}

int
sim_pool_take (SimPool *pool, const SimType *type)
{
  int i;

  if (sim_pool_available (pool, type) == 0)
    return pool->full_errno;
  for (i = 0; i < SIM_POOL_RESOURCES; i++)
    pool->room[i] -= type->cost[i];
  return 0;
}

void
sim_pool_give_back (SimPool *pool, const SimType *type)
{
  int i;

  for (i = 0; i < SIM_POOL_RESOURCES; i++)
    pool->room[i] += type->cost[i];
}
