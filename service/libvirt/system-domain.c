/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service asks of libvirt. In libvirt's thread only: every call here may block for ever.
 * Must not look into XML.
 */

#include "system-domain.h"

#include <string.h>

#include "gvt-error.h"
#include "libvirt-library.h"

struct _GvtSystemDomain {
  const GvtLibvirt *libvirt;
  virConnectPtr connection;
  virDomainPtr domain;
};

/* Errors come as GError; libvirt's own habit is to print them. */
static void
ignore_error (void *data, virErrorPtr error)
{
}

static gboolean
set_error (const GvtLibvirt *libvirt, GError **error, const char *what)
{
  const virError *reason = libvirt->virGetLastError ();
  const char *text = reason != NULL && reason->message != NULL ? reason->message
                                                               : "no reason given";
  g_autofree char *message = g_utf8_make_valid (text, -1);
  gboolean unknown = reason != NULL && reason->code == VIR_ERR_NO_DOMAIN;

  g_strchomp (message); /* a schema's complaints end in a newline */
  g_set_error (error,
               GVT_ERROR,
               unknown ? GVT_ERROR_NOT_FOUND : GVT_ERROR_LIBVIRT,
               "%s: %s",
               what,
               message);
  return FALSE;
}

static virDomainPtr
look_up (const GvtLibvirt *libvirt, virConnectPtr connection, const char *domain)
{
  virDomainPtr found = libvirt->virDomainLookupByName (connection, domain);

  if (found == NULL && g_uuid_string_is_valid (domain))
    found = libvirt->virDomainLookupByUUIDString (connection, domain);
  return found;
}

GvtSystemDomain *
gvt_system_domain_open (const char *uri, const char *domain, GError **error)
{
  g_autoptr (GvtSystemDomain) self = g_new0 (GvtSystemDomain, 1);
  g_autofree char *what = NULL;

  self->libvirt = gvt_libvirt_load (error);
  if (self->libvirt == NULL)
    return NULL;
  self->libvirt->virSetErrorFunc (NULL, ignore_error);
  self->connection = self->libvirt->virConnectOpen (uri);
  if (self->connection == NULL) {
    what = g_strdup_printf ("cannot connect to libvirt at %s", uri);
    set_error (self->libvirt, error, what);
    return NULL;
  }
  self->domain = look_up (self->libvirt, self->connection, domain);
  if (self->domain == NULL) {
    what = g_strdup_printf ("no VM \"%s\" at %s", domain, uri);
    set_error (self->libvirt, error, what);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
gvt_system_domain_free (GvtSystemDomain *self)
{
  if (self->domain != NULL)
    self->libvirt->virDomainFree (self->domain);
  if (self->connection != NULL)
    self->libvirt->virConnectClose (self->connection);
  g_free (self);
}

char *
gvt_system_domain_dup_uuid (GvtSystemDomain *self, GError **error)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "";

  if (self->libvirt->virDomainGetUUIDString (self->domain, uuid) < 0) {
    set_error (self->libvirt, error, "cannot read the VM's UUID");
    return NULL;
  }
  return g_ascii_strdown (uuid, -1);
}

gulong
gvt_system_domain_get_version (GvtSystemDomain *self)
{
  unsigned long version = 0;

  self->libvirt->virConnectGetLibVersion (self->connection, &version);
  return version;
}

gboolean
gvt_system_domain_check_defined (GvtSystemDomain *self, GError **error)
{
  int persistent = self->libvirt->virDomainIsPersistent (self->domain);

  if (persistent < 0)
    return set_error (self->libvirt, error, "cannot look at the VM");
  if (persistent == 0)
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_LIBVIRT,
                 "%s is transient: it has no definition that could be changed",
                 self->libvirt->virDomainGetName (self->domain));
  return persistent == 1;
}

char *
gvt_system_domain_read (GvtSystemDomain *self, GError **error)
{
  char *xml = self->libvirt->virDomainGetXMLDesc (self->domain,
                                                  VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);

  if (xml == NULL)
    set_error (self->libvirt, error, "cannot read the VM's definition");
  return xml; /* libvirt allocates as GLib does, with malloc */
}

gboolean
gvt_system_domain_define (GvtSystemDomain *self, const char *xml, gboolean validate, GError **error)
{
  virDomainPtr defined = self->libvirt->virDomainDefineXMLFlags (
      self->connection,
      xml,
      validate ? VIR_DOMAIN_DEFINE_VALIDATE : 0);

  if (defined == NULL)
    return set_error (self->libvirt, error, "libvirt refuses the new definition");
  self->libvirt->virDomainFree (defined);
  return TRUE;
}
