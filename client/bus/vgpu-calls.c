/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's calls that change vGPUs, for the verbs that need them. Main thread. Must not talk
 * to the person.
 */

#include "vgpu-calls.h"

#include "bus.h"
#include "gvt-error.h"
#include "gvt-names.h"

char *
gvt_vgpu_create (GvtClient *client,
                 const char *gpu,
                 const char *type,
                 GVariant *options,
                 GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  char *path = NULL;

  reply = gvt_bus_call (client,
                        GVT_PATH,
                        GVT_INTERFACE_MANAGER,
                        "CreateVgpu",
                        g_variant_new ("(ss@a{sv})", gpu, type, options),
                        G_VARIANT_TYPE ("(o)"),
                        error);
  if (reply != NULL)
    g_variant_get (reply, "(o)", &path);
  return path;
}

gboolean
gvt_vgpu_call (GvtClient *client,
               const char *path,
               const char *method,
               GVariant *argument,
               GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) failure = NULL;
  GVariantBuilder parameters;

  g_variant_builder_init (&parameters, G_VARIANT_TYPE_TUPLE);
  if (argument != NULL)
    g_variant_builder_add_value (&parameters, argument);
  g_variant_builder_add_value (&parameters, g_variant_new ("a{sv}", NULL));
  reply = gvt_bus_call (client,
                        path,
                        GVT_INTERFACE_VGPU,
                        method,
                        g_variant_builder_end (&parameters),
                        G_VARIANT_TYPE_UNIT,
                        &failure);
  if (reply != NULL)
    return TRUE;
  /* What GDBus says when the object went between looking and calling. */
  if (g_error_matches (failure, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
      g_error_matches (failure, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT))
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 _ ("the vGPU is gone (%s)"),
                 failure->message);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
