/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose word counts: a scan's, a change's, or that of a change under way.
 */

#include "registry.h"

#include "gvt-error.h"
#include "machine.h"

typedef struct {
  GvtRegistry *registry;
  GPtrArray *heard; /* of char: signals with their argument */
} Fixture;

static void
on_signal (GvtRegistry *registry, const char *name, gpointer user_data)
{
  GSignalInvocationHint *hint = g_signal_get_invocation_hint (registry);
  Fixture *fixture = g_object_get_data (G_OBJECT (registry), "fixture");

  g_ptr_array_add (fixture->heard,
                   g_strdup_printf ("%s %s", g_signal_name (hint->signal_id), name));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->registry = gvt_registry_new ();
  fixture->heard = g_ptr_array_new_with_free_func (g_free);
  g_object_set_data (G_OBJECT (fixture->registry), "fixture", fixture);
  g_signal_connect (fixture->registry, "parent-changed", G_CALLBACK (on_signal), NULL);
  g_signal_connect (fixture->registry, "vgpu-changed", G_CALLBACK (on_signal), NULL);
  g_signal_connect (fixture->registry, "record-orphaned", G_CALLBACK (on_signal), NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->registry);
  g_ptr_array_unref (fixture->heard);
}

/* Whether exactly these signals came since the last look. */
static void
check_heard (Fixture *fixture, const char *expected)
{
  g_autofree char *heard = NULL;

  g_ptr_array_add (fixture->heard, NULL);
  heard = g_strjoinv (", ", (char **) fixture->heard->pdata);
  g_assert_cmpstr (heard, ==, expected);
  g_ptr_array_set_size (fixture->heard, 0);
}

static GvtHostState *
new_state (void)
{
  GvtHostState *state = g_new0 (GvtHostState, 1);

  state->parents = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_parent_info_free);
  state->devices = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_device_info_free);
  state->definitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_definition_free);
  state->unreadable = g_ptr_array_new_with_free_func (g_free);
  state->directories = g_ptr_array_new_with_free_func (g_free);
  state->complete = TRUE;
  return state;
}

static GvtParentInfo *
new_parent (const char *name, guint available)
{
  GvtParentInfo *parent = g_new0 (GvtParentInfo, 1);

  parent->name = g_strdup (name);
  parent->pci_address = g_strdup (name);
  parent->model = g_strdup_printf ("%u", available);
  parent->driver = g_strdup ("i915");
  parent->render_node = g_strdup ("");
  parent->types = g_ptr_array_new ();
  return parent;
}

static GvtDeviceInfo *
new_device (const char *uuid)
{
  GvtDeviceInfo *device = g_new0 (GvtDeviceInfo, 1);

  device->uuid = g_strdup (uuid);
  device->parent = g_strdup (GPU);
  device->type = g_strdup (TYPE);
  device->group = 1;
  return device;
}

/* What a scan finds: 'p' the GPU, 'd' the device, 'f' a definition, 'u' a file that is none. */
static gboolean
apply (Fixture *fixture, const char *found, guint64 epoch)
{
  g_autoptr (GvtHostState) state = new_state ();

  for (; *found != '\0'; found++) {
    if (*found == 'p')
      g_ptr_array_add (state->parents, new_parent (GPU, 1));
    else if (*found == 'd')
      g_ptr_array_add (state->devices, new_device (UUID));
    else if (*found == 'f')
      g_ptr_array_add (state->definitions, gvt_definition_new (UUID, GPU, TYPE, FALSE));
    else if (*found == 'u')
      g_ptr_array_add (state->unreadable, g_strdup (UUID));
  }
  return gvt_registry_apply_scan (fixture->registry, state, epoch);
}

static gboolean
scan (Fixture *fixture, const char *found)
{
  return apply (fixture, found, gvt_registry_begin_scan (fixture->registry));
}

/* How the vGPU is known: as above, and 'r' a record, '!' a reservation; "none" not at all. */
static void
check_known (Fixture *fixture, const char *expected)
{
  const GvtVgpu *vgpu = gvt_registry_get_vgpu (fixture->registry, UUID);
  g_autofree char *known = vgpu == NULL ? g_strdup ("none")
                                        : g_strconcat (vgpu->device != NULL ? "d" : "",
                                                       vgpu->definition != NULL ? "f" : "",
                                                       vgpu->record != NULL ? "r" : "",
                                                       vgpu->reserved ? "!" : "",
                                                       NULL);

  g_assert_cmpstr (known, ==, expected);
}

