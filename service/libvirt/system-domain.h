/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One domain, read and defined. In libvirt's thread only; blocks. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GvtSystemDomain GvtSystemDomain;

/**
 * gvt_system_domain_open:
 * @uri: the libvirt to connect to
 * @domain: a domain's name or UUID
 *
 * Returns: (transfer full): the domain, or %NULL with %GVT_ERROR_NOT_FOUND or %GVT_ERROR_LIBVIRT
 */
GvtSystemDomain *gvt_system_domain_open (const char *uri, const char *domain, GError **error);

void gvt_system_domain_free (GvtSystemDomain *self);

/** gvt_system_domain_dup_uuid: Returns: (transfer full): the domain's UUID in lower case */
char *gvt_system_domain_dup_uuid (GvtSystemDomain *self, GError **error);

/** gvt_system_domain_get_version: Returns: the daemon's version, 8005000 for 8.5.0; 0 if unknown */
gulong gvt_system_domain_get_version (GvtSystemDomain *self);

/**
 * gvt_system_domain_check_defined:
 *
 * Returns: whether it has a definition to change; %GVT_ERROR_LIBVIRT for a transient domain, which
 * defining would make a permanent one
 */
gboolean gvt_system_domain_check_defined (GvtSystemDomain *self, GError **error);

/**
 * gvt_system_domain_read:
 *
 * Returns: (transfer full): the definition, as it will be at the next start, with passwords, without
 * which defining it again would lose them
 */
char *gvt_system_domain_read (GvtSystemDomain *self, GError **error);

/**
 * gvt_system_domain_define:
 * @validate: refuse what libvirt does not know, rather than drop it without a word
 */
gboolean gvt_system_domain_define (GvtSystemDomain *self,
                                   const char *xml,
                                   gboolean validate,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtSystemDomain, gvt_system_domain_free)

G_END_DECLS
