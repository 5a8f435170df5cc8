/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The edit itself, for a domain that has no vGPU of ours. */
#pragma once

#include "settings.h"

G_BEGIN_DECLS

/**
 * gvt_attach:
 * @xml: a domain with `<devices>` and without a vGPU of ours
 * @uuid: in lower case
 * @kept_address: (nullable): guest address to use if @settings give none, as a device taken over had
 *
 * Returns: (transfer full): @xml with the vGPU, or NULL; see gvt_domain_edit()
 */
char *gvt_attach (const char *xml,
                  const char *uuid,
                  const GvtDomainSettings *settings,
                  const GvtPciAddress *kept_address,
                  GError **error);

G_END_DECLS
