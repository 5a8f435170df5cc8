/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "root.h"

G_BEGIN_DECLS

/**
 * GvtMemoryLock:
 *
 * How much memory a user's libvirt daemon may let a VM lock. libvirt sets RLIMIT_MEMLOCK of a VM with
 * a VFIO device to its memory and 1 GiB (qemuDomainGetMemLockLimitBytes) in the process it forks, and
 * without privilege can only go down to that from what the daemon has.
 *
 * The object belongs to the main loop; the work is done one request at a time in a thread of its
 * own, so that a limit is never read while another request is changing it.
 */
#define GVT_TYPE_MEMORY_LOCK (gvt_memory_lock_get_type ())
G_DECLARE_FINAL_TYPE (GvtMemoryLock, gvt_memory_lock, GVT, MEMORY_LOCK, GObject)

GvtMemoryLock *gvt_memory_lock_new (GvtRoot *root);

/** GVT_MEMORY_KIB_MAX: more memory than any VM has, in KiB: 1 PiB. */
#define GVT_MEMORY_KIB_MAX (G_GUINT64_CONSTANT (1) << 40)

/**
 * gvt_memory_lock_default_maximum:
 *
 * Returns: half of the machine's memory, in bytes
 */
guint64 gvt_memory_lock_default_maximum (void);

/**
 * gvt_memory_lock_raise_async:
 * @maximum: the most bytes the limit is raised to
 * @uid: the caller's user
 * @caller: the calling process
 * @domain: the VM's UUID
 * @memory_kib: the VM's memory, at most %GVT_MEMORY_KIB_MAX
 *
 * Lets the user's libvirt daemon lock what the VM needs, until the last VM that this was done for is
 * released. A user who runs no libvirt daemon, or whose limit is high enough, is let be.
 */
void gvt_memory_lock_raise_async (GvtMemoryLock *self,
                                  guint64 maximum,
                                  guint32 uid,
                                  pid_t caller,
                                  const char *domain,
                                  guint64 memory_kib,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);

/** gvt_memory_lock_release_async: puts the limit back when @domain was the user's last. */
void gvt_memory_lock_release_async (GvtMemoryLock *self,
                                    guint32 uid,
                                    const char *domain,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * gvt_memory_lock_raise_finish:
 * @added: (out): whether the VM is one more that the limit was raised for, so that releasing it takes
 *   nothing from an earlier request
 *
 * Returns: whether it worked; %GVT_ERROR_LIMIT_EXCEEDED or FAILED if not
 */
gboolean gvt_memory_lock_raise_finish (GvtMemoryLock *self,
                                       GAsyncResult *result,
                                       gboolean *added,
                                       GError **error);

/** gvt_memory_lock_finish: Returns: whether releasing worked; %GVT_ERROR_FAILED if not */
gboolean gvt_memory_lock_finish (GvtMemoryLock *self, GAsyncResult *result, GError **error);

G_END_DECLS
