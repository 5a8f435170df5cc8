/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <qemu:override> and <qemu:commandline>: what an edit puts there, and takes out again. */
#pragma once

#include "layout.h"
#include "record.h"

G_BEGIN_DECLS

/**
 * GVT_QEMU_NAMESPACE:
 *
 * libvirt's namespace for what it hands to QEMU as it is.
 */
#define GVT_QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

/**
 * gvt_qemu_attach:
 * @record: (inout): gets what was added
 *
 * Notes the insertion of what @settings need in QEMU's own words for the device @alias.
 *
 * Returns: FALSE with GVT_ERROR_CONFLICT if the domain sets one of the variables to something else
 */
gboolean gvt_qemu_attach (GvtSplices *splices,
                          const GvtDocument *document,
                          const GvtDomainSettings *settings,
                          const char *alias,
                          GvtRecord *record,
                          GError **error);

/**
 * gvt_qemu_detach:
 *
 * Notes the removal of what @record says an edit added.
 */
void gvt_qemu_detach (GvtSplices *splices, const GvtDocument *document, const GvtRecord *record);

/**
 * gvt_qemu_remove:
 * @container: (nullable): a `<qemu:commandline>` or `<qemu:override>`
 * @going: of GvtElement: children of @container
 * @made: whether @container is there for them alone
 *
 * Notes the removal of @going, and if nothing else is left in it, of a @container that was @made.
 */
void gvt_qemu_remove (GvtSplices *splices,
                      const GvtDocument *document,
                      const GvtElement *container,
                      GPtrArray *going,
                      gboolean made);

/**
 * gvt_qemu_is_intact:
 *
 * Whether everything that @settings need in QEMU's own words is there for the device @alias.
 */
gboolean gvt_qemu_is_intact (const GvtDocument *document,
                             const GvtDomainSettings *settings,
                             const char *alias);

/**
 * gvt_qemu_mentions_alias:
 *
 * Whether a `<qemu:override>` of the domain is for the device @alias.
 */
gboolean gvt_qemu_mentions_alias (const GvtDocument *document, const char *alias);

G_END_DECLS
