/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_mdev_create_error:
 * @error_number: the errno that writing a `create` attribute gave; ETIMEDOUT for one that did not
 *   return in time
 *
 * Returns: (transfer full): what that means for whoever wanted the vGPU
 */
GError *
gvt_mdev_create_error (int error_number, const char *uuid, const char *parent, const char *type);

/**
 * gvt_mdev_remove_error:
 * @error_number: the errno that writing a `remove` attribute gave; ETIMEDOUT as above
 *
 * Returns: (transfer full): what that means for whoever wanted the vGPU gone
 */
GError *gvt_mdev_remove_error (int error_number, const char *uuid);

/**
 * gvt_mdev_no_room_error:
 *
 * Returns: (transfer full): the %GVT_ERROR_NO_CAPACITY for a type of which none is left
 */
GError *gvt_mdev_no_room_error (const char *parent, const char *type);

G_END_DECLS
