/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases whose daemon is gone: what is unused goes, whatever is in the way at first; nothing else does.
 */

#include "lease-keeper.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "change.h"
#include "scan.h"
#include "transition-fixture.h"
#include "wait.h"

#define NO_PROCESS 4242
#define VM UUID_3

typedef struct {
  TransitionFixture *fixture;
  GvtRegistry *registry;
  GvtLeaseKeeper *keeper;
} Kept;

/* A vGPU prepared for a VM by a daemon, with or without start policy `domain`. */
static void
kept_begin (Kept *self, TransitionFixture *fixture, guint64 daemon, gboolean with_domain)
{
  g_autoptr (GvtTransition) transition = transition_begin (fixture);
  g_autoptr (GvtParentInfo) parent = gvt_scan_parent (fixture->root, GPU);
  GvtRecord *record = gvt_record_new (1000, "", VM, with_domain);

  self->fixture = fixture;
  record->lease_pid = daemon;
  record->lease_started = 1;
  transition_want (transition, "dfr", 1000);
  gvt_transition_set_record (transition, record);
  transition_succeed (fixture, transition);
  self->registry = gvt_registry_new ();
  gvt_registry_commit_parent (self->registry, g_steal_pointer (&parent));
  gvt_registry_commit_vgpu (self->registry,
                            UUID,
                            gvt_device_info_copy (fixture->vgpu->device),
                            gvt_definition_copy (fixture->vgpu->definition),
                            gvt_record_copy (fixture->vgpu->record));
}

static void
kept_watch (Kept *self)
{
  self->keeper = gvt_lease_keeper_new (self->fixture->root, self->registry);
}

static gboolean
nobody_else_holds (gpointer object)
{
  return g_atomic_int_get (&G_OBJECT (object)->ref_count) == 1;
}

static void
kept_clear (Kept *self)
{
  wait_until (nobody_else_holds, self->keeper);
  g_object_unref (self->keeper);
  g_object_unref (self->registry);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kept, kept_clear)

static gboolean
is_removed (gpointer registry)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (registry, UUID);

  return vgpu->device == NULL && !vgpu->reserved;
}

static void
check_removed (Kept *self)
{
  wait_until (is_removed, self->registry);
  transition_check_is (self->fixture, "fr");
  g_assert_cmpuint (gvt_registry_get_vgpu (self->registry, UUID)->record->lease_pid, ==, 0);
  g_assert_cmpstr (gvt_vgpu_domain (gvt_registry_get_vgpu (self->registry, UUID)), ==, VM);
}

static void
test_unused (TransitionFixture *fixture, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };

  kept_begin (&kept, fixture, NO_PROCESS, TRUE);
  kept_watch (&kept);
  check_removed (&kept);
}

static gboolean
let_go (gpointer fixture)
{
  simulated_host_control (((TransitionFixture *) fixture)->host, "unhold " UUID);
  return G_SOURCE_REMOVE;
}

static void
test_still_used (TransitionFixture *fixture, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };

  kept_begin (&kept, fixture, NO_PROCESS, TRUE);
  simulated_host_control (fixture->host, "hold " UUID " 999999 1000 qemu-system-x86");
  kept_watch (&kept);
  g_timeout_add (500, let_go, fixture);
  check_removed (&kept);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes remove"), ==, 1);
}

static gboolean
release (gpointer registry)
{
  gvt_registry_release (registry, UUID);
  return G_SOURCE_REMOVE;
}

/* Somebody's call is under way on it at that moment. */
static void
test_reserved (TransitionFixture *fixture, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };

  kept_begin (&kept, fixture, NO_PROCESS, TRUE);
  g_assert_true (gvt_registry_reserve (kept.registry, UUID, NULL, NULL));
  kept_watch (&kept);
  g_timeout_add (500, release, kept.registry);
  check_removed (&kept);
}

static void
test_kernel_refuses (TransitionFixture *fixture, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };

  kept_begin (&kept, fixture, NO_PROCESS, TRUE);
  simulated_host_control (fixture->host, "fail remove 1 EIO");
  kept_watch (&kept);
  check_removed (&kept);
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes remove"), ==, 2);
}

