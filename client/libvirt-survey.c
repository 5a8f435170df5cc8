/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `check` wants to know of libvirt: versions, and the VMs with a vGPU. Main thread, blocking.
 * Must not change anything, nor be reached from the hook.
 */

#include "libvirt-survey.h"

#include "gvt-error.h"
#include "libvirt-library.h"

#include <stdlib.h>

void
gvt_libvirt_survey_free (GvtLibvirtSurvey *self)
{
  g_ptr_array_unref (self->vms);
  g_free (self);
}

static void
ignore_error (void *data, virErrorPtr error)
{
}

static void
add_vm (const GvtLibvirt *libvirt, GvtLibvirtSurvey *survey, virDomainPtr domain)
{
  /* Without VIR_DOMAIN_XML_SECURE: passwords are nothing to us. */
  char *xml = libvirt->virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  g_autoptr (GvtDomainInfo) info = xml != NULL ? gvt_domain_inspect (xml, NULL) : NULL;

  free (xml);
  if (info != NULL && info->vgpus[0] != NULL)
    g_ptr_array_add (survey->vms, g_steal_pointer (&info));
}

static void
add_vms (const GvtLibvirt *libvirt, GvtLibvirtSurvey *survey, virConnectPtr connection)
{
  virDomainPtr *domains = NULL;
  int count = libvirt->virConnectListAllDomains (connection, &domains, 0);

  for (int i = 0; i < count; i++) {
    add_vm (libvirt, survey, domains[i]);
    libvirt->virDomainFree (domains[i]);
  }
  free (domains);
}

GvtLibvirtSurvey *
gvt_libvirt_survey (const char *uri, GError **error)
{
  const GvtLibvirt *libvirt = gvt_libvirt_load (error);
  g_autoptr (GvtLibvirtSurvey) survey = NULL;
  virConnectPtr connection;

  if (libvirt == NULL)
    return NULL;
  libvirt->virSetErrorFunc (NULL, ignore_error);
  connection = libvirt->virConnectOpen (uri);
  if (connection == NULL) {
    const virError *reason = libvirt->virGetLastError ();

    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_LIBVIRT,
                 "%s",
                 reason != NULL && reason->message != NULL ? reason->message : "no reason given");
    return NULL;
  }
  survey = g_new0 (GvtLibvirtSurvey, 1);
  survey->vms = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_domain_info_free);
  if (libvirt->virConnectGetLibVersion (connection, &survey->libvirt) < 0)
    survey->libvirt = 0;
  if (libvirt->virConnectGetVersion (connection, &survey->qemu) < 0)
    survey->qemu = 0;
  add_vms (libvirt, survey, connection);
  libvirt->virConnectClose (connection);
  return g_steal_pointer (&survey);
}
