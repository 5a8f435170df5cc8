/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `check` wants to know of libvirt: versions, and the VMs with a vGPU. Main thread, blocking.
 * Must not change anything, nor be reached from the hook.
 */

#include "libvirt-survey.h"

#include "gvt-error.h"
#include "libvirt-library.h"
#include "progress.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#define ROMS "/usr/share/vgabios/"

void
gvt_libvirt_survey_free (GvtLibvirtSurvey *self)
{
  g_ptr_array_unref (self->vms);
  g_hash_table_unref (self->roms);
  g_free (self->example);
  g_free (self);
}

static void
ignore_error (void *data, virErrorPtr error)
{
}

/* Wherever the XML names one: an override, an argument, an element. */
static void
add_roms (GvtLibvirtSurvey *survey, const char *xml, const char *vm)
{
  for (const char *at = xml; (at = strstr (at, ROMS)) != NULL; at += strlen (ROMS)) {
    const char *name = at + strlen (ROMS);
    gsize length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-");
    g_autofree char *rom = g_strndup (name, length);
    const char *others = g_hash_table_lookup (survey->roms, rom);

    if (others == NULL)
      g_hash_table_insert (survey->roms, g_steal_pointer (&rom), g_strdup (vm));
    else if (!g_str_has_suffix (others, vm))
      g_hash_table_insert (survey->roms,
                           g_steal_pointer (&rom),
                           g_strdup_printf ("%s, %s", others, vm));
  }
}

static void
add_vm (const GvtLibvirt *libvirt, GvtLibvirtSurvey *survey, virDomainPtr domain)
{
  /* Without VIR_DOMAIN_XML_SECURE: passwords are nothing to us. */
  char *xml = libvirt->virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  g_autoptr (GvtDomainInfo) info = xml != NULL ? gvt_domain_inspect (xml, NULL) : NULL;

  if (xml != NULL)
    add_roms (survey, xml, libvirt->virDomainGetName (domain));
  if (info != NULL && info->vgpus[0] != NULL && survey->example == NULL)
    survey->example = g_strdup (xml);
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
  G_GNUC_UNUSED g_autoptr (GvtProgress) progress = gvt_progress_begin (_ ("Waiting for libvirt"));
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
                 reason != NULL && reason->message != NULL ? reason->message
                                                           : _ ("no reason given"));
    return NULL;
  }
  survey = g_new0 (GvtLibvirtSurvey, 1);
  survey->roms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  survey->vms = g_ptr_array_new_with_free_func ((GDestroyNotify) gvt_domain_info_free);
  if (libvirt->virConnectGetLibVersion (connection, &survey->libvirt) < 0)
    survey->libvirt = 0;
  if (libvirt->virConnectGetVersion (connection, &survey->qemu) < 0)
    survey->qemu = 0;
  add_vms (libvirt, survey, connection);
  libvirt->virConnectClose (connection);
  return g_steal_pointer (&survey);
}
