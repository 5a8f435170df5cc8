/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the process helper does about a question. In the helper, or in a worker thread of a service
 * that has none.
 */

#include <gio/gio.h>

#include "gvt-error.h"
#include "holders.h"
#include "libvirt-daemon.h"
#include "memory-limit.h"
#include "process-helper.h"

static void
find_daemon (GvtRoot *root, const GvtProcessQuestion *question, GvtProcessAnswer *answer)
{
  g_autoptr (GvtLibvirtDaemon) daemon =
      gvt_libvirt_daemon_find (root, question->number, question->uid);

  if (daemon == NULL)
    return;
  answer->pid = daemon->pid;
  answer->started = daemon->started;
}

GvtProcessAnswer *
gvt_process_answer (GvtRoot *root, const GvtProcessQuestion *question, GError **error)
{
  g_autoptr (GvtProcessAnswer) answer = g_new0 (GvtProcessAnswer, 1);

  switch (question->verb) {
  case GVT_PROCESS_HOLDER:
    return gvt_holder_look (root, question->number);
  case GVT_PROCESS_DAEMON:
    find_daemon (root, question, answer);
    return g_steal_pointer (&answer);
  case GVT_PROCESS_RAISE:
    return gvt_memory_limit_raise (root, question, &answer->flag, error) ? g_steal_pointer (&answer)
                                                                         : NULL;
  case GVT_PROCESS_LOWER:
    return gvt_memory_limit_lower (root, question, error) ? g_steal_pointer (&answer) : NULL;
  default:
    g_return_val_if_reached (NULL);
  }
}
