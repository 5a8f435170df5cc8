/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every method call passes here, and only here. Main loop; nothing in it blocks.
 *
 * A call is admitted (its user is known and within limits), checked, authorised action by action,
 * checked again, and run. Whatever the second check asks for beyond what was authorised is refused. A
 * check that meets a repair is made again after it.
 */

#include "dispatch.h"

#include "audit.h"
#include "authorise.h"
#include "callers.h"
#include "change.h"
#include "gvt-error.h"
#include "methods.h"
#include "paths.h"
#include "repairs.h"

struct _GvtDispatch {
  GObject parent_instance;
  const GvtCallContext *context;
  GvtCallers *callers;
  GvtAudit *audit;
  guint in_flight;
};

G_DEFINE_FINAL_TYPE (GvtDispatch, gvt_dispatch, G_TYPE_OBJECT)

/* A call with what only the dispatcher needs. */
typedef struct {
  GvtCall call;
  GvtDispatch *dispatch;
  GvtAuditEntry *entry; /* of the journal; NULL for what changes nothing */
  guint next_action;
  gboolean counted;
  gboolean authorised;
  gboolean waited;     /* for repairs, since it was last authorised or arrived */
  GPtrArray *actions;  /* of char: what was authorised */
  GHashTable *details; /* of char: what polkit was told then */
} Dispatched;

static void
gvt_dispatch_finalize (GObject *object)
{
  g_clear_object (&GVT_DISPATCH (object)->callers);
  gvt_audit_free (GVT_DISPATCH (object)->audit);
  G_OBJECT_CLASS (gvt_dispatch_parent_class)->finalize (object);
}

static void
gvt_dispatch_class_init (GvtDispatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gvt_dispatch_finalize;
}

static void
gvt_dispatch_init (GvtDispatch *self)
{
  self->callers = gvt_callers_new ();
  self->audit = gvt_audit_new ();
}

GvtDispatch *
gvt_dispatch_new (const GvtCallContext *context)
{
  GvtDispatch *self = g_object_new (GVT_TYPE_DISPATCH, NULL);

  self->context = context;
  return self;
}

void
gvt_dispatch_set_limits (GvtDispatch *self, guint per_user, guint total)
{
  gvt_callers_set_limits (self->callers, per_user, total);
}

gboolean
gvt_dispatch_is_idle (GvtDispatch *self)
{
  return self->in_flight == 0;
}

static void
free_call (GvtCall *call)
{
  Dispatched *dispatched = (Dispatched *) call;
  GvtDispatch *dispatch = dispatched->dispatch;

  gvt_callers_end (dispatch->callers,
                   g_dbus_method_invocation_get_sender (call->invocation),
                   call->cancellable,
                   dispatched->counted);
  dispatch->in_flight--;
  g_object_unref (call->invocation);
  g_variant_unref (call->parameters);
  g_free (call->uuid);
  g_free (call->gpu);
  g_free (call->object);
  g_ptr_array_unref (call->transitions);
  g_ptr_array_unref (call->actions);
  g_hash_table_unref (call->details);
  g_object_unref (call->cancellable);
  g_clear_pointer (&call->reply, g_variant_unref);
  g_clear_pointer (&dispatched->actions, g_ptr_array_unref);
  g_clear_pointer (&dispatched->details, g_hash_table_unref);
  g_object_unref (dispatch);
  g_free (dispatched);
}

/* One line per call; public reading is not worth one. */
static void
log_outcome (GvtCall *call, const GError *error)
{
  Dispatched *dispatched = (Dispatched *) call;
  gint64 milliseconds = (g_get_monotonic_time () - call->begun) / 1000;

  gvt_audit_end (dispatched->dispatch->audit, dispatched->entry, call, error);
  if (call->method->rule == GVT_RULE_PUBLIC)
    return;
  g_info ("uid %u: %s %s: %s (%" G_GINT64_FORMAT " ms)",
          call->uid,
          call->method->member,
          call->uuid != NULL ? call->uuid : "-",
          error != NULL ? error->message : "done",
          milliseconds);
}

