/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The libvirt hook's two calls: what a VM needs is there before it starts, and gone after its end.
 * Main loop. Must never call libvirt, which waits for the hook meanwhile.
 */

#include <errno.h>

#include "change.h"
#include "gvt-error.h"
#include "gvt-names.h"
#include "mdev-error.h"
#include "memory-lock.h"
#include "methods.h"
#include "options.h"
#include "uuid.h"

/* A VM has one vGPU of GVT-g, and a handful of others at the most. */
#define VGPUS_PER_CALL 64

typedef struct {
  char *domain;     /* the VM's UUID */
  GPtrArray *vgpus; /* of GvtVgpu: those we know */
  guint64 memory_kib;
} Lease;

static void
lease_clear (Lease *self)
{
  g_free (self->domain);
  g_clear_pointer (&self->vgpus, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lease, lease_clear)

static gboolean
find_vgpus (GvtCall *call, const char *const *uuids, Lease *lease, GError **error)
{
  for (guint i = 0; uuids[i] != NULL; i++) {
    g_autofree char *uuid = gvt_uuid_parse (uuids[i], error);
    const GvtVgpu *vgpu;

    if (uuid == NULL)
      return FALSE;
    vgpu = gvt_registry_get_vgpu (call->context->registry, uuid);
    if (vgpu != NULL && gvt_vgpu_exists (vgpu) &&
        !g_ptr_array_find (lease->vgpus, vgpu, NULL))
      g_ptr_array_add (lease->vgpus, (gpointer) vgpu);
  }
  return TRUE;
}

static gboolean
read_lease (GvtCall *call, Lease *lease, GError **error)
{
  g_autoptr (GVariant) options = NULL;
  g_autofree const char **uuids = NULL;
  const char *name;
  const char *domain;

  g_variant_get (call->parameters,
                 "(&s&s^a&st@a{sv})",
                 &name,
                 &domain,
                 &uuids,
                 &lease->memory_kib,
                 &options);
  lease->vgpus = g_ptr_array_new ();
  if (!gvt_options_check (options, NULL, error))
    return FALSE;
  lease->domain = gvt_uuid_parse (domain, error);
  if (lease->domain == NULL)
    return FALSE;
  if (g_strv_length ((char **) uuids) > VGPUS_PER_CALL) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "more than %d vGPUs for one VM",
                 VGPUS_PER_CALL);
    return FALSE;
  }
  if (lease->memory_kib > GVT_MEMORY_KIB_MAX) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_INVALID_ARGUMENT,
                 "%" G_GUINT64_FORMAT " KiB is more memory than a VM can have",
                 lease->memory_kib);
    return FALSE;
  }
  gvt_call_tell (call, "domain", lease->domain);
  return find_vgpus (call, uuids, lease, error);
}

static void
require_ownership (GvtCall *call, const GvtVgpu *vgpu)
{
  if (gvt_vgpu_owner (vgpu) == call->uid)
    return;
  gvt_call_require (call, GVT_ACTION_MANAGE_OTHERS);
  gvt_call_tell (call, "uuid", vgpu->uuid);
}

static GvtTransition *
add_transition (GvtCall *call, const GvtVgpu *vgpu, const char *domain)
{
  GvtTransition *transition = gvt_transition_new (vgpu->uuid,
                                                  gvt_vgpu_parent (vgpu),
                                                  gvt_vgpu_type (vgpu),
                                                  vgpu);
  gboolean with_domain = vgpu->record != NULL && vgpu->record->with_domain;

  gvt_transition_set_record (transition,
                             gvt_record_new (gvt_vgpu_owner (vgpu),
                                             gvt_vgpu_label (vgpu),
                                             domain,
                                             with_domain));
  g_ptr_array_add (call->transitions, transition);
  return transition;
}

static gboolean
prepare_vgpu (GvtCall *call, const GvtVgpu *vgpu, const char *domain, GError **error)
{
  GvtTransition *transition;

  if (vgpu->device != NULL && vgpu->device->removing) {
    g_propagate_error (error, gvt_mdev_remove_error (EBUSY, vgpu->uuid));
    return FALSE;
  }
  if (vgpu->device == NULL && !gvt_check_can_become_active (call, vgpu, error))
    return FALSE;
  require_ownership (call, vgpu);
  transition = add_transition (call, vgpu, domain);
  transition->active = TRUE;
  transition->may_exist = TRUE;
  transition->for_a_vm = TRUE;
  return TRUE;
}

gboolean
gvt_check_prepare (GvtCall *call, GError **error)
{
  g_auto (Lease) lease = { 0 };

  if (!read_lease (call, &lease, error))
    return FALSE;
  for (guint i = 0; i < lease.vgpus->len; i++) {
    if (!prepare_vgpu (call, g_ptr_array_index (lease.vgpus, i), lease.domain, error))
      return FALSE;
  }
  if (lease.vgpus->len > 0)
    gvt_call_require (call, call->method->action);
  return TRUE;
}

