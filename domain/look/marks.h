/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What marks a vGPU of ours in a domain. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GVT_ALIAS_PREFIX:
 *
 * What the alias of a vGPU of ours begins with. libvirt keeps only aliases that begin with `ua-`.
 */
#define GVT_ALIAS_PREFIX "ua-gvtg"

/**
 * GVT_DOMAIN_NAMESPACE:
 *
 * The XML namespace of our element in `<metadata>`. libvirt keeps elements of other namespaces
 * there as they are, one per namespace, and drops those without one.
 */
#define GVT_DOMAIN_NAMESPACE "https://gvt-manager.org/xmlns/domain/1"

/**
 * gvt_mark_is_alias:
 *
 * Whether @alias is one that an edit gives: `ua-gvtg` and a number.
 */
gboolean gvt_mark_is_alias (const char *alias);

G_END_DECLS
