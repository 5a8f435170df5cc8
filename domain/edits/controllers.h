/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The PCI controllers that libvirt adds for an address on a bus the domain does not have. */
#pragma once

#include "layout.h"

G_BEGIN_DECLS

/**
 * gvt_controllers_highest:
 *
 * Returns: the highest number of a PCI bus that a `<controller>` of @devices makes, 0 if there is none
 */
guint gvt_controllers_highest (const GvtElement *devices);

/**
 * gvt_controllers_remove_added:
 * @uuid: the vGPU that leaves
 * @highest: what gvt_controllers_highest() was before it came
 *
 * Notes the removal of the PCI controllers that came with the vGPU and that nothing else uses.
 */
void gvt_controllers_remove_added (GvtSplices *splices,
                                   const GvtDocument *document,
                                   const GvtElement *devices,
                                   const char *uuid,
                                   guint highest);

G_END_DECLS
