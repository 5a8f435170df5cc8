/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What would define well and then keep the VM from starting, as far as the client alone can know it:
 * the type of a vGPU that is not there yet, the user's own QEMU. Main thread. Must not ask anybody.
 */

#include "attach-checks.h"

#include "capabilities.h"
#include "gvt-error.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>

gboolean
gvt_attach_check_type (const GvtType *type, GVariant *settings, GError **error)
{
  const char *wanted = NULL;
  guint width = 0;
  guint height = 0;
  guint most_width = 0;
  guint most_height = 0;

  if (!g_variant_lookup (settings, "resolution", "&s", &wanted) ||
      sscanf (wanted, "%ux%u", &width, &height) != 2 ||
      sscanf (type->resolution, "%ux%u", &most_width, &most_height) != 2 ||
      (width <= most_width && height <= most_height))
    return TRUE;

  g_set_error (
      error,
      GVT_ERROR,
      GVT_ERROR_INVALID_ARGUMENT,
      _ ("a vGPU of type %s shows %s at most, not %s: ask for less, or take a larger type; "
         "“gvt-client types” lists them"),
      type->id,
      type->resolution,
      wanted);
  return FALSE;
}

/* Since Debian 13 these are packages of their own. */
static const char *
package_of (const char *graphics)
{
  if (strcmp (graphics, "spice") == 0)
    return "qemu-system-modules-spice";
  return strcmp (graphics, "egl-headless") == 0 ? "qemu-system-modules-opengl" : NULL;
}

gboolean
gvt_attach_check_graphics (const GvtDomainInfo *before,
                           const GvtDomainInfo *after,
                           const char *capabilities,
                           GError **error)
{
  g_auto (GStrv) there = capabilities != NULL ? gvt_capabilities_graphics (capabilities, NULL)
                                              : NULL;
  g_autofree char *list = there != NULL ? g_strjoinv (", ", there) : NULL;

  for (char **type = after->graphics; there != NULL && *type != NULL; type++) {
    const char *package = package_of (*type);

    if (g_strv_contains ((const char *const *) before->graphics, *type) ||
        g_strv_contains ((const char *const *) there, *type))
      continue;
    if (package != NULL)
      g_set_error (
          error,
          GVT_ERROR,
          GVT_ERROR_NOT_SUPPORTED,
          _ ("the QEMU of this VM has no %s display, it has %s: take another --display, or "
             "install what Debian calls %s"),
          *type,
          list,
          package);
    else
      g_set_error (error,
                   GVT_ERROR,
                   GVT_ERROR_NOT_SUPPORTED,
                   _ ("the QEMU of this VM has no %s display, it has %s: take another --display"),
                   *type,
                   list);
    return FALSE;
  }
  return TRUE;
}

void
gvt_attach_warn (const GvtClient *client, const GvtDomainInfo *info, const char *type)
{
  /* kvmgt wants a VM of KVM's (kernel kvmgt.c, intel_vgpu_open_device). */
  if (strcmp (info->type, "qemu") == 0 && strstr (type, "GVTg") != NULL)
    gvt_terminal_talk (client,
                       _ ("%s is of type “qemu”; a GVT-g vGPU needs KVM: <domain type='kvm'>"),
                       info->name);
}
