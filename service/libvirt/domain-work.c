/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a change does where it blocks: in libvirt, and on the disk. In libvirt's thread only, so never
 * two at a time. Nothing is begun that could not be taken back; after the deadline nothing is begun.
 */

#include "domain-work.h"

#include "domain-backups.h"
#include "gvt-error.h"
#include "system-domain.h"

void
gvt_domain_job_free (GvtDomainJob *self)
{
  g_free (self->backups);
  g_free (self->domain);
  g_free (self->verb);
  g_free (self->object);
  g_free (self->before);
  g_free (self->after);
  g_free (self->backup);
  g_free (self);
}

void
gvt_domain_found_free (GvtDomainFound *self)
{
  g_free (self->uuid);
  g_free (self->xml);
  g_free (self->backup);
  g_free (self->backup_xml);
  g_free (self);
}

/* @uuid is libvirt's own, so it is a file name. */
static char *
backups_of (const GvtDomainJob *job, const char *uuid)
{
  return g_build_filename (job->backups, uuid, NULL);
}

gpointer
gvt_domain_work_read (const char *uri, gpointer data, GCancellable *given_up, GError **error)
{
  const GvtDomainJob *job = data;
  g_autoptr (GvtSystemDomain) domain = gvt_system_domain_open (uri, job->domain, error);
  g_autoptr (GvtDomainFound) found = g_new0 (GvtDomainFound, 1);
  g_autofree char *directory = NULL;

  if (domain == NULL || !gvt_system_domain_check_defined (domain, error))
    return NULL;
  found->uuid = gvt_system_domain_dup_uuid (domain, error);
  found->xml = found->uuid != NULL ? gvt_system_domain_read (domain, error) : NULL;
  if (found->xml == NULL)
    return NULL;
  found->libvirt_version = gvt_system_domain_get_version (domain);
  if (job->object == NULL)
    return g_steal_pointer (&found);
  directory = backups_of (job, found->uuid);
  found->backup_xml = gvt_domain_backups_read (directory, job->object, &found->backup, error);
  return found->backup_xml != NULL ? g_steal_pointer (&found) : NULL;
}

static gboolean
check_unchanged (GvtSystemDomain *domain, const char *expected, GError **error)
{
  g_autofree char *now = gvt_system_domain_read (domain, error);

  if (now == NULL)
    return FALSE;
  if (g_str_equal (now, expected))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_CONFLICT,
               "somebody else changed the VM's definition meanwhile, and it was left as it is now; "
               "try again");
  return FALSE;
}

/* Makes sure that the definition is the old one, and forgets the backup then. */
static gboolean
go_back (GvtSystemDomain *domain, const GvtDomainJob *job, const char *backup, GError **error)
{
  g_autofree char *directory = backups_of (job, job->domain);
  g_autofree char *now = gvt_system_domain_read (domain, error);

  if (now == NULL)
    return FALSE;
  /* What comes of it may differ in the order of controllers, which libvirt sorts when it parses. */
  if (!g_str_equal (now, job->before) &&
      !gvt_system_domain_define (domain, job->before, FALSE, error))
    return FALSE;
  return gvt_domain_backups_remove (directory, backup, error);
}

/* @problem is what the caller is told; that going back failed, too, is added to it. */
static void
fail_and_go_back (GvtSystemDomain *domain,
                  const GvtDomainJob *job,
                  const char *backup,
                  GError **problem)
{
  g_autoptr (GError) worse = NULL;
  g_autoptr (GError) first = NULL;

  if (go_back (domain, job, backup, &worse))
    return;
  first = g_steal_pointer (problem);
  *problem = g_error_new (first->domain,
                          first->code,
                          "%s; what it was before is in the backup %s, since going back failed: %s",
                          first->message,
                          backup,
                          worse->message);
}

gpointer
gvt_domain_work_apply (const char *uri, gpointer data, GCancellable *given_up, GError **error)
{
  const GvtDomainJob *job = data;
  g_autoptr (GvtSystemDomain) domain = gvt_system_domain_open (uri, job->domain, error);
  g_autoptr (GvtDomainFound) found = g_new0 (GvtDomainFound, 1);
  g_autoptr (GError) problem = NULL;
  g_autofree char *directory = backups_of (job, job->domain);

  if (domain == NULL || !check_unchanged (domain, job->before, error) ||
      g_cancellable_set_error_if_cancelled (given_up, error))
    return NULL;
  found->uuid = g_strdup (job->domain);
  found->backup = gvt_domain_backups_add (directory, job->before, job->verb, job->object, error);
  if (found->backup == NULL)
    return NULL;
  if (!g_cancellable_set_error_if_cancelled (given_up, &problem) &&
      gvt_system_domain_define (domain, job->after, TRUE, &problem))
    found->xml = gvt_system_domain_read (domain, &problem);
  if (found->xml != NULL)
    return g_steal_pointer (&found);
  fail_and_go_back (domain, job, found->backup, &problem);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gpointer
gvt_domain_work_take_back (const char *uri, gpointer data, GCancellable *given_up, GError **error)
{
  const GvtDomainJob *job = data;
  g_autoptr (GvtSystemDomain) domain = gvt_system_domain_open (uri, job->domain, error);

  if (domain == NULL || !check_unchanged (domain, job->after, error) ||
      g_cancellable_set_error_if_cancelled (given_up, error) ||
      !go_back (domain, job, job->backup, error))
    return NULL;
  return g_new0 (GvtDomainFound, 1);
}

gpointer
gvt_domain_work_prune (const char *uri, gpointer data, GCancellable *given_up, GError **error)
{
  const GvtDomainJob *job = data;
  g_autofree char *directory = backups_of (job, job->domain);

  return gvt_domain_backups_prune (directory, error) ? g_new0 (GvtDomainFound, 1) : NULL;
}

gpointer
gvt_domain_work_list (const char *uri, gpointer data, GCancellable *given_up, GError **error)
{
  const GvtDomainJob *job = data;
  g_autoptr (GvtSystemDomain) domain = gvt_system_domain_open (uri, job->domain, error);
  g_autofree char *uuid = domain != NULL ? gvt_system_domain_dup_uuid (domain, error) : NULL;
  g_autofree char *directory = uuid != NULL ? backups_of (job, uuid) : NULL;

  return directory != NULL ? gvt_domain_backups_list (directory, error) : NULL;
}
