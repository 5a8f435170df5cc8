/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gvt_mentioned_vgpus:
 * @settings: (nullable): an a{sv} for GVT_WORKER_EDIT; a floating one is taken over
 * @xml: a domain's XML, from anybody
 *
 * Leaves of GVT_WORKER_OTHER_VGPUS only those whose UUID stands somewhere in @xml: a host may have
 * thousands, and a request has its bounds.
 *
 * Returns: (transfer full) (nullable): the settings
 */
GVariant *gvt_mentioned_vgpus (GVariant *settings, const char *xml);

G_END_DECLS
