/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What calls are checked for, and that what was authorised is what would be done.
 */

#include <string.h>

#include "call-fixture.h"
#include "gvt-names.h"
#include "scan.h"

#define OTHER_GPU "0000:03:00.0"
#define CREATE(arguments) GVT_INTERFACE_MANAGER, "CreateVgpu", 1000, "(" arguments ")"
#define PREPARE(uuids)                                                                             \
  GVT_INTERFACE_DOMAINS, "Prepare", 1000,                                                          \
      "('win10', '" UUID_3 "', " uuids ", uint64 4194304, @a{sv} {})"

static void
begin_on_vgpu (CallFixture *fixture, const char *member, guint32 uid, const char *arguments)
{
  call_begin (fixture, GVT_INTERFACE_VGPU, member, uid, arguments);
  fixture->call->uuid = g_strdup (UUID);
}

static void
test_create (CallFixture *fixture, gconstpointer data)
{
  const GvtTransition *transition;

  call_add_gpu (fixture, GPU, TRUE, 1);
  call_begin (fixture,
              CREATE ("'" GPU "', '" TYPE "', {'uuid': <'" UUID "'>, 'label': <'win10'>}"));
  call_check_passes (fixture, "");
  transition = call_get_transition (fixture);
  g_assert_cmpstr (transition->uuid, ==, UUID);
  g_assert_true (transition->active);
  g_assert_null (transition->definition);
  g_assert_cmpuint (transition->record->owner, ==, 1000);
  g_assert_cmpstr (call_get_detail (fixture, "gpu"), ==, GPU);
  g_assert_cmpstr (call_get_detail (fixture, "type"), ==, TYPE);
  g_assert_cmpstr (call_get_detail (fixture, "uuid"), ==, UUID);
  g_assert_cmpstr (call_get_detail (fixture, "label"), ==, "win10");
}

typedef struct {
  const char *arguments;
  GvtError code;
} Refused;

static void
test_create_refused (CallFixture *fixture, gconstpointer data)
{
  static const Refused refused[] = {
    { "('" GPU "', '" TYPE "', {'uuid': <'x'>})", GVT_ERROR_INVALID_ARGUMENT },
    { "('" GPU "', '" TYPE "', {'uuid': <'" NIL_UUID "'>})", GVT_ERROR_INVALID_ARGUMENT },
    { "('" GPU "', '" TYPE "', {'uuid': <'" UUID "'>})", GVT_ERROR_ALREADY_EXISTS },
    { "('" GPU "', '" TYPE "', {'label': <'a b'>})", GVT_ERROR_INVALID_ARGUMENT },
    { "('" GPU "', '" TYPE "', {'label': <'taken'>})", GVT_ERROR_ALREADY_EXISTS },
    { "('" GPU "', '" TYPE "', {'start': <'never'>})", GVT_ERROR_INVALID_ARGUMENT },
    { "('" GPU "', '" TYPE "', {'activate': <false>})", GVT_ERROR_INVALID_ARGUMENT },
    { "('" GPU "', '" TYPE "', {'colour': <'red'>})", GVT_ERROR_INVALID_ARGUMENT },
    { "('" GPU "', '../../../etc', @a{sv} {})", GVT_ERROR_NOT_FOUND },
    { "('../../..', '" TYPE "', @a{sv} {})", GVT_ERROR_NOT_FOUND },
    { "('', 'nonsense', @a{sv} {})", GVT_ERROR_NOT_FOUND },
    { "('" OTHER_GPU "', '" TYPE "', @a{sv} {})", GVT_ERROR_NO_CAPACITY },
  };

  call_add_gpu (fixture, GPU, TRUE, 1);
  call_add_gpu (fixture, OTHER_GPU, FALSE, 0);
  call_add_vgpu (fixture, UUID, 1000, "taken");
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    call_begin (fixture, GVT_INTERFACE_MANAGER, "CreateVgpu", 1000, refused[i].arguments);
    call_check_fails (fixture, refused[i].code);
    g_assert_cmpuint (fixture->call->transitions->len, ==, 0);
  }
}

static void
test_create_at_boot_needs_more (CallFixture *fixture, gconstpointer data)
{
  call_add_gpu (fixture, GPU, TRUE, 1);
  call_begin (fixture, CREATE ("'', '" TYPE "', {'start': <'boot'>}"));
  call_check_passes (fixture, GVT_ACTION_AUTOSTART);
  g_assert_true (call_get_transition (fixture)->definition->automatic);
}

