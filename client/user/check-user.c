/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client's half of `check`: what follows from what the user sees. Pure. Any thread.
 */

#include "check-user.h"

#define GIB ((guint64) 1024 * 1024 * 1024)
#define VERSION(major, minor, release) ((major) *1000000ul + (minor) *1000ul + (release))
#define VERSION_ARGUMENTS(version) (version) / 1000000, (version) / 1000 % 1000, (version) % 1000

/* What each version brought, by libvirt's and QEMU's release notes. */
#define LIBVIRT_HOOK_DIRECTORY VERSION (6, 5, 0)
#define LIBVIRT_OVERRIDE VERSION (8, 5, 0)
#define QEMU_RAMFB_AND_EDID VERSION (4, 0, 0)
#define QEMU_DBUS_DISPLAY VERSION (7, 0, 0)
#define QEMU_REMOTE_GL VERSION (10, 1, 0)

static void
check_kvm (const GvtUserFacts *facts, GPtrArray *findings)
{
  GvtFinding *finding;

  if (!facts->session) /* QEMU is not the user's there */
    return;
  if (facts->kvm_open) {
    gvt_findings_add (findings, "user.kvm", GVT_FINDING_OK, _ ("%s may use /dev/kvm"), facts->user);
    return;
  }
  if (!facts->kvm_exists) {
    finding =
        gvt_findings_add (findings, "user.kvm", GVT_FINDING_BLOCKER, _ ("there is no /dev/kvm"));
    gvt_finding_means (finding, _ ("a VM with a vGPU has to run under KVM"));
    gvt_finding_mend (
        finding,
        _ ("switch on “Intel Virtualization Technology” (VT-x) in the BIOS, and load the "
           "module kvm_intel"));
    gvt_finding_run (finding, "sudo modprobe kvm_intel");
    return;
  }
  finding = gvt_findings_add (findings,
                              "user.kvm",
                              GVT_FINDING_BLOCKER,
                              _ ("%s may not use /dev/kvm"),
                              facts->user);
  gvt_finding_means (finding, _ ("a VM with a vGPU has to run under KVM"));
  gvt_finding_mend (finding, _ ("join the group kvm, then log out and in again"));
  gvt_finding_run (finding, "sudo usermod -aG kvm %s", facts->user);
}

static void
check_libvirt (const GvtUserFacts *facts, GPtrArray *findings)
{
  gulong version = facts->survey->libvirt;
  GvtFinding *finding = gvt_findings_add (findings,
                                          "user.libvirt",
                                          version >= LIBVIRT_OVERRIDE ? GVT_FINDING_OK
                                                                      : GVT_FINDING_NOTE,
                                          _ ("libvirt %lu.%lu.%lu at %s"),
                                          VERSION_ARGUMENTS (version),
                                          facts->uri);

  if (version >= LIBVIRT_OVERRIDE) {
    gvt_finding_means (finding, _ ("everything attach can do works with it"));
    return;
  }
  if (version >= LIBVIRT_HOOK_DIRECTORY) {
    gvt_finding_means (finding,
                       _ ("before libvirt 8.5, attach writes --dma-buf, --rom and --resolution as "
                          "arguments of QEMU"));
    gvt_finding_mend (finding, _ ("nothing has to be done; 8.5 or newer is better"));
    return;
  }
  gvt_finding_means (finding,
                     _ ("before libvirt 6.5, there are no hooks in /etc/libvirt/hooks/qemu.d"));
  gvt_finding_mend (finding, _ ("start your VMs with “gvt-client run VM”"));
}

static void
check_qemu (const GvtUserFacts *facts, GPtrArray *findings)
{
  gulong version = facts->survey->qemu;
  GvtFinding *finding;

  if (version == 0) {
    finding = gvt_findings_add (findings,
                                "user.qemu",
                                GVT_FINDING_BLOCKER,
                                _ ("libvirt at %s has no QEMU"),
                                facts->uri);
    gvt_finding_means (finding, _ ("VMs run in QEMU"));
    gvt_finding_mend (finding, _ ("install QEMU for x86"));
    return;
  }
  finding = gvt_findings_add (findings,
                              "user.qemu",
                              version >= QEMU_RAMFB_AND_EDID ? GVT_FINDING_OK : GVT_FINDING_WARNING,
                              _ ("QEMU %lu.%lu.%lu"),
                              VERSION_ARGUMENTS (version));
  if (version < QEMU_RAMFB_AND_EDID) {
    gvt_finding_means (finding, _ ("before QEMU 4.0 there is neither --ramfb nor --resolution"));
    gvt_finding_mend (finding, _ ("install a newer QEMU"));
  } else if (version < QEMU_DBUS_DISPLAY)
    gvt_finding_means (finding, _ ("all displays but “dbus”, which comes with QEMU 7.0"));
  else if (version < QEMU_REMOTE_GL)
    gvt_finding_means (finding, _ ("all displays; “spice-gl” for viewers on this machine only"));
  else
    gvt_finding_means (finding, _ ("all displays; “spice-gl” also over the network"));
}

