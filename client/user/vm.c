/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client's one door to libvirt: the user's own domains, with the user's own rights. Main
 * thread, blocking. Must not edit XML, nor be reached from the hook (a hook that calls libvirt
 * deadlocks).
 */

#include "vm.h"

#include "gvt-error.h"
#include "libvirt-library.h"
#include "progress.h"
#include "terminal.h"

#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct _GvtVm {
  virConnectPtr connection;
  virDomainPtr domain;
  gboolean read_only;
  char uuid[VIR_UUID_STRING_BUFLEN];
  gboolean over;
  GvtVmEnd end;
};

static const GvtLibvirt *libvirt;

/* Signals come in by the one, and go on to the event loop by the other. */
static int signal_fd = -1;
static int signal_event_fd = -1;

const char *
gvt_vm_uri (const GvtClient *client)
{
  const char *from_environment = g_getenv ("LIBVIRT_DEFAULT_URI");

  if (client->uri != NULL)
    return client->uri;
  if (from_environment != NULL && *from_environment != '\0')
    return from_environment;
  return geteuid () == 0 ? "qemu:///system" : "qemu:///session";
}

static gboolean
is_of_this_host (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;

  return host == NULL || *host == '\0';
}

gboolean
gvt_vm_is_system (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);

  return parsed != NULL && strcmp (g_uri_get_path (parsed), "/system") == 0 &&
         is_of_this_host (uri);
}

/* Errors come as GError; libvirt's own habit is to print them. */
static void
ignore_error (void *data, virErrorPtr error)
{
}

static gboolean
set_error (GError **error, const char *what)
{
  const virError *reason = libvirt->virGetLastError ();
  g_autofree char *message = NULL;

  message = g_strdup (reason != NULL && reason->message != NULL ? reason->message
                                                                : _ ("no reason given"));
  g_strchomp (message); /* a schema's complaints end in a newline */
  g_set_error (error,
               GVT_ERROR,
               reason != NULL && reason->code == VIR_ERR_NO_DOMAIN ? GVT_ERROR_NOT_FOUND
                                                                   : GVT_ERROR_LIBVIRT,
               "%s: %s",
               what,
               message);
  return FALSE;
}

/* libvirt's own words for it say less. */
static void
set_not_found (GError **error, const char *uri, const char *name)
{
  const virError *reason = libvirt->virGetLastError ();
  g_autofree char *what = NULL;

  if (reason != NULL && reason->code == VIR_ERR_NO_DOMAIN) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_NOT_FOUND,
                 _ ("no VM “%s” at %s; “virsh -c %s list --all” lists those there are"),
                 name,
                 uri,
                 uri);
    return;
  }
  what = g_strdup_printf (_ ("cannot look for the VM “%s” at %s"), name, uri);
  set_error (error, what);
}

static gboolean
check_host (const char *uri, GError **error)
{
  if (is_of_this_host (uri))
    return TRUE;
  g_set_error (error,
               GVT_ERROR,
               GVT_ERROR_INVALID_ARGUMENT,
               _ ("%s is the libvirt of another host; a VM there cannot have a vGPU of this one"),
               uri);
  return FALSE;
}

static gboolean
load (GError **error)
{
  if (libvirt == NULL)
    libvirt = gvt_libvirt_load (error);
  if (libvirt == NULL)
    return FALSE;
  libvirt->virSetErrorFunc (NULL, ignore_error);
  return TRUE;
}

/* A thread, since the main one may be waiting for the service, or for a password. */
static gpointer
pass_signals_on (gpointer data)
{
  g_autoptr (GCancellable) interrupt = data;
  struct signalfd_siginfo info;

  while (read (signal_fd, &info, sizeof info) == sizeof info) {
    g_cancellable_cancel (interrupt);
    eventfd_write (signal_event_fd, 1);
  }
  return NULL;
}