void
gvt_call_return (GvtCall *call, GVariant *reply)
{
  log_outcome (call, NULL);
  g_dbus_method_invocation_return_value (g_object_ref (call->invocation), reply);
  free_call (call);
}

void
gvt_call_fail (GvtCall *call, GError *error)
{
  /* Errors of other domains would reach the caller under names that the contract does not have. */
  if (error->domain != GVT_ERROR) {
    GError *foreign = error;

    error = g_error_new_literal (GVT_ERROR, GVT_ERROR_FAILED, foreign->message);
    g_error_free (foreign);
  }
  log_outcome (call, error);
  g_dbus_method_invocation_take_error (g_object_ref (call->invocation), error);
  free_call (call);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    gvt_call_return (call, g_steal_pointer (&call->reply));
  else
    gvt_call_fail (call, error);
}

void
gvt_call_run_transitions (GvtCall *call)
{
  if (call->transitions->len == 0) {
    gvt_call_return (call, g_steal_pointer (&call->reply));
    return;
  }
  gvt_change_run_async (call->context->registry,
                        call->context->root,
                        g_ptr_array_ref (call->transitions),
                        on_changed,
                        call);
}

static gboolean
apply_rule (GvtCall *call, GError **error)
{
  const GvtVgpu *vgpu;

  if (call->method->rule == GVT_RULE_PUBLIC || call->method->rule == GVT_RULE_CHECKED)
    return TRUE;
  if (call->method->rule == GVT_RULE_UNLESS_OWNER) {
    vgpu = gvt_call_get_vgpu (call, error);
    if (vgpu == NULL)
      return FALSE;
    if (gvt_vgpu_owner (vgpu) == call->uid)
      return TRUE;
  }
  gvt_call_require (call, call->method->action);
  return TRUE;
}

static gboolean
check (GvtCall *call, GError **error)
{
  g_autofree char *uid = g_strdup_printf ("%u", call->uid);

  g_ptr_array_set_size (call->transitions, 0);
  g_ptr_array_set_size (call->actions, 0);
  g_hash_table_remove_all (call->details);
  g_clear_pointer (&call->reply, g_variant_unref);
  gvt_call_tell (call, "uid", uid);
  return apply_rule (call, error) && call->method->check (call, error);
}

/* Once authorised, a call may need no more than that. */
static gboolean
check_whole (Dispatched *dispatched, GError **error)
{
  GvtCall *call = &dispatched->call;

  return check (call, error) &&
         (!dispatched->authorised ||
          gvt_call_needs_no_more (call, dispatched->actions, dispatched->details, error));
}

/* The vGPUs that a call would change, as far as its check has come. */
static GPtrArray *
list_vgpus (const GvtCall *call)
{
  GPtrArray *uuids = gvt_transitions_list_uuids (call->transitions);

  if (call->uuid != NULL && call->method->rule != GVT_RULE_PUBLIC)
    g_ptr_array_add (uuids, g_strdup (call->uuid));
  return uuids;
}

static void authorise_next (Dispatched *dispatched);
static void on_repaired (GObject *source, GAsyncResult *result, gpointer user_data);

/* What a check finds of a vGPU that the service is just putting right is out of date in a moment. */
static void
proceed (Dispatched *dispatched)
{
  GvtCall *call = &dispatched->call;
  GvtRegistry *registry = call->context->registry;
  g_autoptr (GError) error = NULL;
  gboolean good = check_whole (dispatched, &error);
  g_autoptr (GPtrArray) uuids = list_vgpus (call);

  if (!dispatched->waited && gvt_repairs_meet (registry, uuids)) {
    dispatched->waited = TRUE;
    gvt_repairs_await_async (registry, g_steal_pointer (&uuids), on_repaired, dispatched);
  } else if (!good)
    gvt_call_fail (call, g_steal_pointer (&error));
  else if (dispatched->authorised)
    call->method->run (call);
  else
    authorise_next (dispatched);
}

