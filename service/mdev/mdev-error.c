/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel's answers mean, in one place. Pure; any thread.
 *
 * Kernel drivers/vfio/mdev: EINVAL for a malformed UUID, EEXIST for one that exists on any parent,
 * ENODEV while the parent goes away, EUSERS for a full parent whose driver does not count instances;
 * i915's kvmgt: ENOSPC when graphics memory or fences run out.
 */

#include "mdev-error.h"

#include <errno.h>

#include "gvt-error.h"

GError *
gvt_mdev_no_room_error (const char *parent, const char *type)
{
  return g_error_new (
      GVT_ERROR,
      GVT_ERROR_NO_CAPACITY,
      "no room for another %s on %s: all types of a GPU share one pool; remove a vGPU or "
      "take a smaller type (“gvt-client status” shows both)",
      type,
      parent);
}

/* What gvt_sysfs_write() says of writes that it does not begin. */
static GError *
too_much_at_once (const char *uuid)
{
  return g_error_new (GVT_ERROR,
                      GVT_ERROR_BUSY,
                      "vGPU %s is left as it is: the kernel has not answered earlier requests; its "
                      "log (dmesg) may say why",
                      uuid);
}

GError *
gvt_mdev_create_error (int error_number, const char *uuid, const char *parent, const char *type)
{
  switch (error_number) {
  case ENOSPC:
  case EUSERS:
    return gvt_mdev_no_room_error (parent, type);
  case EEXIST:
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_ALREADY_EXISTS,
                        "a vGPU %s exists already; take another UUID",
                        uuid);
  case ENOENT:
  case ENODEV:
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_NOT_FOUND,
                        "%s does not offer %s any more: the GPU or its driver went away",
                        parent,
                        type);
  case ETIMEDOUT:
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_BUSY,
                        "the kernel has not made vGPU %s on %s in time, and is still at it; try "
                        "again when it is done",
                        uuid,
                        parent);
  case EAGAIN:
    return too_much_at_once (uuid);
  default:
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_FAILED,
                        "the kernel refuses to make a vGPU of type %s on %s: %s",
                        type,
                        parent,
                        g_strerror (error_number));
  }
}

GError *
gvt_mdev_remove_error (int error_number, const char *uuid)
{
  switch (error_number) {
  case ETIMEDOUT:
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_BUSY,
                        "vGPU %s is in use: the kernel is waiting for its user to let go, and will "
                        "remove it then",
                        uuid);
  case EBUSY:
    return g_error_new (GVT_ERROR, GVT_ERROR_BUSY, "vGPU %s is being removed already", uuid);
  case EAGAIN:
    return too_much_at_once (uuid);
  default:
    return g_error_new (GVT_ERROR,
                        GVT_ERROR_FAILED,
                        "the kernel refuses to remove vGPU %s: %s",
                        uuid,
                        g_strerror (error_number));
  }
}
