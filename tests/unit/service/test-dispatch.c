/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The dispatcher on a real bus, with a polkit that answers when the test says so: nothing without a
 * row, and nothing else than what was authorised.
 */

#include "dispatch.h"

#include <string.h>

#include "call-fixture.h"
#include "fake-polkit.h"
#include "gvt-names.h"
#include "paths.h"
#include "private-bus.h"
#include "wait.h"

#define OWNER 1001
#define CALLER "({'UnixUserID': <uint32 1000>, 'ProcessID': <uint32 1>},)"

static const char description[] =
    "<node><interface name='" GVT_INTERFACE_VGPU "'>"
    "<method name='SetLabel'><arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>"
    "</method><method name='WithoutRow'/></interface></node>";

typedef struct {
  CallFixture calls;
  FakePolkit *polkit;
  GvtDispatch *dispatch;
  GDBusConnection *service;
  GDBusConnection *client;
  char *path;
} Fixture;

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *member,
         GVariant *arguments,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  gvt_dispatch_call (invocation, user_data);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const GDBusInterfaceVTable functions = { on_call, NULL, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, NULL);
  g_autoptr (GError) error = NULL;

  call_set_up (&fixture->calls, NULL);
  call_add_gpu (&fixture->calls, GPU, TRUE, 1);
  call_add_vgpu (&fixture->calls, UUID, OWNER, "before");
  fixture->polkit = fake_polkit_new ("later");
  fixture->dispatch = gvt_dispatch_new (&fixture->calls.context);
  gvt_dispatch_set_limits (fixture->dispatch, 10, 10);
  fixture->path = gvt_path_of_vgpu (UUID);
  fixture->service = private_bus_connect (fixture->polkit->bus);
  fixture->client = private_bus_connect (fixture->polkit->bus);
  private_bus_forge_credentials (fixture->service, CALLER);
  g_dbus_connection_register_object (fixture->service,
                                     fixture->path,
                                     node->interfaces[0],
                                     &functions,
                                     fixture->dispatch,
                                     NULL,
                                     &error);
  g_assert_no_error (error);
}

static gboolean
is_idle (gpointer dispatch)
{
  return gvt_dispatch_is_idle (dispatch);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  wait_until (is_idle, fixture->dispatch);
  g_object_unref (fixture->client);
  g_object_unref (fixture->service);
  g_object_unref (fixture->dispatch);
  fake_polkit_free (fixture->polkit);
  g_free (fixture->path);
  call_tear_down (&fixture->calls, NULL);
}

static void
begin (Fixture *fixture, const char *member, GVariant *arguments, GAsyncResult **result)
{
  g_dbus_connection_call (fixture->client,
                          g_dbus_connection_get_unique_name (fixture->service),
                          fixture->path,
                          GVT_INTERFACE_VGPU,
                          member,
                          arguments,
                          NULL,
                          G_DBUS_CALL_FLAGS_NONE,
                          -1,
                          NULL,
                          wait_take_result,
                          result);
}

static void
check_refused (Fixture *fixture, GAsyncResult **result, const char *code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  wait_for_result (result);
  g_assert_null (g_dbus_connection_call_finish (fixture->client, *result, &error));
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_without_row (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin (fixture, "WithoutRow", NULL, &result);
  check_refused (fixture, &result, GVT_BUS_NAME ".Error.NotAuthorized", "nobody may call this");
  g_assert_false (fake_polkit_is_asked (fixture->polkit));
}

/* What is not there any more is nobody's, and nobody is asked about it. */
static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  gvt_registry_commit_vgpu (fixture->calls.context.registry, UUID, NULL, NULL, NULL);
  begin (fixture, "SetLabel", g_variant_new_parsed ("('mine', @a{sv} {})"), &result);
  check_refused (fixture, &result, GVT_BUS_NAME ".Error.NotFound", UUID);
  g_assert_false (fake_polkit_is_asked (fixture->polkit));
}

/* Somebody was asked whether this vGPU may be renamed; by the time of the yes it is another one's. */
static void
test_changed_meanwhile (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  begin (fixture, "SetLabel", g_variant_new_parsed ("('mine', @a{sv} {})"), &result);
  wait_until (fake_polkit_is_asked, fixture->polkit);
  g_assert_nonnull (strstr (fixture->polkit->questions->str, "'label': 'before'"));
  call_add_vgpu (&fixture->calls, UUID, OWNER, "meanwhile");
  fake_polkit_say_yes (fixture->polkit);
  check_refused (fixture, &result, GVT_BUS_NAME ".Error.Conflict", "changed meanwhile");
  g_assert_cmpstr (gvt_vgpu_label (gvt_registry_get_vgpu (fixture->calls.context.registry, UUID)),
                   ==,
                   "meanwhile");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/dispatch/without-row", Fixture, NULL, set_up, test_without_row, tear_down);
  g_test_add ("/dispatch/gone", Fixture, NULL, set_up, test_gone, tear_down);
  /* The one that asks polkit, whose library stays with the bus that it was first asked on. */
  g_test_add ("/dispatch/changed-meanwhile",
              Fixture,
              NULL,
              set_up,
              test_changed_meanwhile,
              tear_down);
  return g_test_run ();
}
