/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two calls around a VM's life, for the hook and for `run`. Main thread, blocking. Must not
 * touch libvirt.
 */

#include "prepare-calls.h"

#include "bus.h"
#include "gvt-names.h"

static gboolean
call (GvtClient *client, const char *method, const GvtDomainInfo *vm, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  reply = gvt_bus_call (
      client,
      GVT_PATH,
      GVT_INTERFACE_DOMAINS,
      method,
      g_variant_new ("(ss^asta{sv})", vm->name, vm->uuid, vm->vgpus, vm->memory_kib, NULL),
      G_VARIANT_TYPE_UNIT,
      error);
  return reply != NULL;
}

gboolean
gvt_prepare (GvtClient *client, const GvtDomainInfo *vm, GError **error)
{
  return call (client, "Prepare", vm, error);
}

gboolean
gvt_release (GvtClient *client, const GvtDomainInfo *vm, GError **error)
{
  return call (client, "Release", vm, error);
}
