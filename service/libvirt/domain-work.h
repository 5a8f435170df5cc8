/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a change, each a #GvtLibvirtWork: in libvirt's thread only; they block. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * GvtDomainJob:
 * @backups: the directory that has one of backups per domain
 * @domain: a domain's name or UUID; its UUID from gvt_domain_work_read() on
 * @verb: what is done to it, for the backup's reason
 * @object: what with, for the reason; for gvt_domain_work_read() the backup to read, %NULL for none
 * @before: the definition that the change began with
 * @after: what it is to be; for gvt_domain_work_take_back() what it was made
 * @backup: the backup that the change made
 *
 * What a step works on.
 */
typedef struct {
  char *backups;
  char *domain;
  char *verb;
  char *object;
  char *before;
  char *after;
  char *backup;
} GvtDomainJob;

void gvt_domain_job_free (GvtDomainJob *self);

/**
 * GvtDomainFound:
 * @uuid: the domain's UUID
 * @xml: its definition
 * @libvirt_version: of the daemon that has it
 * @backup: a backup's name, or %NULL
 * @backup_xml: a backup's text, or %NULL
 *
 * What a step found.
 */
typedef struct {
  char *uuid;
  char *xml;
  gulong libvirt_version;
  char *backup;
  char *backup_xml;
} GvtDomainFound;

void gvt_domain_found_free (GvtDomainFound *self);

/** gvt_domain_work_read: Returns: a #GvtDomainFound: the domain, and the backup if one is wanted */
gpointer
gvt_domain_work_read (const char *uri, gpointer job, GCancellable *given_up, GError **error);

/**
 * gvt_domain_work_apply:
 *
 * Backs up and defines, if the definition is still the one before. A failure leaves the definition
 * as it was, and no backup.
 *
 * Returns: a #GvtDomainFound: the definition as libvirt has it now, and the backup's name
 */
gpointer
gvt_domain_work_apply (const char *uri, gpointer job, GCancellable *given_up, GError **error);

/**
 * gvt_domain_work_take_back:
 *
 * Defines what was before, if nobody changed it since, and deletes the backup.
 *
 * Returns: a #GvtDomainFound
 */
gpointer
gvt_domain_work_take_back (const char *uri, gpointer job, GCancellable *given_up, GError **error);

/** gvt_domain_work_prune: deletes the oldest backups. Returns: a #GvtDomainFound */
gpointer
gvt_domain_work_prune (const char *uri, gpointer job, GCancellable *given_up, GError **error);

/** gvt_domain_work_list: Returns: a #GPtrArray of #GvtDomainBackup, newest first */
gpointer
gvt_domain_work_list (const char *uri, gpointer job, GCancellable *given_up, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDomainFound, gvt_domain_found_free)

G_END_DECLS
