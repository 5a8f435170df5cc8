/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "inspect.h"
#include "objects.h"

G_BEGIN_DECLS

/**
 * gvt_attach_check_type:
 * @type: the type of a vGPU that is to be made
 * @settings: of the edit
 * @error: GVT_ERROR_INVALID_ARGUMENT
 *
 * Returns: whether it can show the resolution that is asked for. The service says so of a vGPU that
 *   there is.
 */
gboolean gvt_attach_check_type (const GvtType *type, GVariant *settings, GError **error);

/**
 * gvt_attach_check_graphics:
 * @before: the VM
 * @after: the VM with the vGPU
 * @capabilities: (nullable): the domain capabilities of its libvirt
 * @error: GVT_ERROR_NOT_SUPPORTED
 *
 * Returns: whether that libvirt's QEMU has the displays that come; TRUE where it does not say.
 */
gboolean gvt_attach_check_graphics (const GvtDomainInfo *before,
                                    const GvtDomainInfo *after,
                                    const char *capabilities,
                                    GError **error);

/**
 * gvt_attach_warn:
 * @client: what the invocation was told
 * @info: the VM
 * @type: the vGPU's type
 *
 * Says what only a real GPU would refuse.
 */
void gvt_attach_warn (const GvtClient *client, const GvtDomainInfo *info, const char *type);

G_END_DECLS
