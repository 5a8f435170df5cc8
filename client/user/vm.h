/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * GvtVm:
 *
 * A domain, and the connection it was found on. One of the system's libvirt can be looked at only:
 * the service changes it.
 */
typedef struct _GvtVm GvtVm;

/**
 * GvtVmEnd:
 * @GVT_VM_ENDED: shut down or forced off
 * @GVT_VM_FAILED: crashed, or QEMU failed
 * @GVT_VM_LOST: the connection broke; the VM may be running
 */
typedef enum {
  GVT_VM_ENDED,
  GVT_VM_FAILED,
  GVT_VM_LOST,
} GvtVmEnd;

/**
 * gvt_vm_uri:
 * @client: what the invocation was told
 *
 * Returns: `--connect`, else `$LIBVIRT_DEFAULT_URI`, else `qemu:///system` for root and
 *   `qemu:///session` for others.
 */
const char *gvt_vm_uri (const GvtClient *client);

/**
 * gvt_vm_is_system:
 * @uri: a libvirt URI
 *
 * Returns: whether it is this host's system libvirt, whose domains are the service's to edit.
 */
gboolean gvt_vm_is_system (const char *uri);

/**
 * gvt_vm_watch_signals:
 * @client: what the invocation was told
 * @error: GVT_ERROR_LIBVIRT
 *
 * Lets gvt_vm_wait() see what happens. SIGINT, SIGTERM and SIGHUP no longer kill: they go to
 * gvt_vm_wait(), and cancel calls to the service until then. To be called before gvt_vm_open() and
 * before there is a thread.
 */
gboolean gvt_vm_watch_signals (GvtClient *client, GError **error);

/**
 * gvt_vm_open:
 * @uri: a libvirt URI
 * @name: a domain's name or UUID
 * @error: GVT_ERROR_NOT_FOUND or GVT_ERROR_LIBVIRT; INVALID_ARGUMENT for another host's libvirt
 */
GvtVm *gvt_vm_open (const char *uri, const char *name, GError **error);

void gvt_vm_free (GvtVm *vm);

const char *gvt_vm_name (const GvtVm *vm);

/** gvt_vm_uuid: Returns: its UUID in lower case. */
const char *gvt_vm_uuid (const GvtVm *vm);

/** gvt_vm_libvirt_version: Returns: the version of the libvirt that has it; 8005000 is 8.5.0. */
gulong gvt_vm_libvirt_version (const GvtVm *vm);

gboolean gvt_vm_is_running (const GvtVm *vm);

/**
 * gvt_vm_get_xml:
 * @vm: a domain
 * @error: GVT_ERROR_LIBVIRT
 *
 * Returns: its definition as it will be at the next start, with passwords, as defining it again
 *   without them would lose them; a system domain's without, as it is to be looked at only.
 */
char *gvt_vm_get_xml (const GvtVm *vm, GError **error);

/**
 * gvt_vm_get_capabilities:
 * @vm: a domain
 * @emulator: (nullable): the program that runs it
 * @machine: its machine type
 * @type: `kvm` or `qemu`
 *
 * Returns: (nullable): the domain capabilities, as libvirt gives them; NULL where it has none.
 */
char *gvt_vm_get_capabilities (const GvtVm *vm,
                               const char *emulator,
                               const char *machine,
                               const char *type);

/**
 * gvt_vm_define:
 * @vm: a domain
 * @before: what gvt_vm_get_xml() said when the edit began
 * @xml: what it is to be
 * @error: GVT_ERROR_CONFLICT if the definition changed since @before; GVT_ERROR_LIBVIRT
 *
 * Redefines the domain, validated against libvirt's schema: libvirt drops without a word what it
 * does not know when it is not asked to validate.
 */
gboolean gvt_vm_define (const GvtVm *vm, const char *before, const char *xml, GError **error);

/**
 * gvt_vm_start:
 * @vm: a domain
 * @error: GVT_ERROR_LIBVIRT
 */
gboolean gvt_vm_start (GvtVm *vm, GError **error);

/**
 * gvt_vm_wait:
 * @client: what the invocation was told
 * @vm: a domain that was started, after gvt_vm_watch_signals()
 *
 * Waits for its end. A first SIGINT, SIGTERM or SIGHUP asks the guest to shut down, a second forces
 * it off.
 */
GvtVmEnd gvt_vm_wait (const GvtClient *client, GvtVm *vm);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GvtVm, gvt_vm_free)

G_END_DECLS
