/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call.h"

G_BEGIN_DECLS

/**
 * gvt_quota_check_place:
 *
 * Returns: whether users may have vGPUs of @type on @parent by the configuration; else
 * %GVT_ERROR_LIMIT_EXCEEDED. Root always may.
 */
gboolean gvt_quota_check_place (GvtCall *call,
                                guint32 owner,
                                const char *parent,
                                const char *type,
                                GError **error);

/**
 * gvt_quota_check_more:
 * @uuid: the vGPU that @owner is to have, or to have active
 * @active: whether it will be active
 *
 * Returns: whether that keeps @owner within the limits of the configuration, with everything that
 * is on its way counted; else %GVT_ERROR_LIMIT_EXCEEDED. Root has no limits.
 */
gboolean gvt_quota_check_more (GvtCall *call,
                               guint32 owner,
                               const char *uuid,
                               const GvtTypeInfo *type,
                               gboolean active,
                               GError **error);

G_END_DECLS