static void
check_daemon (const GvtUserFacts *facts, GPtrArray *findings)
{
  g_autofree char *limit = g_format_size_full (facts->daemon_limit, G_FORMAT_SIZE_IEC_UNITS);
  GvtFinding *finding;

  if (!facts->session)
    return;
  if (facts->daemon == 0) {
    finding = gvt_findings_add (findings,
                                "user.daemon",
                                GVT_FINDING_UNKNOWN,
                                _ ("no process of yours is a libvirt daemon"));
    gvt_finding_means (
        finding,
        _ ("whether it knows the hook, and how much memory its VMs may lock, cannot be "
           "told"));
    return;
  }
  finding = gvt_findings_add (
      findings,
      "user.daemon",
      GVT_FINDING_OK,
      _ ("your libvirt daemon is process %d; its VMs may lock %s of memory"),
      facts->daemon,
      facts->daemon_limit == G_MAXUINT64 ? _ ("any amount") : limit);
  gvt_finding_means (finding, _ ("the limit is raised when a VM with a vGPU starts"));
}

static void
check_hook_seen (const GvtUserFacts *facts, GPtrArray *findings)
{
  GvtFinding *finding;

  if (facts->daemon == 0 || !facts->hook_installed)
    return;
  if (facts->daemon_started >= facts->hook_changed) {
    gvt_findings_add (findings,
                      "user.hook-seen",
                      GVT_FINDING_OK,
                      _ ("your libvirt daemon (process %d) started after the hook was installed"),
                      facts->daemon);
    return;
  }
  finding = gvt_findings_add (findings,
                              "user.hook-seen",
                              GVT_FINDING_WARNING,
                              _ ("your libvirt daemon (process %d) is older than the hook"),
                              facts->daemon);
  gvt_finding_means (finding, _ ("libvirt looks for hooks when it starts; it does not know ours"));
  gvt_finding_mend (finding, _ ("end it; running VMs stay, and the next virsh starts it again"));
  gvt_finding_run (finding, "kill %d", facts->daemon);
}

/* libvirt gives a VM with a VFIO device its memory and 1 GiB (qemuDomainGetMemLockLimitBytes). */
static void
check_vm_memory (const GvtUserFacts *facts,
                 const GvtDomainInfo *vm,
                 guint64 maximum,
                 GPtrArray *findings)
{
  guint64 needed = vm->memory_kib * 1024 + GIB;
  GvtFindingState state = GVT_FINDING_OK;
  g_autofree char *size = g_format_size_full (needed, G_FORMAT_SIZE_IEC_UNITS);
  GvtFinding *finding;

  if (needed > facts->daemon_limit && (needed > facts->memory || (maximum > 0 && needed > maximum)))
    state = GVT_FINDING_WARNING;
  else if (needed > facts->daemon_limit && !facts->hook_installed)
    state = GVT_FINDING_WARNING;
  finding = gvt_findings_add (findings,
                              "user.memory-lock",
                              state,
                              _ ("VM %s locks %s of memory"),
                              vm->name,
                              size);
  if (needed <= facts->daemon_limit) {
    gvt_finding_means (finding, _ ("your libvirt daemon's limit is high enough"));
  } else if (needed > facts->memory) {
    gvt_finding_means (finding, _ ("that is more than the machine has"));
    gvt_finding_mend (finding, _ ("give the VM less memory"));
  } else if (maximum > 0 && needed > maximum) {
    gvt_finding_means (finding,
                       _ ("the administrator lets a user's VM lock less; it will not start"));
    gvt_finding_mend (finding,
                      _ ("give the VM less memory, or raise MemoryLockMaximum in "
                         "/etc/gvt-manager.conf"));
  } else if (!facts->hook_installed) {
    gvt_finding_means (finding,
                       _ ("libvirt cannot raise the limit by itself, and there is no hook"));
    gvt_finding_mend (
        finding,
        _ ("start it with gvt-client; or install the hook (gvt-client setup hook); or let "
           "the group kvm lock memory from login on (gvt-client setup memory-lock)"));
    gvt_finding_run (finding, "gvt-client run %s", vm->name);
  } else
    gvt_finding_means (finding, _ ("the limit is raised when it starts"));
}

void
gvt_check_user (const GvtUserFacts *facts, guint64 maximum, GPtrArray *findings)
{
  GvtFinding *finding;

  check_kvm (facts, findings);
  if (facts->survey == NULL) {
    finding = gvt_findings_add (findings,
                                "user.libvirt",
                                GVT_FINDING_BLOCKER,
                                _ ("no libvirt at %s: %s"),
                                facts->uri,
                                facts->refusal);
    gvt_finding_means (finding, _ ("VMs are libvirt's"));
    gvt_finding_mend (finding, _ ("install libvirt, or see that its daemon runs"));
    return;
  }
  check_libvirt (facts, findings);
  check_qemu (facts, findings);
  check_daemon (facts, findings);
  check_hook_seen (facts, findings);
  for (guint i = 0; facts->session && i < facts->survey->vms->len; i++)
    check_vm_memory (facts, g_ptr_array_index (facts->survey->vms, i), maximum, findings);
}
