/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All families of checks, in order. Worker threads; the asynchronous half on the main loop. Must
 * never change the host.
 */

#include "check.h"

typedef void (*Family) (const GvtHostFacts *host, GPtrArray *findings);

static const Family families[] = {
  gvt_check_gpu,         gvt_check_virtualisation, gvt_check_kernel,      gvt_check_modules,
  gvt_check_vfio,        gvt_check_types,          gvt_check_aperture,    gvt_check_policy,
  gvt_check_libvirt,     gvt_check_hook_seen,      gvt_check_confinement, gvt_check_roms,
  gvt_check_memory_lock, gvt_check_kernel_log,
};

GPtrArray *
gvt_host_check (GvtRoot *root)
{
  g_autoptr (GvtHostFacts) host = gvt_host_facts_read (root);
  GPtrArray *findings = gvt_findings_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    families[i](host, findings);
  return findings;
}

static void
check_in_worker (GTask *task, gpointer source, gpointer root, GCancellable *cancellable)
{
  g_task_return_pointer (task, gvt_host_check (root), (GDestroyNotify) g_ptr_array_unref);
}

void
gvt_host_check_async (GvtRoot *root,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, gvt_host_check_async);
  g_task_set_task_data (task, gvt_root_ref (root), (GDestroyNotify) gvt_root_unref);
  g_task_run_in_thread (task, check_in_worker);
}

GPtrArray *
gvt_host_check_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