static void
load_record (Fixture *fixture)
{
  g_autoptr (GHashTable) records = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GvtRecord) record = gvt_record_new (1000, "win10", "", FALSE);

  g_hash_table_insert (records, (gpointer) UUID, record);
  gvt_registry_load_records (fixture->registry, records);
}

static void
reserve (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (gvt_registry_reserve (fixture->registry, UUID, NULL, &error));
  g_assert_no_error (error);
}

#define SAID_VGPU "vgpu-changed " UUID
#define SAID_GPU "parent-changed " GPU
#define SAID_ORPHAN "record-orphaned " UUID

static void
test_scans (Fixture *fixture, gconstpointer data)
{
  g_assert_true (scan (fixture, ""));
  check_heard (fixture, "");
  g_assert_true (scan (fixture, "pd"));
  check_known (fixture, "d");
  check_heard (fixture, SAID_GPU ", " SAID_VGPU);
  scan (fixture, "pd");
  check_heard (fixture, "");
  scan (fixture, "pdf");
  check_known (fixture, "df");
  check_heard (fixture, SAID_VGPU);
  scan (fixture, "pf");
  check_known (fixture, "f");
  scan (fixture, "p");
  check_known (fixture, "none");
  check_heard (fixture, SAID_VGPU ", " SAID_VGPU);
}

/* A vGPU waits for its GPU, and says so when that comes or goes. */
static void
test_parent_comes_and_goes (Fixture *fixture, gconstpointer data)
{
  scan (fixture, "f");
  check_heard (fixture, SAID_VGPU);
  scan (fixture, "pf");
  check_heard (fixture, SAID_GPU ", " SAID_VGPU);
  g_assert_nonnull (gvt_registry_get_parent (fixture->registry, GPU));
  scan (fixture, "f");
  check_heard (fixture, SAID_GPU ", " SAID_VGPU);
  g_assert_null (gvt_registry_get_parent (fixture->registry, GPU));
}

static void
test_orphaned_record (Fixture *fixture, gconstpointer data)
{
  load_record (fixture);
  scan (fixture, "pd");
  check_known (fixture, "dr");
  check_heard (fixture, SAID_GPU ", " SAID_VGPU);
  scan (fixture, "p");
  check_known (fixture, "none");
  check_heard (fixture, SAID_VGPU ", " SAID_ORPHAN);
}

static void
test_record_of_nothing (Fixture *fixture, gconstpointer data)
{
  load_record (fixture);
  scan (fixture, "");
  check_known (fixture, "none");
  check_heard (fixture, SAID_VGPU ", " SAID_ORPHAN);
}

/* mdevctl truncates and writes; an administrator's editor may leave nonsense. Neither costs a user
 * the vGPU. */
static void
test_unreadable_definition (Fixture *fixture, gconstpointer data)
{
  load_record (fixture);
  scan (fixture, "pf");
  check_known (fixture, "fr");
  check_heard (fixture, SAID_GPU ", " SAID_VGPU);
  scan (fixture, "pu");
  check_known (fixture, "fr");
  check_heard (fixture, "");
  scan (fixture, "pf");
  check_heard (fixture, "");
  scan (fixture, "pu");
  scan (fixture, "p");
  check_known (fixture, "none");
  check_heard (fixture, SAID_VGPU ", " SAID_ORPHAN);
}

static void
test_unreadable_from_the_start (Fixture *fixture, gconstpointer data)
{
  load_record (fixture);
  scan (fixture, "pu");
  check_known (fixture, "r");
  g_assert_false (gvt_vgpu_exists (gvt_registry_get_vgpu (fixture->registry, UUID)));
  scan (fixture, "pf");
  check_known (fixture, "fr");
}

/* A stranger's file that is no definition makes nothing appear. */
static void
test_unreadable_and_unknown (Fixture *fixture, gconstpointer data)
{
  scan (fixture, "pu");
  check_known (fixture, "none");
  check_heard (fixture, SAID_GPU);
}