/* It is for its own sake that it exists. */
static void
test_not_for_a_vm_alone (TransitionFixture *fixture, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };

  kept_begin (&kept, fixture, NO_PROCESS, FALSE);
  kept_watch (&kept);
  wait_until (nobody_else_holds, kept.keeper);
  transition_check_is (fixture, "dfr");
}

/* This test plays the daemon, so that it lives; the VM is a process that can be awaited. */
static GPid
start_vm (Kept *self, TransitionFixture *fixture)
{
  static const char *const sleep[] = { "sleep", "1000", NULL };
  const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD;
  GPid vm = 0;
  g_autofree char *stat = g_strdup_printf ("/proc/%d/stat", (int) getpid ());

  scratch_write (fixture->host->scratch,
                 stat,
                 "1 (libvirtd) S 1 1 1 0 1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n");
  kept_begin (self, fixture, (guint64) getpid (), TRUE);
  g_assert_true (g_spawn_async (NULL, (char **) sleep, NULL, flags, NULL, NULL, &vm, NULL));
  simulated_host_control (fixture->host, "hold " UUID " %d 1000 qemu-system-x86", (int) vm);
  kept_watch (self);
  return vm;
}

/* Whether a descriptor of ours is for that process. */
static gboolean
is_awaited (gpointer vm)
{
  g_autofree char *wanted = g_strdup_printf ("\nPid:\t%d\n", *(GPid *) vm);
  g_autoptr (GDir) descriptors = g_dir_open ("/proc/self/fdinfo", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (descriptors)) != NULL) {
    g_autofree char *path = g_build_filename ("/proc/self/fdinfo", name, NULL);
    g_autofree char *text = NULL;

    if (g_file_get_contents (path, &text, NULL, NULL) && strstr (text, wanted) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* The keeper looks for it some seconds after the vGPU was prepared. */
static void
end_vm (Kept *self, GPid vm)
{
  wait_until (is_awaited, &vm);
  simulated_host_control (self->fixture->host, "unhold " UUID);
  g_assert_no_errno (kill (vm, SIGKILL));
  g_assert_cmpint (waitpid (vm, NULL, 0), ==, vm);
}

static void
test_vm_ended (TransitionFixture *fixture, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };
  GPid vm = start_vm (&kept, fixture);

  end_vm (&kept, vm);
  check_removed (&kept);
}

static void
prepare_anew (Kept *self)
{
  GPtrArray *transitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_transition_free);
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (self->registry, UUID);
  GvtTransition *transition = gvt_transition_new (UUID, GPU, TYPE, vgpu);
  g_autoptr (GAsyncResult) result = NULL;

  transition->may_exist = TRUE;
  transition->for_a_vm = TRUE;
  g_ptr_array_add (transitions, transition);
  gvt_change_run_async (self->registry,
                        self->fixture->root,
                        transitions,
                        wait_take_result,
                        &result);
  wait_for_result (&result);
  g_assert_true (gvt_change_run_finish (self->registry, result, NULL));
}

static gboolean
set (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
is_set (gpointer flag)
{
  return *(gboolean *) flag;
}

/* The same VM by the same daemon, before the end of the first was dealt with; it has yet to open it. */
static void
test_vm_started_again (TransitionFixture *fixture, gconstpointer data)
{
  g_auto (Kept) kept = { 0 };
  GPid vm = start_vm (&kept, fixture);
  gboolean over = FALSE;

  end_vm (&kept, vm);
  prepare_anew (&kept);
  g_timeout_add_seconds (5, set, &over);
  wait_until (is_set, &over);
  transition_check_is (fixture, "dfr");
  g_assert_cmpuint (simulated_host_count (fixture->host, "writes remove"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  transition_add ("lease/unused", test_unused);
  transition_add ("lease/still-used", test_still_used);
  transition_add ("lease/reserved", test_reserved);
  transition_add ("lease/kernel-refuses", test_kernel_refuses);
  transition_add ("lease/not-for-a-vm-alone", test_not_for_a_vm_alone);
  transition_add ("lease/vm-ended", test_vm_ended);
  transition_add ("lease/vm-started-again", test_vm_started_again);
  return g_test_run ();
}
