/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions of a domain as they were before they were changed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** GVT_DOMAIN_BACKUPS_KEPT: how many backups a domain has at the most; the oldest go first. */
#define GVT_DOMAIN_BACKUPS_KEPT 10

/**
 * GvtDomainBackup:
 * @name: what it is called, its number: `0007`
 * @time: when it was made, in seconds since 1970-01-01 UTC
 * @reason: what it was made before: `attach UUID`, `detach UUID`, `restore NAME`
 */
typedef struct {
  char *name;
  gint64 time;
  char *reason;
} GvtDomainBackup;

void gvt_domain_backup_free (GvtDomainBackup *self);

/**
 * gvt_domain_backups_add:
 * @directory: the domain's own directory, absolute; made if need be, readable by its owner only
 * @xml: the definition, passwords included
 * @verb: what will be done to the domain: lower case letters
 * @object: what with: a UUID in lower case, or a backup's name
 *
 * Writes a backup so that it is there, whole, or not at all, also after a power cut; readable by its
 * owner only. Deletes none. Blocks (fsync).
 *
 * Returns: (transfer full): its name, or %NULL with %GVT_ERROR_FAILED
 */
char *gvt_domain_backups_add (const char *directory,
                              const char *xml,
                              const char *verb,
                              const char *object,
                              GError **error);

/**
 * gvt_domain_backups_remove:
 * @name: a backup's name
 *
 * Deletes a backup; one that is not there is deleted already. Blocks.
 */
gboolean gvt_domain_backups_remove (const char *directory, const char *name, GError **error);

/**
 * gvt_domain_backups_prune:
 *
 * Deletes all but the newest #GVT_DOMAIN_BACKUPS_KEPT, and what a crash left half written. Blocks.
 */
gboolean gvt_domain_backups_prune (const char *directory, GError **error);

/**
 * gvt_domain_backups_list:
 *
 * Returns: (transfer full) (element-type GvtDomainBackup): the backups, newest first; empty if there
 * is no such directory; %NULL with %GVT_ERROR_FAILED if it cannot be read. Blocks.
 */
GPtrArray *gvt_domain_backups_list (const char *directory, GError **error);

/**
 * gvt_domain_backups_read:
 * @name: a backup's name; empty for the newest
 * @found: (out) (transfer full): which one it is
 *
 * Returns: (transfer full): the definition, or %NULL with %GVT_ERROR_NOT_FOUND or %GVT_ERROR_FAILED.
 * Blocks.
 */
char *
gvt_domain_backups_read (const char *directory, const char *name, char **found, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtDomainBackup, gvt_domain_backup_free)

G_END_DECLS