static void
on_repaired (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gvt_repairs_await_finish (GVT_REGISTRY (source), result);
  proceed (user_data);
}

static void
on_authorised (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Dispatched *dispatched = user_data;
  GError *error = NULL;

  if (gvt_authorise_finish (result, &error))
    authorise_next (dispatched);
  else
    gvt_call_fail (&dispatched->call, error);
}

/* The check that follows says anew what the call needs. */
static void
proceed_authorised (Dispatched *dispatched)
{
  GvtCall *call = &dispatched->call;

  dispatched->authorised = TRUE;
  dispatched->waited = FALSE;
  dispatched->actions = g_steal_pointer (&call->actions);
  dispatched->details = g_steal_pointer (&call->details);
  gvt_call_begin_needs (call);
  proceed (dispatched);
}

static void
authorise_next (Dispatched *dispatched)
{
  GvtCall *call = &dispatched->call;
  GDBusMessage *message = g_dbus_method_invocation_get_message (call->invocation);
  gboolean interactive = (g_dbus_message_get_flags (message) &
                          G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;

  if (dispatched->next_action >= call->actions->len) {
    proceed_authorised (dispatched);
    return;
  }
  gvt_authorise_async (g_dbus_method_invocation_get_sender (call->invocation),
                       call->uid,
                       g_ptr_array_index (call->actions, dispatched->next_action++),
                       call->details,
                       interactive,
                       call->cancellable,
                       on_authorised,
                       dispatched);
}

static void
on_identified (guint32 uid, const GError *refused, gpointer user_data)
{
  Dispatched *dispatched = user_data;
  GvtDispatch *self = dispatched->dispatch;
  const char *sender = g_dbus_method_invocation_get_sender (dispatched->call.invocation);

  dispatched->counted = uid != GVT_NO_UID;
  dispatched->call.uid = uid;
  dispatched->entry =
      gvt_audit_begin (self->audit, &dispatched->call, gvt_callers_get_pid (self->callers, sender));
  if (refused != NULL)
    gvt_call_fail (&dispatched->call, g_error_copy (refused));
  else
    proceed (dispatched);
}

static GvtCall *
new_call (GvtDispatch *self, const GvtMethod *method, GDBusMethodInvocation *invocation)
{
  Dispatched *dispatched = g_new0 (Dispatched, 1);
  GvtCall *call = &dispatched->call;

  dispatched->dispatch = g_object_ref (self);
  call->context = self->context;
  call->method = method;
  call->invocation = invocation;
  call->parameters = g_variant_ref (g_dbus_method_invocation_get_parameters (invocation));
  call->uid = GVT_NO_UID;
  call->uuid = gvt_path_to_uuid (g_dbus_method_invocation_get_object_path (invocation));
  call->transitions = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_transition_free);
  gvt_call_begin_needs (call);
  call->cancellable = g_cancellable_new ();
  call->begun = g_get_monotonic_time ();
  self->in_flight++;
  return call;
}

void
gvt_dispatch_call (GDBusMethodInvocation *invocation, gpointer user_data)
{
  GvtDispatch *self = GVT_DISPATCH (user_data);
  const GvtMethod *method = gvt_methods_find (
      g_dbus_method_invocation_get_interface_name (invocation),
      g_dbus_method_invocation_get_method_name (invocation));
  GvtCall *call;

  if (method == NULL) {
    g_dbus_method_invocation_return_error_literal (invocation,
                                                   GVT_ERROR,
                                                   GVT_ERROR_NOT_AUTHORIZED,
                                                   "nobody may call this");
    return;
  }
  call = new_call (self, method, invocation);
  gvt_callers_begin (self->callers,
                     g_dbus_method_invocation_get_connection (invocation),
                     g_dbus_method_invocation_get_sender (invocation),
                     call->cancellable,
                     on_identified,
                     call);
}
