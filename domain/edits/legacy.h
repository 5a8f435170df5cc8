/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recipes that people wrote into domains by hand, read as settings. */
#pragma once

#include "legacy-parts.h"
#include "settings.h"

G_BEGIN_DECLS

/**
 * GvtLegacy:
 * @uuid: the vGPU's, in lower case
 * @settings: what the recipe amounts to
 * @parts: where it is
 * @variables: of GvtElement: environment of QEMU that mends graphics
 *
 * A hand-made attachment.
 */
typedef struct {
  char *uuid;
  GvtDomainSettings *settings;
  GvtLegacyParts *parts;
  GPtrArray *variables;
} GvtLegacy;

/**
 * gvt_legacy_find:
 * @document: a domain
 * @uuid: (nullable): the vGPU, in lower case; NULL for any
 * @legacy: (out) (nullable): the hand-made attachment in it; NULL if there is none
 *
 * Returns: FALSE with GVT_ERROR_NOT_SUPPORTED if there is one that no settings stand for, or
 *   GVT_ERROR_CONFLICT if there are several
 */
gboolean
gvt_legacy_find (const GvtDocument *document, const char *uuid, GvtLegacy **legacy, GError **error);

void gvt_legacy_free (GvtLegacy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtLegacy, gvt_legacy_free)

G_END_DECLS
