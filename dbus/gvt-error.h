/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GvtError:
 * @GVT_ERROR_FAILED: nothing the caller can do; the message says what went wrong
 * @GVT_ERROR_INVALID_ARGUMENT: call again with other arguments
 * @GVT_ERROR_NOT_FOUND: the thing named does not exist
 * @GVT_ERROR_ALREADY_EXISTS: the UUID or label is taken
 * @GVT_ERROR_NO_CAPACITY: the GPU has no room for the type; free some, or take a smaller type
 * @GVT_ERROR_BUSY: in use; the message names the holder where it is known
 * @GVT_ERROR_NOT_SUPPORTED: not on this host or in this version
 * @GVT_ERROR_NOT_AUTHORIZED: policy says no, and no password would help
 * @GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN: policy would say yes after an authentication that this call
 *   did not allow (no ALLOW_INTERACTIVE_AUTHORIZATION flag, or no agent to ask)
 * @GVT_ERROR_NOT_AUTHORIZED_DISMISSED: the person closed the dialog
 * @GVT_ERROR_CONFLICT: the thing changed meanwhile; look again
 * @GVT_ERROR_LIMIT_EXCEEDED: a limit of the configuration, or too many calls in flight
 * @GVT_ERROR_LIBVIRT: libvirt refused; the message is libvirt's
 *
 * What a caller can do about a failure. On the bus each is org.gvt.Manager.Error.NAME.
 */
typedef enum {
  GVT_ERROR_FAILED,
  GVT_ERROR_INVALID_ARGUMENT,
  GVT_ERROR_NOT_FOUND,
  GVT_ERROR_ALREADY_EXISTS,
  GVT_ERROR_NO_CAPACITY,
  GVT_ERROR_BUSY,
  GVT_ERROR_NOT_SUPPORTED,
  GVT_ERROR_NOT_AUTHORIZED,
  GVT_ERROR_NOT_AUTHORIZED_CAN_OBTAIN,
  GVT_ERROR_NOT_AUTHORIZED_DISMISSED,
  GVT_ERROR_CONFLICT,
  GVT_ERROR_LIMIT_EXCEEDED,
  GVT_ERROR_LIBVIRT,
} GvtError;

#define GVT_ERROR (gvt_error_quark ())

/**
 * gvt_error_quark:
 *
 * The error domain of everything in this project. Its first use registers the codes with GDBus, so
 * that they travel under their bus names in both directions; a client must therefore touch it before
 * its first call.
 */
GQuark gvt_error_quark (void);

/**
 * gvt_error_set_from_errno:
 * @what: what could not be done: "read"
 * @path: with which file or directory
 *
 * Sets #GVT_ERROR_FAILED with what was not done, with which file, and what errno says of the reason.
 *
 * Returns: %FALSE, for the caller to return
 */
gboolean gvt_error_set_from_errno (GError **error, const char *what, const char *path);

G_END_DECLS
