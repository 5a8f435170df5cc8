/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "connection.h"
#include "root.h"

G_BEGIN_DECLS

typedef enum {
  GVT_DOMAIN_ATTACH,
  GVT_DOMAIN_DETACH,
  GVT_DOMAIN_RESTORE,
} GvtDomainVerb;

/**
 * GvtDomainChange:
 * @verb: what to do
 * @domain: a domain's name or UUID
 * @object: a vGPU's canonical UUID, or for a restore a backup's name, empty for the newest
 * @settings: (nullable): of an attach, an a{sv}
 *
 * A change of a domain's definition.
 */
typedef struct {
  GvtDomainVerb verb;
  const char *domain;
  const char *object;
  GVariant *settings;
} GvtDomainChange;

/**
 * gvt_domain_change_run_async:
 * @root: where backups go, below its /var/lib/gvt-manager
 * @editor: the XML worker's path
 * @cancellable: (nullable): stops the XML worker; what libvirt has begun is finished
 *
 * Changes a domain, or leaves it as it was: reads its definition, has the worker edit it and another
 * one look whether that is an edit, backs it up, defines the new one if the old one is still there, looks whether the new one does what it is
 * for, and takes it back if not. Where nothing changes, nothing is written. Main loop.
 */
void gvt_domain_change_run_async (GvtLibvirtConnection *libvirt,
                                  GvtRoot *root,
                                  const char *editor,
                                  const GvtDomainChange *change,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/**
 * gvt_domain_change_run_finish:
 *
 * Returns: whether the domain is as it should be; else it is as it was, with %GVT_ERROR_NOT_FOUND
 * (domain, vGPU in it, backup), %GVT_ERROR_CONFLICT (somebody else changed it meanwhile),
 * %GVT_ERROR_LIBVIRT, an error of the worker's, or %GVT_ERROR_FAILED
 */
gboolean gvt_domain_change_run_finish (GAsyncResult *result, GError **error);

/** gvt_domain_backups_list_async: lists the backups of @domain, a name or a UUID. Main loop. */
void gvt_domain_backups_list_async (GvtLibvirtConnection *libvirt,
                                    GvtRoot *root,
                                    const char *domain,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * gvt_domain_backups_list_finish:
 *
 * Returns: (transfer full) (element-type GvtDomainBackup): newest first; or %NULL with
 * %GVT_ERROR_NOT_FOUND (domain) or %GVT_ERROR_LIBVIRT
 */
GPtrArray *gvt_domain_backups_list_finish (GAsyncResult *result, GError **error);

G_END_DECLS
