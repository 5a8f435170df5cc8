/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks: libvirt, QEMU and the hook, as far as files tell. Versions and daemons are for the user's
 * eyes. Worker threads.
 */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fixes.h"

#define HOOKS "/etc/libvirt/hooks"
#define HOOK HOOKS "/qemu.d/gvt-manager"

static gboolean
any_exists (const GvtHostFacts *host, const char *const *paths)
{
  for (guint i = 0; paths[i] != NULL; i++) {
    if (gvt_root_exists (host->root, paths[i]))
      return TRUE;
  }
  return FALSE;
}

static mode_t
mode_of (const GvtHostFacts *host, const char *path)
{
  int fd = gvt_root_open (host->root, path, O_PATH);
  struct stat status = { .st_mode = 0 };

  if (fd < 0)
    return 0;
  if (fstat (fd, &status) != 0)
    status.st_mode = 0;
  close (fd);
  return status.st_mode;
}

static const char *
install_command (const GvtHostFacts *host)
{
  static const struct {
    const char *distribution;
    const char *command;
  } commands[] = {
    { "debian", "sudo apt install libvirt-daemon-system qemu-system-x86" },
    { "fedora", "sudo dnf install libvirt-daemon-kvm qemu-kvm" },
    { "rhel", "sudo dnf install libvirt-daemon-kvm qemu-kvm" },
    { "arch", "sudo pacman -S libvirt qemu-desktop" },
    { "suse", "sudo zypper install libvirt-daemon-qemu qemu-x86" },
    { "opensuse", "sudo zypper install libvirt-daemon-qemu qemu-x86" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (gvt_host_is_like (host, commands[i].distribution))
      return commands[i].command;
  }
  return NULL;
}

/* Whether both are there. */
static gboolean
check_installed (const GvtHostFacts *host, GPtrArray *findings)
{
  static const char *const daemons[] = { "/usr/sbin/libvirtd",
                                         "/usr/sbin/virtqemud",
                                         "/usr/bin/libvirtd",
                                         "/usr/bin/virtqemud",
                                         NULL };
  static const char *const emulators[] = { "/usr/bin/qemu-system-x86_64",
                                           "/usr/libexec/qemu-kvm",
                                           "/usr/bin/qemu-kvm",
                                           NULL };
  gboolean libvirt = any_exists (host, daemons);
  gboolean qemu = any_exists (host, emulators);
  const char *command = install_command (host);
  GvtFinding *finding;

  if (libvirt && qemu) {
    gvt_findings_add (findings,
                      "libvirt.installed",
                      GVT_FINDING_OK,
                      "libvirt and QEMU are installed");
    return TRUE;
  }
  finding = gvt_findings_add (findings,
                              "libvirt.installed",
                              GVT_FINDING_BLOCKER,
                              "%s not installed",
                              libvirt ? "QEMU is"
                              : qemu  ? "libvirt is"
                                      : "libvirt and QEMU are");
  gvt_finding_means (finding, "VMs are libvirt's, and run in QEMU");
  gvt_finding_mend (finding, "install libvirt and QEMU for x86");
  if (command != NULL)
    gvt_finding_run (finding, "%s", command);
  return FALSE;
}

/* The session daemon looks for hooks as the user. */
static const char *
find_closed_directory (const GvtHostFacts *host)
{
  static const char *const directories[] = { "/etc/libvirt", HOOKS, HOOKS "/qemu.d" };

  for (gsize i = 0; i < G_N_ELEMENTS (directories); i++) {
    if ((mode_of (host, directories[i]) & S_IXOTH) == 0)
      return directories[i];
  }
  return (mode_of (host, HOOKS "/qemu.d") & S_IROTH) == 0 ? HOOKS "/qemu.d" : NULL;
}

static void
check_hook (const GvtHostFacts *host, GPtrArray *findings)
{
  mode_t mode = mode_of (host, HOOK);
  const char *closed;
  GvtFinding *finding;

  if (!S_ISREG (mode) || (mode & (S_IXUSR | S_IXOTH)) != (S_IXUSR | S_IXOTH)) {
    finding = gvt_findings_add (findings,
                                "libvirt.hook",
                                GVT_FINDING_WARNING,
                                S_ISREG (mode) ? HOOK " is not executable for all"
                                               : HOOK " is missing");
    gvt_finding_means (finding, "libvirt cannot prepare a VM's vGPU; only “gvt-client run VM” can");
    gvt_finding_mend (finding, "install the hook, and start libvirt's daemons again");
    gvt_finding_fix (finding, GVT_FIX_HOOK);
    return;
  }
  closed = find_closed_directory (host);
  if (closed != NULL) {
    finding = gvt_findings_add (findings,
                                "libvirt.hook",
                                GVT_FINDING_WARNING,
                                "%s is closed to users, as some distributions ship it",
                                closed);
    gvt_finding_means (finding, "VMs of qemu:///session run no hooks; those of qemu:///system do");
    gvt_finding_mend (finding,
                      "start your VMs with “gvt-client run VM”, which needs no hook; or open the "
                      "directory");
    gvt_finding_run (finding, "sudo chmod o+rx %s", closed);
    return;
  }
  gvt_findings_add (findings,
                    "libvirt.hook",
                    GVT_FINDING_OK,
                    HOOK " is installed and open to users");
}

void
gvt_check_libvirt (const GvtHostFacts *host, GPtrArray *findings)
{
  if (check_installed (host, findings))
    check_hook (host, findings);
}
