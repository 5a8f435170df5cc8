/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The libvirt hook's two calls, Prepare and Release: who may, and what shall be. Main loop.
 */

#include <errno.h>

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
find_vgpus (GvtCall *call, GVariant *uuids, Lease *lease, GError **error)
{
  GVariantIter iter;
  const char *text;

  g_variant_iter_init (&iter, uuids);
  while (g_variant_iter_next (&iter, "&s", &text)) {
    g_autofree char *uuid = gvt_uuid_parse (text, error);
    const GvtVgpu *vgpu;

    if (uuid == NULL)
      return FALSE;
    vgpu = gvt_registry_get_vgpu (call->context->registry, uuid);
    if (vgpu != NULL && gvt_vgpu_exists (vgpu) && !g_ptr_array_find (lease->vgpus, vgpu, NULL))
      g_ptr_array_add (lease->vgpus, (gpointer) vgpu);
  }
  return TRUE;
}

static gboolean
read_lease (GvtCall *call, Lease *lease, GError **error)
{
  g_autoptr (GVariant) options = NULL;
  g_autoptr (GVariant) uuids = NULL;
  const char *name;
  const char *domain;

  g_variant_get (call->parameters,
                 "(&s&s@ast@a{sv})",
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
  if (g_variant_n_children (uuids) > VGPUS_PER_CALL) {
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

/* All of them are told, since one answer is for all: a rule that permits one is not to pass another. */
static void
require_ownership (GvtCall *call, const GvtVgpu *vgpu)
{
  const char *others = g_hash_table_lookup (call->details, "uuid");
  g_autofree char *uuids = NULL;

  if (gvt_vgpu_owner (vgpu) == call->uid)
    return;
  uuids = others == NULL ? g_strdup (vgpu->uuid) : g_strjoin (" ", others, vgpu->uuid, NULL);
  gvt_call_require (call, GVT_ACTION_MANAGE_OTHERS);
  gvt_call_tell (call, "uuid", uuids);
}

void
gvt_lease_prefix_error (GError **error, const char *uuids, const char *domain)
{
  g_prefix_error (error, "vGPU %s, of VM %s: ", uuids, domain);
}

static GvtTransition *
add_transition (GvtCall *call, const GvtVgpu *vgpu, const char *domain)
{
  GvtTransition *transition =
      gvt_transition_new (vgpu->uuid, gvt_vgpu_parent (vgpu), gvt_vgpu_type (vgpu), vgpu);
  gboolean with_domain = vgpu->record != NULL && vgpu->record->with_domain;

  gvt_transition_set_record (
      transition,
      gvt_record_new (gvt_vgpu_owner (vgpu), gvt_vgpu_label (vgpu), domain, with_domain));
  g_ptr_array_add (call->transitions, transition);
  return transition;
}

static gboolean
prepare_vgpu (GvtCall *call, const GvtVgpu *vgpu, const char *domain, GError **error)
{
  GvtTransition *transition = add_transition (call, vgpu, domain);

  transition->active = TRUE;
  transition->may_exist = TRUE;
  transition->for_a_vm = TRUE;
  require_ownership (call, vgpu);
  if (vgpu->device != NULL && vgpu->device->removing) {
    g_propagate_error (error, gvt_mdev_remove_error (EBUSY, vgpu->uuid));
    return FALSE;
  }
  if (vgpu->device != NULL || gvt_check_can_become_active (call, vgpu, error))
    return TRUE;
  gvt_lease_prefix_error (error, vgpu->uuid, domain);
  return FALSE;
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