/* One that is another VM's by now is left alone; so is one that exists for its own sake. */
static void
release_vgpu (GvtCall *call, const GvtVgpu *vgpu, const char *domain)
{
  gboolean with_domain = g_str_equal (gvt_vgpu_start (vgpu), "domain");
  GvtTransition *transition;

  if (!g_str_equal (gvt_vgpu_domain (vgpu), domain))
    return;
  require_ownership (call, vgpu);
  transition = add_transition (call, vgpu, with_domain ? domain : "");
  if (with_domain)
    transition->active = FALSE;
}

gboolean
gvt_check_release (GvtCall *call, GError **error)
{
  g_auto (Lease) lease = { 0 };

  if (!read_lease (call, &lease, error))
    return FALSE;
  for (guint i = 0; i < lease.vgpus->len; i++)
    release_vgpu (call, g_ptr_array_index (lease.vgpus, i), lease.domain);
  return TRUE;
}

/* What the runs below need of the arguments, which the check has found to be well formed. */
static char *
get_domain (GvtCall *call)
{
  const char *domain;

  g_variant_get_child (call->parameters, 1, "&s", &domain);
  return gvt_uuid_parse (domain, NULL);
}

static guint64
get_memory_kib (GvtCall *call)
{
  guint64 memory_kib;

  g_variant_get_child (call->parameters, 3, "t", &memory_kib);
  return memory_kib;
}

/* The error of a call whose way back has one more asynchronous step. */
typedef struct {
  GvtCall *call;
  GError *error;
} Failing;

static void
on_lowered_after_failure (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Failing *failing = user_data;
  g_autoptr (GError) late = NULL;

  if (!gvt_memory_lock_finish (GVT_MEMORY_LOCK (source), result, &late))
    g_message ("cannot take back a memory-lock limit: %s", late->message);
  gvt_call_fail (failing->call, failing->error);
}

static void
fail_and_lower (GvtCall *call, GError *error)
{
  g_autofree char *domain = get_domain (call);
  Failing *failing = g_new0 (Failing, 1);

  failing->call = call;
  failing->error = error;
  gvt_memory_lock_release_async (call->context->memory_lock,
                                 call->uid,
                                 domain,
                                 on_lowered_after_failure,
                                 failing);
}

static void
on_vgpus_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    gvt_call_return (call, NULL);
  else
    fail_and_lower (call, error);
}

static void
on_raised (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (!gvt_memory_lock_finish (GVT_MEMORY_LOCK (source), result, &error)) {
    gvt_call_fail (call, error);
    return;
  }
  gvt_change_run_async (call->context->registry,
                        call->context->root,
                        g_ptr_array_ref (call->transitions),
                        on_vgpus_prepared,
                        call);
}

static void
on_caller_pid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  g_autofree char *domain = get_domain (call);
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  guint32 pid = 0;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &pid);
  if (error == NULL && (pid == 0 || pid > G_MAXINT32))
    error = g_error_new (GVT_ERROR, GVT_ERROR_FAILED, "the bus does not say which process calls");
  if (error != NULL) {
    gvt_call_fail (call, error);
    return;
  }
  gvt_memory_lock_raise_async (call->context->memory_lock,
                               call->context->configuration->memory_lock_maximum,
                               call->uid,
                               (pid_t) pid,
                               domain,
                               get_memory_kib (call),
                               on_raised,
                               call);
}

/* Root's VMs are those of the system libvirt, which raises limits itself. */
void
gvt_run_prepare (GvtCall *call)
{
  if (call->transitions->len == 0 || call->uid == 0 || get_memory_kib (call) == 0) {
    gvt_call_run_transitions (call);
    return;
  }
  g_dbus_connection_call (
      g_dbus_method_invocation_get_connection (call->invocation),
      "org.freedesktop.DBus",
      "/org/freedesktop/DBus",
      "org.freedesktop.DBus",
      "GetConnectionUnixProcessID",
      g_variant_new ("(s)", g_dbus_method_invocation_get_sender (call->invocation)),
      G_VARIANT_TYPE ("(u)"),
      G_DBUS_CALL_FLAGS_NONE,
      -1,
      NULL,
      on_caller_pid,
      call);
}

static void
on_lowered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  GError *error = NULL;

  if (gvt_memory_lock_finish (GVT_MEMORY_LOCK (source), result, &error))
    gvt_call_return (call, NULL);
  else
    gvt_call_fail (call, error);
}

static void
on_vgpus_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GvtCall *call = user_data;
  g_autofree char *domain = get_domain (call);
  GError *error = NULL;

  if (!gvt_change_run_finish (GVT_REGISTRY (source), result, &error))
    fail_and_lower (call, error);
  else
    gvt_memory_lock_release_async (call->context->memory_lock,
                                   call->uid,
                                   domain,
                                   on_lowered,
                                   call);
}

void
gvt_run_release (GvtCall *call)
{
  gvt_change_run_async (call->context->registry,
                        call->context->root,
                        g_ptr_array_ref (call->transitions),
                        on_vgpus_released,
                        call);
}
