/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one user may have: what counts, and that root is not counted.
 */

#include "call-fixture.h"
#include "gvt-names.h"
#include "scan.h"

#include <string.h>

#define MIB_OF_TYPE 128

static GvtConfiguration *
limits (CallFixture *fixture)
{
  return (GvtConfiguration *) fixture->context.configuration;
}

static void
begin_create (CallFixture *fixture, guint32 uid, const char *options)
{
  g_autofree char *arguments = g_strdup_printf ("('" GPU "', '" TYPE "', %s)", options);

  call_begin (fixture, GVT_INTERFACE_MANAGER, "CreateVgpu", uid, arguments);
}

static void
check_refused (CallFixture *fixture, const char *options, const char *part)
{
  g_autoptr (GError) error = NULL;

  begin_create (fixture, 1000, options);
  g_assert_false (call_check (fixture, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
  g_assert_nonnull (strstr (error->message, part));
  /* What the administrator's configuration says is not for the administrator. */
  begin_create (fixture, 0, options);
  call_check_passes (fixture, "");
}

#define ACTIVE "@a{sv} {}"
#define INACTIVE "{'define': <true>, 'activate': <false>}"

static void
test_places (CallFixture *fixture, gconstpointer data)
{
  call_add_gpu (fixture, GPU, TRUE, 9);
  limits (fixture)->types = g_strsplit ("", ",", -1);
  check_refused (fixture, ACTIVE, "of these types only: none");
  g_strfreev (limits (fixture)->types);
  limits (fixture)->types = g_strsplit ("x," TYPE, ",", -1);
  limits (fixture)->gpus = g_strsplit ("0000:03:00.0,0000:04:00.0", ",", -1);
  check_refused (fixture, ACTIVE, "on these GPUs only: 0000:03:00.0, 0000:04:00.0");
  g_strfreev (limits (fixture)->gpus);
  limits (fixture)->gpus = g_strsplit (GPU, ",", -1);
  begin_create (fixture, 1000, ACTIVE);
  call_check_passes (fixture, "");
}

static void
test_number (CallFixture *fixture, gconstpointer data)
{
  call_add_gpu (fixture, GPU, TRUE, 9);
  call_add_vgpu (fixture, UUID, 1001, "");
  limits (fixture)->vgpus_per_user = 1;
  begin_create (fixture, 1000, ACTIVE);
  call_check_passes (fixture, "");
  call_add_vgpu (fixture, UUID_2, 1000, "");
  check_refused (fixture, ACTIVE, "user 1000 has 1 vGPUs, and this machine's limit is 1");
  check_refused (fixture, INACTIVE, "VgpusPerUser");
}

/* What is on its way counts as what it will be: of this user's, and with memory if it will be active. */
static void
test_memory (CallFixture *fixture, gconstpointer data)
{
  static const struct {
    guint32 owner;
    gboolean active;
    gboolean refused;
  } claims[] = { { 1001, TRUE, FALSE }, { 1000, FALSE, FALSE }, { 1000, TRUE, TRUE } };

  call_add_gpu (fixture, GPU, TRUE, 9);
  call_add_vgpu (fixture, UUID, 1000, "");
  limits (fixture)->low_memory_per_user_mib = 2 * MIB_OF_TYPE - 1;
  check_refused (fixture, ACTIVE, "would bring user 1000 to 256 MiB of aperture");
  begin_create (fixture, 1000, INACTIVE);
  call_check_passes (fixture, "");
  limits (fixture)->low_memory_per_user_mib = 2 * MIB_OF_TYPE;
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    GvtClaim *claim = gvt_claim_new (claims[i].owner, "", GPU, TYPE, claims[i].active);

    g_assert_true (gvt_registry_reserve (fixture->context.registry, UUID_2, claim, NULL));
    if (claims[i].refused) {
      check_refused (fixture, ACTIVE, "LowMemoryPerUser");
    } else {
      begin_create (fixture, 1000, ACTIVE);
      call_check_passes (fixture, "");
    }
    gvt_registry_release (fixture->context.registry, UUID_2);
  }
}

/* One that is there already takes memory when it starts, and not before. */
static void
test_start (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  call_add_gpu (fixture, GPU, TRUE, 9);
  call_add_vgpu (fixture, UUID, 1000, "");
  gvt_registry_commit_device (fixture->context.registry, UUID, NULL);
  call_begin (fixture, GVT_INTERFACE_VGPU, "Start", 1000, "(@a{sv} {},)");
  fixture->call->uuid = g_strdup (UUID);
  limits (fixture)->low_memory_per_user_mib = MIB_OF_TYPE;
  call_check_passes (fixture, "");
  limits (fixture)->low_memory_per_user_mib = MIB_OF_TYPE - 1;
  g_assert_false (call_check (fixture, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_LIMIT_EXCEEDED);
  g_assert_nonnull (strstr (error->message, "LowMemoryPerUser"));
}

/* What is of a GPU that is gone, or of a type that it makes no more, takes no memory there is. */
static void
test_memory_of_what_is_gone (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (Scratch) host = scratch_new ();

  call_add_gpu (fixture, GPU, TRUE, 9);
  machine_add_vgpu (host, UUID, GPU, SMALL_TYPE, 7);
  machine_add_vgpu (host, UUID_2, "0000:03:00.0", TYPE, 8);
  gvt_registry_commit_vgpu (fixture->context.registry,
                            UUID,
                            gvt_scan_device (host->root, UUID),
                            NULL,
                            gvt_record_new (1000, "", "", FALSE));
  gvt_registry_commit_vgpu (fixture->context.registry,
                            UUID_2,
                            gvt_scan_device (host->root, UUID_2),
                            NULL,
                            gvt_record_new (1000, "", "", FALSE));
  limits (fixture)->low_memory_per_user_mib = MIB_OF_TYPE;
  begin_create (fixture, 1000, ACTIVE);
  call_check_passes (fixture, "");
  limits (fixture)->low_memory_per_user_mib = MIB_OF_TYPE - 1;
  check_refused (fixture, ACTIVE, "would bring user 1000 to 128 MiB of aperture");
}

static void
add (const char *name, void (*test) (CallFixture *, gconstpointer))
{
  g_test_add (name, CallFixture, NULL, call_set_up, test, call_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/quota/places", test_places);
  add ("/quota/number", test_number);
  add ("/quota/memory", test_memory);
  add ("/quota/start", test_start);
  add ("/quota/memory-of-what-is-gone", test_memory_of_what_is_gone);
  return g_test_run ();
}
