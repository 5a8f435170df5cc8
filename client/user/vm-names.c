/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of the user's VMs, for screens that have to be there at once: libvirt is asked in a
 * thread while the service is, and left alone if it takes too long. Main thread, but for that one,
 * which alone uses libvirt. Must not ask anybody for a password, nor fail.
 */

#include "vm-names.h"

#include "inspect.h"
#include "libvirt-library.h"
#include "vm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct _GvtVmNames {
  gatomicrefcount references; /* the asker's and the thread's */
  char *uri;
  GMutex lock;
  GCond changed;
  gboolean answered;
  GHashTable *names;
};

/* Where libvirt's daemons listen: the one for all drivers, the one for QEMU (src/remote/meson.build). */
static const char *const sockets[] = { "libvirt-sock", "virtqemud-sock" };

static gboolean
is_listened_to (const char *uri)
{
  g_autofree char *directory = NULL;

  if (!g_str_has_prefix (uri, "qemu:"))
    return TRUE; /* no daemon is between */
  directory = gvt_vm_is_system (uri)
                  ? g_strdup ("/run/libvirt")
                  : g_build_filename (g_get_user_runtime_dir (), "libvirt", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (sockets); i++) {
    g_autofree char *path = g_build_filename (directory, sockets[i], NULL);

    if (access (path, W_OK) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
ignore_error (void *data, virErrorPtr error)
{
}

static void
add_vm (const GvtLibvirt *libvirt, GHashTable *names, virDomainPtr domain)
{
  const char *name = libvirt->virDomainGetName (domain);
  char *xml = libvirt->virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  g_autoptr (GvtDomainInfo) info = NULL;
  char uuid[VIR_UUID_STRING_BUFLEN];

  if (libvirt->virDomainGetUUIDString (domain, uuid) == 0)
    g_hash_table_insert (names, g_strdup (uuid), g_strdup (name));
  if (xml != NULL && strstr (xml, "mdev") != NULL)
    info = gvt_domain_inspect (xml, NULL);
  for (char **vgpu = info != NULL ? info->vgpus : NULL; vgpu != NULL && *vgpu != NULL; vgpu++)
    g_hash_table_insert (names, g_strdup (*vgpu), g_strdup (name));
  free (xml);
}

static void
add_vms (const char *uri, GHashTable *names)
{
  const GvtLibvirt *libvirt = gvt_libvirt_load (NULL);
  virConnectPtr connection = NULL;
  virDomainPtr *domains = NULL;
  int count;

  if (libvirt == NULL)
    return;
  libvirt->virSetErrorFunc (NULL, ignore_error);
  connection = libvirt->virConnectOpen (uri);
  if (connection == NULL)
    return;
  count = libvirt->virConnectListAllDomains (connection, &domains, 0);
  for (int i = 0; i < count; i++) {
    add_vm (libvirt, names, domains[i]);
    libvirt->virDomainFree (domains[i]);
  }
  free (domains);
  libvirt->virConnectClose (connection);
}

static gpointer
ask (gpointer data)
{
  g_autoptr (GvtVmNames) self = data;
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  add_vms (self->uri, names);
  g_mutex_lock (&self->lock);
  self->names = g_steal_pointer (&names);
  self->answered = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

GvtVmNames *
gvt_vm_names_ask (const GvtClient *client, gboolean may_start)
{
  const char *uri = gvt_vm_uri (client);
  GvtVmNames *self = NULL;

  /* Whoever is not root would be asked for a password. */
  if ((gvt_vm_is_system (uri) && geteuid () != 0) || !(may_start || is_listened_to (uri)))
    return NULL;
  if (!may_start)
    g_setenv ("LIBVIRT_AUTOSTART", "0", TRUE); /* the socket may be a dead daemon's */
  self = g_new0 (GvtVmNames, 1);
  g_atomic_ref_count_init (&self->references);
  self->uri = g_strdup (uri);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_atomic_ref_count_inc (&self->references);
  g_thread_unref (g_thread_new ("vm-names", ask, self));
  return self;
}

GHashTable *
gvt_vm_names_wait (GvtVmNames *self, guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  GHashTable *names = NULL;

  if (self == NULL)
    return NULL;
  g_mutex_lock (&self->lock);
  while (!self->answered && g_cond_wait_until (&self->changed, &self->lock, end))
    ;
  if (self->answered)
    names = g_hash_table_ref (self->names);
  g_mutex_unlock (&self->lock);
  return names;
}

void
gvt_vm_names_free (GvtVmNames *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->uri);
  g_free (self);
}