gboolean
gvt_vm_watch_signals (GvtClient *client, GError **error)
{
  sigset_t signals;

  if (!load (error))
    return FALSE;
  sigemptyset (&signals);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  signal_fd = signalfd (-1, &signals, SFD_CLOEXEC);
  signal_event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signal_fd < 0 || signal_event_fd < 0 || libvirt->virEventRegisterDefaultImpl () < 0)
    return set_error (error, _ ("cannot watch for events"));
  client->interrupt = g_cancellable_new ();
  g_thread_unref (g_thread_new ("signals", pass_signals_on, g_object_ref (client->interrupt)));
  return TRUE;
}

static GvtVm *
open_vm (const char *uri, const char *name, gboolean read_only, GError **error)
{
  g_autoptr (GvtVm) vm = g_new0 (GvtVm, 1);
  G_GNUC_UNUSED g_autoptr (GvtProgress) progress = gvt_progress_begin (_ ("Waiting for libvirt"));
  g_autofree char *what = NULL;

  if (!check_host (uri, error) || !load (error))
    return NULL;
  vm->read_only = read_only;
  vm->connection = read_only ? libvirt->virConnectOpenReadOnly (uri)
                             : libvirt->virConnectOpen (uri);
  if (vm->connection == NULL) {
    what = g_strdup_printf (_ ("cannot connect to libvirt at %s"), uri);
    set_error (error, what);
    return NULL;
  }
  vm->domain = libvirt->virDomainLookupByName (vm->connection, name);
  if (vm->domain == NULL && g_uuid_string_is_valid (name))
    vm->domain = libvirt->virDomainLookupByUUIDString (vm->connection, name);
  if (vm->domain == NULL) {
    set_not_found (error, uri, name);
    return NULL;
  }
  if (libvirt->virDomainGetUUIDString (vm->domain, vm->uuid) < 0) {
    set_error (error, _ ("cannot read the VM's UUID"));
    return NULL;
  }
  return g_steal_pointer (&vm);
}

GvtVm *
gvt_vm_open (const char *uri, const char *name, GError **error)
{
  return open_vm (uri, name, gvt_vm_is_system (uri), error);
}

void
gvt_vm_free (GvtVm *vm)
{
  if (vm->domain != NULL)
    libvirt->virDomainFree (vm->domain);
  if (vm->connection != NULL)
    libvirt->virConnectClose (vm->connection);
  g_free (vm);
}

const char *
gvt_vm_name (const GvtVm *vm)
{
  return libvirt->virDomainGetName (vm->domain);
}

const char *
gvt_vm_uuid (const GvtVm *vm)
{
  return vm->uuid;
}

gulong
gvt_vm_libvirt_version (const GvtVm *vm)
{
  unsigned long version = 0;

  libvirt->virConnectGetLibVersion (vm->connection, &version);
  return version;
}

gboolean
gvt_vm_is_running (const GvtVm *vm)
{
  return libvirt->virDomainIsActive (vm->domain) == 1;
}

char *
gvt_vm_get_xml (const GvtVm *vm, GError **error)
{
  char *xml = libvirt->virDomainGetXMLDesc (vm->domain,
                                            VIR_DOMAIN_XML_INACTIVE |
                                                (vm->read_only ? 0 : VIR_DOMAIN_XML_SECURE));

  if (xml == NULL)
    set_error (error, _ ("cannot read the VM's definition"));
  return xml; /* libvirt allocates as GLib does, with malloc */
}

char *
gvt_vm_get_capabilities (const GvtVm *vm,
                         const char *emulator,
                         const char *machine,
                         const char *type)
{
  return libvirt->virConnectGetDomainCapabilities (vm->connection,
                                                   emulator,
                                                   NULL,
                                                   *machine != '\0' ? machine : NULL,
                                                   *type != '\0' ? type : NULL,
                                                   0);
}

