/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev-info.h"
#include "root.h"

G_BEGIN_DECLS

/**
 * GvtDeviceRequest:
 * @uuid: in canonical spelling
 * @parent: a name the kernel gave
 * @type: an id the kernel gave
 * @may_exist: whether the same device, made by somebody else meanwhile, is success
 * @may_be_late: whether it may stay if the kernel makes it only after the deadline; else it is removed
 *   again, and until then nobody may use it
 * @held: a descriptor that stays open until the kernel has answered, or -1
 *
 * A mediated device to be made.
 */
typedef struct {
  const char *uuid;
  const char *parent;
  const char *type;
  gboolean may_exist;
  gboolean may_be_late;
  int held;
} GvtDeviceRequest;

/**
 * GvtMaking:
 * @GVT_MAKING_NONE: nothing was made by us
 * @GVT_MAKING_DONE: the device is ours, so that it may be taken back
 * @GVT_MAKING_PENDING: the kernel is still at it
 */
typedef enum {
  GVT_MAKING_NONE,
  GVT_MAKING_DONE,
  GVT_MAKING_PENDING,
} GvtMaking;

/**
 * gvt_device_create:
 * @making: (out): what became of it, also on failure
 *
 * Makes a mediated device, and reads back that it is what was asked for; else it is removed again.
 * Blocks.
 *
 * Returns: (transfer full): the device; %NULL with %GVT_ERROR_NO_CAPACITY, %GVT_ERROR_ALREADY_EXISTS,
 * %GVT_ERROR_NOT_FOUND, %GVT_ERROR_BUSY or %GVT_ERROR_FAILED
 */
GvtDeviceInfo *gvt_device_create (GvtRoot *root,
                                  const GvtDeviceRequest *request,
                                  GvtMaking *making,
                                  GError **error);

/**
 * gvt_device_check_wanted:
 *
 * Returns: %FALSE with %GVT_ERROR_BUSY while the kernel is making, or we are removing, a device of that
 * UUID that came too late
 */
gboolean gvt_device_check_wanted (const char *uuid, const char *parent, GError **error);

/**
 * gvt_device_check_free:
 *
 * Returns: %FALSE with %GVT_ERROR_BUSY, naming the holder, when somebody is seen to have @device
 * open. Blocks.
 */
gboolean gvt_device_check_free (GvtRoot *root, const GvtDeviceInfo *device, GError **error);

/**
 * gvt_device_remove:
 *
 * Removes a mediated device that nobody has open. One that is in use is not written to: the write
 * would wait, unkillably, for its user (kernel vfio_unregister_group_dev). Blocks.
 *
 * Returns: whether it is gone; else %GVT_ERROR_BUSY names the holder where it is seen
 */
gboolean gvt_device_remove (GvtRoot *root, const GvtDeviceInfo *device, GError **error);

/**
 * gvt_device_remove_again:
 *
 * Takes back what gvt_device_create() did; logs a failure. Blocks.
 */
void gvt_device_remove_again (GvtRoot *root, const GvtDeviceInfo *device);

G_END_DECLS
