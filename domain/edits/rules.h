/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Combinations that libvirt accepts and QEMU dies of. */
#pragma once

#include "document.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * gvt_rules_check:
 * @document: a domain without a vGPU of ours
 *
 * Returns: whether a VM of @document could start with @settings; else FALSE with
 *   GVT_ERROR_INVALID_ARGUMENT or GVT_ERROR_CONFLICT, and the way out in the message
 */
gboolean
gvt_rules_check (const GvtDocument *document, const GvtDomainSettings *settings, GError **error);

G_END_DECLS
