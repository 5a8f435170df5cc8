/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: whether the system's libvirt daemon, if it runs, has seen the hook: libvirt looks for hooks
 * when it starts (libvirt src/util/virhook.c, virHookInitialize). Worker threads.
 *
 * Which program a process of root's runs is not for the service to see; its name and user are.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "libvirt-daemon.h"

#define HOOK "/etc/libvirt/hooks/qemu.d/gvt-manager"
#define STAT_MAX (1024 * 1024) /* a line per interrupt */

/* Seconds since 1970. */
static gint64
read_boot_time (GvtRoot *root)
{
  g_autofree char *text = gvt_root_read_text (root, "/proc/stat", STAT_MAX, NULL);
  const char *line = text != NULL ? strstr (text, "\nbtime ") : NULL;

  return line != NULL ? g_ascii_strtoll (line + strlen ("\nbtime "), NULL, 10) : 0;
}

static gint64
read_hook_time (GvtRoot *root)
{
  int fd = gvt_root_open (root, HOOK, O_PATH);
  struct stat status;
  gboolean there = fd >= 0 && fstat (fd, &status) == 0;

  if (fd >= 0)
    close (fd);
  return there ? status.st_ctim.tv_sec : 0;
}

/* The name of a libvirt daemon of root's, NULL if the process is none. */
static char *
read_daemon (GvtRoot *root, const char *pid)
{
  g_autofree char *comm_path = g_build_filename ("/proc", pid, "comm", NULL);
  g_autofree char *status_path = g_build_filename ("/proc", pid, "status", NULL);
  g_autofree char *comm = gvt_root_read_text (root, comm_path, 64, NULL);
  g_autofree char *status = NULL;

  if (comm == NULL ||
      (!g_str_equal (g_strchomp (comm), "libvirtd") && !g_str_equal (comm, "virtqemud")))
    return NULL;
  status = gvt_root_read_text (root, status_path, 64 * 1024, NULL);
  return status != NULL && strstr (status, "\nUid:\t0\t") != NULL ? g_steal_pointer (&comm) : NULL;
}

static void
add_finding (GPtrArray *findings, const char *name, guint64 pid, gboolean seen)
{
  GvtFinding *finding = gvt_findings_add (
      findings,
      "libvirt.hook-seen",
      seen ? GVT_FINDING_OK : GVT_FINDING_WARNING,
      seen ? "the system's %s (process %" G_GUINT64_FORMAT ") started after the hook was installed"
           : "the system's %s (process %" G_GUINT64_FORMAT ") is older than the hook",
      name,
      pid);

  if (seen)
    return;
  gvt_finding_means (
      finding,
      "libvirt looks for hooks when it starts: for VMs of qemu:///system, no vGPU is "
      "made");
  gvt_finding_mend (finding, "start it again; running VMs stay");
  gvt_finding_run (finding, "sudo systemctl restart %s", name);
}

void
gvt_check_hook_seen (const GvtHostFacts *host, GPtrArray *findings)
{
  g_autoptr (GPtrArray) names = gvt_root_list (host->root, "/proc");
  gint64 hook = read_hook_time (host->root);
  gint64 boot = read_boot_time (host->root);

  for (guint i = 0; hook > 0 && boot > 0 && i < names->len; i++) {
    g_autofree char *daemon = NULL;
    guint64 started;
    guint64 pid;
    pid_t parent;

    if (!g_ascii_string_to_unsigned (g_ptr_array_index (names, i), 10, 1, G_MAXINT32, &pid, NULL))
      continue;
    daemon = read_daemon (host->root, g_ptr_array_index (names, i));
    if (daemon == NULL || !gvt_process_read_stat (host->root, (pid_t) pid, &parent, &started))
      continue;
    add_finding (findings, daemon, pid, boot + (gint64) started / sysconf (_SC_CLK_TCK) >= hook);
    return;
  }
}
