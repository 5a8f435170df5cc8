/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a libvirt says that its QEMU can do. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_capabilities_graphics:
 * @xml: `<domainCapabilities>`, as libvirt gives them
 *
 * Returns: (transfer full): the types of graphics devices that can be had; NULL with
 *   GVT_ERROR_INVALID_ARGUMENT if @xml does not say
 */
GStrv gvt_capabilities_graphics (const char *xml, GError **error);

G_END_DECLS
