/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recipes that people wrote into domains by hand, read as settings. */
#pragma once

#include "document.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * GvtLegacy:
 * @uuid: the vGPU's, in lower case
 * @settings: what the recipe amounts to
 * @device: (nullable): its `<hostdev>`; NULL if it is an argument of QEMU
 * @arguments: of GvtElement: children of `<qemu:commandline>` that are part of it
 * @overrides: of GvtElement: children of `<qemu:override>` that are part of it
 *
 * A hand-made attachment.
 */
typedef struct {
  char *uuid;
  GvtDomainSettings *settings;
  GvtElement *device;
  GPtrArray *arguments;
  GPtrArray *overrides;
} GvtLegacy;

/**
 * gvt_legacy_find:
 * @document: a domain
 * @legacy: (out) (nullable): the hand-made attachment in it; NULL if there is none
 *
 * Returns: FALSE with GVT_ERROR_NOT_SUPPORTED if there is one that no settings stand for, or
 *   GVT_ERROR_CONFLICT if there are several
 */
gboolean gvt_legacy_find (const GvtDocument *document, GvtLegacy **legacy, GError **error);

void gvt_legacy_free (GvtLegacy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtLegacy, gvt_legacy_free)

G_END_DECLS