/* The GPU that polkit was told of, and the UUID, are those that are used, whatever is best by then. */
static void
test_what_was_chosen_stays (CallFixture *fixture, gconstpointer data)
{
  g_autofree char *uuid = NULL;

  call_add_gpu (fixture, GPU, FALSE, 7);
  call_add_gpu (fixture, OTHER_GPU, FALSE, 1);
  call_begin (fixture, CREATE ("'', '" TYPE "', @a{sv} {}"));
  call_check_passes (fixture, "");
  g_assert_cmpstr (call_get_detail (fixture, "gpu"), ==, GPU);
  uuid = g_strdup (call_get_transition (fixture)->uuid);
  call_add_gpu (fixture, OTHER_GPU, FALSE, 9);
  call_check_passes (fixture, "");
  g_assert_cmpstr (call_get_detail (fixture, "gpu"), ==, GPU);
  g_assert_cmpstr (call_get_transition (fixture)->parent, ==, GPU);
  g_assert_cmpstr (call_get_transition (fixture)->uuid, ==, uuid);
}

/* A file that is no definition now may be one in a moment, and somebody's. */
static void
test_create_over_unreadable (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) records = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GvtRecord) record = gvt_record_new (1001, "", "", FALSE);
  GvtVgpu *vgpu;

  call_add_gpu (fixture, GPU, TRUE, 1);
  g_hash_table_insert (records, (gpointer) UUID, record);
  gvt_registry_load_records (fixture->context.registry, records);
  vgpu = (GvtVgpu *) gvt_registry_get_vgpu (fixture->context.registry, UUID);
  vgpu->unreadable = TRUE;
  call_begin (fixture, CREATE ("'" GPU "', '" TYPE "', {'uuid': <'" UUID "'>}"));
  call_check_fails (fixture, GVT_ERROR_ALREADY_EXISTS);
  /* A record alone is what is left of one. */
  vgpu->unreadable = FALSE;
  call_check_passes (fixture, "");
}

/* One that is only on its way takes its UUID all the same. */
static void
test_create_over_another (CallFixture *fixture, gconstpointer data)
{
  call_add_gpu (fixture, GPU, TRUE, 1);
  g_assert_true (gvt_registry_reserve (fixture->context.registry, UUID, NULL, NULL));
  call_begin (fixture, CREATE ("'" GPU "', '" TYPE "', {'uuid': <'" UUID "'>}"));
  call_check_fails (fixture, GVT_ERROR_ALREADY_EXISTS);
  gvt_registry_release (fixture->context.registry, UUID);
  call_check_passes (fixture, "");
}

/* While the kernel takes it away nothing else can be done with it, nor is anybody asked whether. */
static void
test_being_removed (CallFixture *fixture, gconstpointer data)
{
  static const char *const members[] = { "Start", "Stop", "Define", "Undefine", "Remove" };
  GvtVgpu *vgpu;

  call_add_gpu (fixture, GPU, TRUE, 1);
  call_add_vgpu (fixture, UUID, 1000, "");
  vgpu = (GvtVgpu *) gvt_registry_get_vgpu (fixture->context.registry, UUID);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++) {
    vgpu->device->removing = TRUE;
    begin_on_vgpu (fixture, members[i], 1000, "(@a{sv} {},)");
    call_check_fails (fixture, GVT_ERROR_BUSY);
    g_assert_cmpuint (fixture->call->transitions->len, ==, 0);
    vgpu->device->removing = FALSE;
    call_check_passes (fixture, "");
  }
}

/* One that is defined only, of a GPU that is gone or does not make its type any more. */
static void
test_start_refused (CallFixture *fixture, gconstpointer data)
{
  call_add_vgpu (fixture, UUID, 1000, "");
  gvt_registry_commit_device (fixture->context.registry, UUID, NULL);
  begin_on_vgpu (fixture, "Start", 1000, "(@a{sv} {},)");
  call_check_fails (fixture, GVT_ERROR_NOT_FOUND);
  call_add_gpu (fixture, GPU, TRUE, 1);
  call_check_passes (fixture, "");
  g_assert_true (call_get_transition (fixture)->active);
}

/* What somebody else made is nobody's, so there is nothing to be written down of it. */
static void
test_undefine_without_record (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (Scratch) host = scratch_new ();

  machine_add_vgpu (host, UUID, GPU, TYPE, 7);
  gvt_registry_commit_vgpu (fixture->context.registry,
                            UUID,
                            gvt_scan_device (host->root, UUID),
                            gvt_definition_new (UUID, GPU, TYPE, FALSE),
                            NULL);
  begin_on_vgpu (fixture, "Undefine", 0, "(@a{sv} {},)");
  call_check_passes (fixture, "");
  g_assert_null (call_get_transition (fixture)->definition);
  g_assert_null (call_get_transition (fixture)->record);
}

#define STRIP(uuid, options)                                                                       \
  GVT_INTERFACE_DOMAINS, "StripXml", 1000, "('<domain/>', '" uuid "', " options ")"

