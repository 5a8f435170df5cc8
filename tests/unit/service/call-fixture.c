/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls without a bus.
 */

#include "call-fixture.h"

#include "paths.h"
#include "scan.h"

static void
drop_call (CallFixture *fixture)
{
  GvtCall *call = g_steal_pointer (&fixture->call);

  if (call == NULL)
    return;
  g_variant_unref (call->parameters);
  g_clear_pointer (&call->reply, g_variant_unref);
  g_ptr_array_unref (call->transitions);
  g_ptr_array_unref (call->actions);
  g_hash_table_unref (call->details);
  g_free (call->uuid);
  g_free (call->gpu);
  g_free (call);
}

void
call_set_up (CallFixture *fixture, gconstpointer data)
{
  g_autoptr (Scratch) nothing = scratch_new ();

  fixture->context.registry = gvt_registry_new ();
  fixture->context.configuration = gvt_configuration_load (nothing->root, NULL);
}

void
call_tear_down (CallFixture *fixture, gconstpointer data)
{
  drop_call (fixture);
  g_object_unref (fixture->context.registry);
  gvt_configuration_free (fixture->context.configuration);
}

void
call_add_gpu (CallFixture *fixture, const char *name, gboolean boot_vga, guint available)
{
  g_autoptr (Scratch) host = scratch_new ();
  g_autofree char *text = g_strdup_printf ("%u\n", available);
  GvtParentInfo *parent;

  machine_add_parent (host, name, "pci");
  machine_add_type (host, name, TYPE, TYPE, "low_gm_size: 128MB\n", text);
  parent = gvt_scan_parent (host->root, name);
  parent->boot_vga = boot_vga;
  gvt_registry_commit_parent (fixture->context.registry, parent);
}

void
call_add_vgpu (CallFixture *fixture, const char *uuid, guint32 owner, const char *label)
{
  g_autoptr (Scratch) host = scratch_new ();

  machine_add_vgpu (host, uuid, GPU, TYPE, 7);
  gvt_registry_commit_vgpu (fixture->context.registry,
                            uuid,
                            gvt_scan_device (host->root, uuid),
                            gvt_definition_new (uuid, GPU, TYPE, FALSE),
                            gvt_record_new (owner, label, "", FALSE));
}

static void
begin_anew (GvtCall *call)
{
  g_ptr_array_set_size (call->transitions, 0);
  g_clear_pointer (&call->reply, g_variant_unref);
  g_clear_pointer (&call->actions, g_ptr_array_unref);
  g_clear_pointer (&call->details, g_hash_table_unref);
  gvt_call_begin_needs (call);
}

void
call_begin (CallFixture *fixture,
            const char *interface,
            const char *member,
            guint32 uid,
            const char *arguments)
{
  drop_call (fixture);
  fixture->call = g_new0 (GvtCall, 1);
  fixture->call->context = &fixture->context;
  fixture->call->method = gvt_methods_find (interface, member);
  fixture->call->parameters = g_variant_ref_sink (g_variant_new_parsed (arguments));
  fixture->call->uid = uid;
  fixture->call->transitions = g_ptr_array_new_with_free_func (
      (GDestroyNotify) gvt_transition_free);
  gvt_call_begin_needs (fixture->call);
}

gboolean
call_check (CallFixture *fixture, GError **error)
{
  begin_anew (fixture->call);
  return fixture->call->method->check (fixture->call, error);
}

void
call_check_passes (CallFixture *fixture, const char *actions)
{
  g_autofree char *needed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (call_check (fixture, &error));
  g_assert_no_error (error);
  g_ptr_array_add (fixture->call->actions, NULL);
  needed = g_strjoinv (" ", (char **) fixture->call->actions->pdata);
  g_ptr_array_set_size (fixture->call->actions, (int) fixture->call->actions->len - 1);
  g_assert_cmpstr (needed, ==, actions);
}

void
call_check_fails (CallFixture *fixture, GvtError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (call_check (fixture, &error));
  g_assert_error (error, GVT_ERROR, (int) code);
}

const char *
call_get_detail (CallFixture *fixture, const char *key)
{
  return g_hash_table_lookup (fixture->call->details, key);
}

const GvtTransition *
call_get_transition (CallFixture *fixture)
{
  g_assert_cmpuint (fixture->call->transitions->len, ==, 1);
  return g_ptr_array_index (fixture->call->transitions, 0);
}