static void
test_reserved (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  reserve (fixture);
  check_known (fixture, "!");
  g_assert_false (gvt_registry_reserve (fixture->registry, UUID, NULL, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_BUSY);
  g_assert_false (scan (fixture, "pd"));
  check_known (fixture, "!");
  gvt_registry_release (fixture->registry, UUID);
  check_known (fixture, "none");
  scan (fixture, "pd");
  check_known (fixture, "d");
}

/* A scan that began before a change ended must not undo it, one that began later must. */
static void
test_older_scan (Fixture *fixture, gconstpointer data)
{
  guint64 older;
  guint64 newer;

  reserve (fixture);
  older = gvt_registry_begin_scan (fixture->registry);
  gvt_registry_commit_vgpu (fixture->registry, UUID, new_device (UUID), NULL, NULL);
  gvt_registry_release (fixture->registry, UUID);
  g_assert_false (apply (fixture, "p", older));
  check_known (fixture, "d");
  newer = gvt_registry_begin_scan (fixture->registry);
  apply (fixture, "p", newer);
  check_known (fixture, "none");
}

static void
test_older_scan_after_removal (Fixture *fixture, gconstpointer data)
{
  guint64 older;

  scan (fixture, "pd");
  reserve (fixture);
  older = gvt_registry_begin_scan (fixture->registry);
  gvt_registry_commit_vgpu (fixture->registry, UUID, NULL, NULL, NULL);
  gvt_registry_release (fixture->registry, UUID);
  check_known (fixture, "none");
  apply (fixture, "pd", older);
  check_known (fixture, "none");
  scan (fixture, "pd");
  check_known (fixture, "d");
}

static void
check_available (Fixture *fixture, const char *expected)
{
  g_assert_cmpstr (gvt_registry_get_parent (fixture->registry, GPU)->model, ==, expected);
}

static void
test_older_scan_of_parent (Fixture *fixture, gconstpointer data)
{
  guint64 older;

  scan (fixture, "p");
  older = gvt_registry_begin_scan (fixture->registry);
  gvt_registry_commit_parent (fixture->registry, new_parent (GPU, 7));
  apply (fixture, "p", older);
  check_available (fixture, "7");
  scan (fixture, "p");
  check_available (fixture, "1");
}

/* What a change leaves of a record without a vGPU is the change's business. */
static void
test_commit (Fixture *fixture, gconstpointer data)
{
  reserve (fixture);
  gvt_registry_commit_vgpu (fixture->registry,
                            UUID,
                            new_device (UUID),
                            gvt_definition_new (UUID, GPU, TYPE, TRUE),
                            gvt_record_new (1000, "win10", "", FALSE));
  gvt_registry_set_failure (fixture->registry, UUID, "broken");
  check_known (fixture, "dfr!");
  gvt_registry_release (fixture->registry, UUID);
  check_known (fixture, "dfr");
  g_assert_nonnull (gvt_registry_find_label (fixture->registry, 1000, "win10"));
  g_assert_null (gvt_registry_find_label (fixture->registry, 1001, "win10"));
  check_heard (fixture, SAID_VGPU ", " SAID_VGPU);
  gvt_registry_set_failure (fixture->registry, UUID, "broken");
  check_heard (fixture, "");
}

static void
test_claims_count (Fixture *fixture, gconstpointer data)
{
  GvtClaim *claim = gvt_claim_new (1000, "win10", GPU, TYPE, TRUE);

  g_assert_true (gvt_registry_reserve (fixture->registry, UUID, claim, NULL));
  g_assert_nonnull (gvt_registry_find_label (fixture->registry, 1000, "win10"));
  g_assert_null (gvt_registry_find_label (fixture->registry, 1001, "win10"));
  gvt_registry_release (fixture->registry, UUID);
  g_assert_null (gvt_registry_find_label (fixture->registry, 1000, "win10"));
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/registry/scans", test_scans);
  add ("/registry/parent-comes-and-goes", test_parent_comes_and_goes);
  add ("/registry/orphaned-record", test_orphaned_record);
  add ("/registry/record-of-nothing", test_record_of_nothing);
  add ("/registry/unreadable-definition", test_unreadable_definition);
  add ("/registry/unreadable-from-the-start", test_unreadable_from_the_start);
  add ("/registry/unreadable-and-unknown", test_unreadable_and_unknown);
  add ("/registry/reserved", test_reserved);
  add ("/registry/older-scan", test_older_scan);
  add ("/registry/older-scan-after-removal", test_older_scan_after_removal);
  add ("/registry/older-scan-of-parent", test_older_scan_of_parent);
  add ("/registry/commit", test_commit);
  add ("/registry/claims-count", test_claims_count);
  return g_test_run ();
}