static void
test_strip (CallFixture *fixture, gconstpointer data)
{
  call_begin (fixture, STRIP (UUID, "@a{sv} {}"));
  call_check_passes (fixture, "");
  g_assert_cmpstr (call_get_detail (fixture, "uuid"), ==, UUID);
  call_begin (fixture, STRIP (UUID, "{'rom': <'x'>}"));
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
  call_begin (fixture,
              GVT_INTERFACE_DOMAINS,
              "Detach",
              1000,
              "('win10', '" UUID "', {'rom': <'x'>})");
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
  call_begin (fixture, STRIP ("../x", "@a{sv} {}"));
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
  g_assert_null (call_get_detail (fixture, "uuid"));
}

static void
test_vgpu_methods (CallFixture *fixture, gconstpointer data)
{
  call_add_gpu (fixture, GPU, TRUE, 1);
  call_add_vgpu (fixture, UUID, 1000, "win10");
  call_add_vgpu (fixture, UUID_2, 1000, "other");
  begin_on_vgpu (fixture, "Remove", 1000, "(@a{sv} {},)");
  call_check_passes (fixture, "");
  g_assert_null (call_get_transition (fixture)->record);
  g_assert_cmpstr (call_get_detail (fixture, "label"), ==, "win10");
  begin_on_vgpu (fixture, "Remove", 1000, "({'force': <true>},)");
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
  begin_on_vgpu (fixture, "SetLabel", 1000, "('other', @a{sv} {})");
  call_check_fails (fixture, GVT_ERROR_ALREADY_EXISTS);
  begin_on_vgpu (fixture, "SetLabel", 1000, "('win10', @a{sv} {})");
  call_check_passes (fixture, "");
  begin_on_vgpu (fixture, "SetStart", 1000, "('boot', @a{sv} {})");
  call_check_passes (fixture, GVT_ACTION_AUTOSTART);
  begin_on_vgpu (fixture, "SetStart", 1000, "('domain', @a{sv} {})");
  call_check_passes (fixture, "");
  begin_on_vgpu (fixture, "SetStart", 1000, "('never', @a{sv} {})");
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
  begin_on_vgpu (fixture, "SetStart", 1000, "('boot', {'now': <true>})");
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
  begin_on_vgpu (fixture, "Adopt", 0, "(uint32 4294967295, @a{sv} {})");
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
  begin_on_vgpu (fixture, "Adopt", 0, "(uint32 4000000000, @a{sv} {})");
  call_check_passes (fixture, "");
  g_assert_cmpuint (call_get_transition (fixture)->record->owner, ==, 4000000000);
}