gboolean
gvt_vm_define (const GvtVm *vm, const char *before, const char *xml, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GvtProgress) progress = gvt_progress_begin (_ ("Waiting for libvirt"));
  g_autofree char *now = gvt_vm_get_xml (vm, error);
  virDomainPtr defined;

  if (now == NULL)
    return FALSE;
  if (strcmp (now, before) != 0) {
    g_set_error (error,
                 GVT_ERROR,
                 GVT_ERROR_CONFLICT,
                 _ ("the definition of %s changed meanwhile; nothing was done, try again"),
                 gvt_vm_name (vm));
    return FALSE;
  }
  defined = libvirt->virDomainDefineXMLFlags (vm->connection, xml, VIR_DOMAIN_DEFINE_VALIDATE);
  if (defined == NULL)
    return set_error (error, _ ("libvirt refuses the edited definition"));
  libvirt->virDomainFree (defined);
  return TRUE;
}

gboolean
gvt_vm_start (GvtVm *vm, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GvtProgress) progress = gvt_progress_begin (_ ("Starting the VM"));

  if (libvirt->virDomainCreate (vm->domain) < 0)
    return set_error (error, _ ("cannot start the VM"));
  return TRUE;
}

static void
on_lifecycle (virConnectPtr connection, virDomainPtr domain, int event, int detail, void *data)
{
  GvtVm *vm = data;

  if (event != VIR_DOMAIN_EVENT_STOPPED)
    return;
  vm->over = TRUE;
  vm->end = detail == VIR_DOMAIN_EVENT_STOPPED_CRASHED || detail == VIR_DOMAIN_EVENT_STOPPED_FAILED
                ? GVT_VM_FAILED
                : GVT_VM_ENDED;
}

static void
on_close (virConnectPtr connection, int reason, void *data)
{
  GvtVm *vm = data;

  if (vm->over)
    return;
  vm->over = TRUE;
  vm->end = GVT_VM_LOST;
}

typedef struct {
  const GvtClient *client;
  GvtVm *vm;
  guint64 signals;
} Wait;

static void
on_signal (int watch, int fd, int events, void *data)
{
  Wait *wait = data;
  eventfd_t count;

  if (eventfd_read (fd, &count) != 0)
    return;
  wait->signals += count;
  if (wait->signals == 1) {
    gvt_terminal_talk (wait->client,
                       _ ("Shutting down %s; once more forces it off"),
                       gvt_vm_name (wait->vm));
    if (libvirt->virDomainShutdown (wait->vm->domain) == 0)
      return;
  }
  libvirt->virDomainDestroy (wait->vm->domain);
}

GvtVmEnd
gvt_vm_wait (const GvtClient *client, GvtVm *vm)
{
  Wait wait = { client, vm, 0 };
  int watch;
  int lifecycle;

  watch = libvirt->virEventAddHandle (signal_event_fd,
                                      VIR_EVENT_HANDLE_READABLE,
                                      on_signal,
                                      &wait,
                                      NULL);
  libvirt->virConnectRegisterCloseCallback (vm->connection, on_close, vm, NULL);
  lifecycle = libvirt->virConnectDomainEventRegisterAny (vm->connection,
                                                         vm->domain,
                                                         VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                                         VIR_DOMAIN_EVENT_CALLBACK (on_lifecycle),
                                                         vm,
                                                         NULL);
  /* It may have ended before the events were asked for. */
  if (lifecycle >= 0 && libvirt->virDomainIsActive (vm->domain) == 0)
    vm->over = TRUE;
  while (lifecycle >= 0 && !vm->over && libvirt->virEventRunDefaultImpl () == 0)
    ;
  if (!vm->over)
    vm->end = GVT_VM_LOST;
  if (lifecycle >= 0)
    libvirt->virConnectDomainEventDeregisterAny (vm->connection, lifecycle);
  libvirt->virConnectUnregisterCloseCallback (vm->connection, on_close);
  libvirt->virEventRemoveHandle (watch);
  return vm->end;
}
