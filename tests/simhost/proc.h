/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/** The directory DIR/proc: processes that hold a VFIO group open, and nothing else. */
typedef struct _SimProc SimProc;

/**
 * sim_proc_new:
 * @dir: (type filename): the host's directory, absolute
 *
 * Returns: (nullable): DIR/proc, made and empty but for `cmdline`; or %NULL with @error set
 */
SimProc *sim_proc_new (const char *dir, GError **error);

void sim_proc_free (SimProc *proc);

/** Removes all that @proc has made. */
void sim_proc_remove_all (SimProc *proc);

/**
 * sim_proc_add_holder:
 * @pid: its process id
 * @uid: whose it is
 * @comm: its name, at most 15 bytes are shown, as the kernel does
 * @uuid: the vGPU, for the command line
 * @group: the IOMMU group whose node it holds open
 *
 * Makes PID/{comm,status,cmdline,fd/} as a QEMU that uses the vGPU would show.
 */
gboolean sim_proc_add_holder (SimProc *proc,
                              pid_t pid,
                              uid_t uid,
                              const char *comm,
                              const char *uuid,
                              guint group,
                              GError **error);

/** Returns: whether a simulated process has this id */
gboolean sim_proc_has (SimProc *proc, pid_t pid);

void sim_proc_remove_holder (SimProc *proc, pid_t pid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimProc, sim_proc_free)

G_END_DECLS