static void
test_no_such_vgpu (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  begin_on_vgpu (fixture, "Start", 1000, "(@a{sv} {},)");
  call_check_fails (fixture, GVT_ERROR_NOT_FOUND);
  begin_on_vgpu (fixture, "Adopt", 0, "(uint32 1, @a{sv} {})");
  call_check_fails (fixture, GVT_ERROR_NOT_FOUND);
  call_begin (fixture, GVT_INTERFACE_VGPU, "Start", 1000, "(@a{sv} {},)");
  g_assert_null (gvt_call_get_vgpu (fixture->call, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* One that is only on its way is none yet. */
  g_assert_true (gvt_registry_reserve (fixture->context.registry, UUID, NULL, NULL));
  begin_on_vgpu (fixture, "Start", 1000, "(@a{sv} {},)");
  g_assert_null (gvt_call_get_vgpu (fixture->call, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
  gvt_registry_release (fixture->context.registry, UUID);
}

/* The kernel may call a parent what no directory can be called. */
static void
test_unsafe_parent (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (Scratch) host = scratch_new ();
  GvtDeviceInfo *device;

  machine_add_vgpu (host, UUID, GPU, TYPE, 7);
  device = gvt_scan_device (host->root, UUID);
  g_free (device->parent);
  device->parent = g_strdup ("..");
  gvt_registry_commit_vgpu (fixture->context.registry, UUID, device, NULL, NULL);
  begin_on_vgpu (fixture, "SetStart", 0, "('manual', @a{sv} {})");
  call_check_fails (fixture, GVT_ERROR_NOT_SUPPORTED);
  begin_on_vgpu (fixture, "Define", 0, "(@a{sv} {},)");
  call_check_fails (fixture, GVT_ERROR_NOT_SUPPORTED);
}

static void
test_prepare (CallFixture *fixture, gconstpointer data)
{
  call_add_gpu (fixture, GPU, TRUE, 1);
  call_add_vgpu (fixture, UUID, 1000, "");
  call_begin (fixture, PREPARE ("['" UUID "', '" UUID "', '" UUID_2 "']"));
  call_check_passes (fixture, GVT_ACTION_RAISE_MEMLOCK);
  g_assert_cmpstr (call_get_transition (fixture)->uuid, ==, UUID);
  g_assert_cmpstr (call_get_transition (fixture)->record->domain, ==, UUID_3);
  g_assert_cmpstr (call_get_detail (fixture, "domain"), ==, UUID_3);
  call_begin (fixture, PREPARE ("['" UUID_2 "']"));
  call_check_passes (fixture, "");
  call_begin (fixture, PREPARE ("['../x']"));
  call_check_fails (fixture, GVT_ERROR_INVALID_ARGUMENT);
}

/* One that cannot be had is refused with all others: a VM starts with all its vGPUs or not. */
static void
test_prepare_refused (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GvtVgpu *vgpu;

  call_add_vgpu (fixture, UUID, 1000, "");
  call_add_vgpu (fixture, UUID_2, 1000, "");
  vgpu = (GvtVgpu *) gvt_registry_get_vgpu (fixture->context.registry, UUID_2);
  vgpu->device->removing = TRUE;
  call_begin (fixture, PREPARE ("['" UUID "', '" UUID_2 "']"));
  call_check_fails (fixture, GVT_ERROR_BUSY);
  /* Its GPU is gone, too. */
  gvt_registry_commit_device (fixture->context.registry, UUID_2, NULL);
  g_assert_false (call_check (fixture, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, UUID_2));
  g_assert_nonnull (strstr (error->message, UUID_3));
  g_assert_nonnull (strstr (error->message, GPU));
}

/* One answer of polkit's is for all vGPUs of others, so it must hear of all. */
static void
test_prepare_of_others (CallFixture *fixture, gconstpointer data)
{
  call_add_gpu (fixture, GPU, TRUE, 1);
  call_add_vgpu (fixture, UUID, 1001, "");
  call_add_vgpu (fixture, UUID_2, 1002, "");
  call_begin (fixture, PREPARE ("['" UUID "', '" UUID_2 "']"));
  call_check_passes (fixture, GVT_ACTION_MANAGE_OTHERS " " GVT_ACTION_RAISE_MEMLOCK);
  g_assert_cmpstr (call_get_detail (fixture, "uuid"), ==, UUID " " UUID_2);
}

static void
test_needs_no_more (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) actions = NULL;
  g_autoptr (GHashTable) details = NULL;
  g_autoptr (GError) error = NULL;
  GvtCall *call;

  call_begin (fixture, CREATE ("'', '', @a{sv} {}"));
  call = fixture->call;
  gvt_call_require (call, "a");
  gvt_call_require (call, "b");
  gvt_call_require (call, "a");
  g_assert_cmpuint (call->actions->len, ==, 2);
  gvt_call_tell (call, "uuid", UUID);
  actions = g_steal_pointer (&call->actions);
  details = g_steal_pointer (&call->details);

  gvt_call_begin_needs (call);
  g_assert_true (gvt_call_needs_no_more (call, actions, details, &error));
  gvt_call_require (call, "b");
  g_assert_false (gvt_call_needs_no_more (call, actions, details, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_CONFLICT);
  g_clear_error (&error);
  gvt_call_tell (call, "uuid", UUID);
  g_assert_true (gvt_call_needs_no_more (call, actions, details, &error));
  gvt_call_tell (call, "uuid", UUID_2);
  g_assert_false (gvt_call_needs_no_more (call, actions, details, &error));
  g_clear_error (&error);
  gvt_call_tell (call, "uuid", UUID);
  gvt_call_require (call, "c");
  g_assert_false (gvt_call_needs_no_more (call, actions, details, &error));
  g_assert_error (error, GVT_ERROR, GVT_ERROR_CONFLICT);
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
  add ("/calls/create", test_create);
  add ("/calls/create-refused", test_create_refused);
  add ("/calls/create-at-boot-needs-more", test_create_at_boot_needs_more);
  add ("/calls/what-was-chosen-stays", test_what_was_chosen_stays);
  add ("/calls/create-over-unreadable", test_create_over_unreadable);
  add ("/calls/create-over-another", test_create_over_another);
  add ("/calls/being-removed", test_being_removed);
  add ("/calls/start-refused", test_start_refused);
  add ("/calls/undefine-without-record", test_undefine_without_record);
  add ("/calls/strip", test_strip);
  add ("/calls/vgpu-methods", test_vgpu_methods);
  add ("/calls/no-such-vgpu", test_no_such_vgpu);
  add ("/calls/unsafe-parent", test_unsafe_parent);
  add ("/calls/prepare", test_prepare);
  add ("/calls/prepare-refused", test_prepare_refused);
  add ("/calls/prepare-of-others", test_prepare_of_others);
  add ("/calls/needs-no-more", test_needs_no_more);
  return g_test_run ();
}
