/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts of all kinds: distributions, kernels, GPUs, apertures and what people do to them.
 */

#include "hosts.h"

#define NO_GPU_FAMILIES                                                                            \
  "-gpu.driver -gpu.render-node -gpu.boot-display -kernel.gvt -kernel.enable-gvt -kernel.guc "     \
  "-kernel.iommu -modules.kvmgt -vfio.node -types.offered -aperture.size"
#define NO_GPU_MORE "-confinement.roms -roms.catalogue -limits.login -log.gvt"
#define DEAD_GPU(state) "gpu.present=" state " " NO_GPU_FAMILIES
#define NOT_I915                                                                                   \
  "gpu.driver=blocker -gpu.render-node -kernel.enable-gvt -kernel.guc -modules.kvmgt -vfio.node "  \
  "-types.offered -aperture.size"

#define SYSTEM_DAEMON(comm, uid)                                                                   \
  { "/proc/812/comm", comm "\n" },                                                                 \
      { "/proc/812/status", "Name:\t" comm "\nUid:\t" uid "\t" uid "\t" uid "\t" uid "\n" },       \
  {                                                                                                \
    "/proc/812/stat", "812 (x) S 1 812 812 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 17 0 5000 1 1\n"      \
  }

/* clang-format off */
const HostSpec hosts[] = {
  /* generations */
  { .name = "ready", .expected = "" },
  { .name = "broadwell", .device = 0x1616, .release = "5.4.0-150-generic", .distribution = "ubuntu debian",
    .expected = "" },
  { .name = "skylake", .device = 0x1912, .release = "5.10.0-33-amd64", .expected = "" },
  { .name = "apollo-lake", .device = 0x5a84, .expected = "" },
  { .name = "coffee-lake", .device = 0x3e92, .release = "6.8.0-45-generic", .expected = "" },
  { .name = "whiskey-lake", .device = 0x3ea0, .expected = "" },
  { .name = "comet-lake", .device = 0x9bc5, .release = "7.1.8-arch1-1", .distribution = "arch", .expected = "" },
  { .name = "amber-lake", .device = 0x87ca, .expected = "" },
  { .name = "haswell", .device = 0x0412, .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "sandy-bridge", .device = 0x0116, .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "cherry-trail", .device = 0x22b0, .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "gemini-lake", .device = 0x3185, .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "ice-lake", .device = 0x8a52, .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "tiger-lake", .device = 0x9a49, .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "alder-lake-xe", .device = 0x46a6, .driver = "xe", .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "meteor-lake", .device = 0x7d55, .no_types = TRUE, .expected = DEAD_GPU ("blocker") },
  { .name = "no-gpu", .no_intel = TRUE,
    .expected = DEAD_GPU ("blocker") " " NO_GPU_MORE },
  { .name = "amd-only", .no_intel = TRUE, .other_gpu = "1002:1636",
    .expected = DEAD_GPU ("blocker") " " NO_GPU_MORE },
  /* drivers and hybrids */
  { .name = "hybrid-nvidia-primary", .other_gpu = "10de:1f91", .expected = "gpu.boot-display=note" },
  { .name = "hybrid-amd-primary", .other_gpu = "1002:7340", .distribution = "fedora", .release = "6.11.4-301.fc41.x86_64",
    .expected = "gpu.boot-display=note" },
  { .name = "hybrid-intel-arc-primary", .other_gpu = "8086:56a5", .expected = "gpu.boot-display=note" },
  { .name = "hybrid-nvidia-igpu-off-in-bios", .no_intel = TRUE, .other_gpu = "10de:1f91",
    .expected = DEAD_GPU ("blocker") " " NO_GPU_MORE },
  { .name = "hybrid-nvidia-primary-fresh", OFF, .other_gpu = "10de:1f91", .distribution = "pop ubuntu debian",
    .loaded = "i915 kvm_intel", .at_boot = "",
    .expected = "gpu.boot-display=note kernel.enable-gvt=blocker modules.kvmgt=blocker -vfio.node -types.offered" },
  { .name = "hybrid-tiger-lake-nvidia", .device = 0x9a60, .other_gpu = "10de:25a2", .no_types = TRUE,
    .expected = DEAD_GPU ("blocker") },
  { .name = "passed-through", .driver = "vfio-pci", .no_types = TRUE, .expected = NOT_I915 },
  { .name = "xe-forced", .driver = "xe", .no_types = TRUE, .expected = NOT_I915 },
  { .name = "nomodeset", .driver = "", .no_types = TRUE, .command_line = "nomodeset", .loaded = "kvm_intel",
    .expected = NOT_I915 },
  { .name = "no-render-node", .without = { "/sys/devices/pci0000:00/0000:00:02.0/drm" },
    .expected = "gpu.render-node=warning" },
  /* processors */
  { .name = "vt-x-off-in-bios", .loaded = "i915 kvmgt vfio", .cpu_flags = "sse2",
    .expected = "virtualisation.kvm=blocker" },
  { .name = "kvm-not-loaded", .loaded = "i915 kvmgt vfio", .expected = "virtualisation.kvm=blocker" },
  { .name = "no-cpuinfo", .loaded = "i915 kvmgt vfio", .without = { "/proc/cpuinfo" },
    .expected = "virtualisation.kvm=unknown" },
  /* the switch */
  { .name = "fresh-debian", OFF, .loaded = "i915 kvm_intel", .at_boot = "",
    .expected = "kernel.enable-gvt=blocker modules.kvmgt=blocker -vfio.node -types.offered" },
  { .name = "fresh-fedora", OFF, .distribution = "fedora", .release = "6.11.4-301.fc41.x86_64",
    .loaded = "i915 kvm_intel", .at_boot = "", .closed = "/etc/libvirt",
    .expected = "kernel.enable-gvt=blocker modules.kvmgt=blocker -vfio.node -types.offered libvirt.hook=warning" },
  { .name = "fresh-ubuntu", OFF, .distribution = "ubuntu debian", .release = "6.8.0-45-generic", .loaded = "i915 kvm_intel",
    .at_boot = "", .expected = "kernel.enable-gvt=blocker modules.kvmgt=blocker -vfio.node -types.offered" },
  { .name = "fresh-ubuntu-20.04", OFF, .distribution = "ubuntu debian", .release = "5.4.0-150-generic",
    .modules = "i915 kvmgt vfio_mdev mdev", .loaded = "i915 kvm_intel", .at_boot = "",
    .expected = "kernel.enable-gvt=blocker modules.kvmgt=blocker +modules.vfio_mdev=blocker -vfio.node -types.offered" },
  { .name = "fresh-arch", OFF, .distribution = "arch", .release = "7.1.8-arch1-1", .loaded = "i915 kvm_intel", .at_boot = "",
    .without = { "/usr/sbin/libvirtd", "/usr/bin/qemu-system-x86_64", "/etc/libvirt" },
    .expected = "kernel.enable-gvt=blocker modules.kvmgt=blocker -vfio.node -types.offered "
                "libvirt.installed=blocker -libvirt.hook" },
  { .name = "fresh-opensuse", OFF, .distribution = "opensuse-tumbleweed opensuse suse", .release = "6.12.0-1-default",
    .loaded = "i915 kvm_intel", .at_boot = "",
    .expected = "kernel.enable-gvt=blocker modules.kvmgt=blocker -vfio.node -types.offered" },
  { .name = "fresh-silverblue", OFF, .distribution = "fedora", .release = "6.18.2-200.fc43.x86_64",
    .loaded = "i915 kvm_intel", .at_boot = "", .closed = "/etc/libvirt",
    .files = { { "/run/ostree-booted", "" }, { "/sys/fs/selinux/enforce", "1" } },
    .expected = "kernel.enable-gvt=blocker modules.kvmgt=blocker -vfio.node -types.offered libvirt.hook=warning" },
  { .name = "rhel-without-gvt", .no_types = TRUE, .command_line = "ro quiet", .enable_gvt = "", .distribution = "rhel fedora", .release = "5.14.0-503.el9.x86_64",
    .modules = "i915 kvm-intel vfio", .loaded = "i915 kvm_intel", .closed = "/etc/libvirt",
    .expected = "kernel.gvt=blocker -kernel.enable-gvt -kernel.guc -modules.kvmgt -vfio.node -types.offered "
                "-aperture.size libvirt.hook=warning" },
  { .name = "one-of-two-entries", OFF, .distribution = "arch",
    .files = { { "/boot/loader/entries/a.conf", "linux /l\noptions root=x i915.enable_gvt=1\n" },
               { "/boot/loader/entries/b.conf", "linux /l\noptions root=x\n" } },
    .expected = "kernel.enable-gvt=blocker -types.offered" },
  { .name = "switched-on-for-next-boot", OFF,
    .files = { { "/etc/default/grub.d/gvt-manager.cfg",
                 "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT i915.enable_gvt=1\"\n" } },
    .expected = "kernel.enable-gvt=blocker -types.offered" },
  { .name = "modprobe-d-without-initramfs", OFF,
    .files = { { "/etc/modprobe.d/i915.conf", "options i915 enable_gvt=1\n" } },
    .expected = "kernel.enable-gvt=blocker -types.offered" },
  { .name = "modprobe-d", .command_line = "ro quiet",
    .files = { { "/etc/modprobe.d/i915.conf", "options i915 enable_gvt=1\n" } }, .expected = "" },
  { .name = "switched-off-later-on-the-line", .enable_gvt = "N", .no_types = TRUE,
    .command_line = "i915.enable_gvt=1 i915.enable_gvt=0",
    .expected = "kernel.enable-gvt=blocker -types.offered" },
  { .name = "i915-without-gvt", .enable_gvt = "", .no_types = TRUE,
    .expected = "kernel.enable-gvt=blocker -types.offered" },
  { .name = "guc-submission-new", .enable_guc = "3", .no_types = TRUE, .release = "6.8.0-45-generic",
    .expected = "kernel.guc=blocker types.offered=blocker" },
  { .name = "guc-submission-old", .enable_guc = "1", .no_types = TRUE, .release = "5.10.0-33-amd64",
    .expected = "kernel.guc=blocker types.offered=blocker" },
  { .name = "guc-submission-old-without-driver", .enable_guc = "3", .no_types = TRUE, .driver = "",
    .release = "5.4.0-150-generic",
    .expected = "gpu.driver=blocker -gpu.render-node -kernel.enable-gvt kernel.guc=blocker -modules.kvmgt "
                "-vfio.node -types.offered -aperture.size" },
  { .name = "guc-submission-5.15", .enable_guc = "3", .no_types = TRUE, .driver = "", .release = "5.15.0-124-generic",
    .expected = "gpu.driver=blocker -gpu.render-node -kernel.enable-gvt kernel.guc=blocker -modules.kvmgt "
                "-vfio.node -types.offered -aperture.size" },
  { .name = "guc-submission-5.19", .enable_guc = "1", .no_types = TRUE, .release = "5.19.0-50-generic",
    .expected = "kernel.guc=blocker types.offered=blocker" },
  { .name = "huc-only", .enable_guc = "2", .expected = "" },
  /* kernels and modules */
  { .name = "cloud-kernel", .modules = "i915", .no_types = TRUE, .loaded = "i915 kvm_intel",
    .release = "6.1.0-27-cloud-amd64",
    .files = { { "/lib/modules/6.1.0-27-amd64/modules.dep", "kernel/drivers/gpu/drm/i915/kvmgt.ko:\n" } },
    .expected = "kernel.gvt=blocker -kernel.enable-gvt -kernel.guc -modules.kvmgt -vfio.node -types.offered "
                "-aperture.size" },
  { .name = "kernel-unknown", .without = { "/lib/modules" }, .loaded = "i915 kvm_intel", .no_types = TRUE,
    .expected = "kernel.gvt=unknown modules.kvmgt=blocker -vfio.node -types.offered" },
  { .name = "kernel-by-configuration", .without = { "/lib/modules" }, .loaded = "i915 kvm_intel", .no_types = TRUE,
    .files = { { "/boot/config-6.1.0-27-amd64", "CONFIG_DRM_I915=m\nCONFIG_DRM_I915_GVT_KVMGT=m\n" } },
    .expected = "modules.kvmgt=blocker -vfio.node -types.offered" },
  { .name = "kvmgt-not-at-boot", .at_boot = "", .expected = "modules.kvmgt=warning" },
  { .name = "kvmgt-in-etc-modules", .at_boot = "", .files = { { "/etc/modules", "# these\nkvmgt\n" } },
    .expected = "" },
  { .name = "modules-masked-by-admin", .at_boot = "",
    .files = { { "/usr/lib/modules-load.d/gvt.conf", "kvmgt\n" } }, .expected = "modules.kvmgt=warning" },
  { .name = "vfio-mdev-era-complete", .release = "5.4.0-150-generic", .modules = "kvmgt vfio_mdev mdev",
    .loaded = "i915 kvmgt kvm_intel vfio vfio_mdev", .at_boot = "kvmgt\nvfio_mdev", .expected = "+modules.vfio_mdev=ok" },
  { .name = "vfio-mdev-era-incomplete", .release = "5.10.0-33-amd64", .modules = "kvmgt vfio_mdev mdev",
    .expected = "+modules.vfio_mdev=blocker" },
  { .name = "gave-up", .no_types = TRUE, .expected = "types.offered=blocker" },
  { .name = "update-took-it", .no_types = TRUE, .release = "6.8.0-45-generic",
    .files = { { "/var/lib/gvt-manager/last-good-kernel", "6.5.0-44-generic\n" },
               { "/lib/modules/6.5.0-44-generic/modules.dep", "kernel/kvmgt.ko:\n" } },
    .expected = "types.offered=blocker +kernel.last-good=warning" },
  { .name = "last-good-is-nonsense", .no_types = TRUE,
    .files = { { "/var/lib/gvt-manager/last-good-kernel", "../../etc/passwd\n" } },
    .expected = "types.offered=blocker" },
  /* the aperture */
  { .name = "aperture-128", .aperture = 128, .expected = "-types.offered aperture.size=blocker" },
  { .name = "aperture-256", .aperture = 256, .expected = "aperture.size=note" },
  { .name = "aperture-1024", .aperture = 1024, .expected = "" },
  { .name = "aperture-512-broadwell", .aperture = 512, .device = 0x1626, .release = "6.1.0-27-amd64", .expected = "" },
  { .name = "aperture-256-broadwell", .aperture = 256, .device = 0x1616, .expected = "aperture.size=note" },
  { .name = "aperture-2048", .aperture = 2048, .expected = "" },
  { .name = "aperture-unreadable", .without = { "/sys/devices/pci0000:00/0000:00:02.0/resource" },
    .expected = "aperture.size=unknown" },
  { .name = "full", .files = {
      { "/sys/devices/pci0000:00/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_8/available_instances", "0\n" },
      { "/sys/devices/pci0000:00/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_4/available_instances", "0\n" },
      { "/sys/devices/pci0000:00/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_2/available_instances", "0\n" } },
    .expected = "types.offered=note" },
  /* libvirt, confinement, the rest */
  { .name = "no-vfio-node", .without = { "/dev/vfio/vfio" }, .expected = "vfio.node=blocker" },
  { .name = "no-vfio-directory", .without = { "/dev/vfio" }, .expected = "vfio.node=blocker" },
  { .name = "no-libvirt", .without = { "/usr/sbin/libvirtd", "/etc/libvirt" },
    .expected = "libvirt.installed=blocker -libvirt.hook" },
  { .name = "no-qemu", .without = { "/usr/bin/qemu-system-x86_64" },
    .expected = "libvirt.installed=blocker -libvirt.hook" },
  { .name = "hook-missing", .without = { "/etc/libvirt/hooks/qemu.d/gvt-manager" },
    .expected = "libvirt.hook=warning" },
  { .name = "hook-unreachable", .closed = "/etc/libvirt", .expected = "libvirt.hook=warning" },
  { .name = "hook-directory-closed", .closed = "/etc/libvirt/hooks/qemu.d", .expected = "libvirt.hook=warning" },
  { .name = "hook-seen", .files = { { "/proc/stat", "cpu 1\nbtime 32000000000\n" }, SYSTEM_DAEMON ("libvirtd", "0") },
    .expected = "+libvirt.hook-seen=ok" },
  { .name = "hook-not-seen", .files = { { "/proc/stat", "cpu 1\nbtime 1000000000\n" }, SYSTEM_DAEMON ("virtqemud", "0") },
    .expected = "+libvirt.hook-seen=warning" },
  { .name = "daemon-of-a-user", .files = { { "/proc/stat", "cpu 1\nbtime 1000000000\n" }, SYSTEM_DAEMON ("libvirtd", "1000") },
    .expected = "" },
  { .name = "something-else-of-roots", .files = { { "/proc/stat", "cpu 1\nbtime 1000000000\n" }, SYSTEM_DAEMON ("libvirtd2", "0") },
    .expected = "" },
  { .name = "apparmor-allows", .files = {
      { "/sys/module/apparmor/parameters/enabled", "Y\n" },
      { "/etc/apparmor.d/abstractions/libvirt-qemu", "  /usr/share/vgabios/** r,\n" } },
    .expected = "" },
  { .name = "apparmor-forbids", .files = {
      { "/sys/module/apparmor/parameters/enabled", "Y\n" },
      { "/etc/apparmor.d/abstractions/libvirt-qemu", "  # /usr/share/vgabios/** r,\n  /usr/share/qemu/** r,\n" } },
    .expected = "confinement.roms=warning" },
  { .name = "apparmor-drop-in", .files = {
      { "/sys/module/apparmor/parameters/enabled", "Y\n" },
      { "/etc/apparmor.d/abstractions/libvirt-qemu", "  /usr/share/qemu/** r,\n" },
      { "/etc/apparmor.d/abstractions/libvirt-qemu.d/site", "  /usr/share/vgabios/** r,\n" } },
    .expected = "" },
  { .name = "apparmor-local", .distribution = "ubuntu debian", .files = {
      { "/sys/module/apparmor/parameters/enabled", "Y\n" },
      { "/etc/apparmor.d/abstractions/libvirt-qemu", "  /usr/share/qemu/** r,\n" },
      { "/etc/apparmor.d/local/abstractions/libvirt-qemu", "  /usr/share/vgabios/** r,\n" } },
    .expected = "" },
  { .name = "apparmor-off", .files = {
      { "/sys/module/apparmor/parameters/enabled", "N\n" },
      { "/etc/apparmor.d/abstractions/libvirt-qemu", "  /usr/share/qemu/** r,\n" } },
    .expected = "" },
  { .name = "apparmor-without-libvirts-profile", .distribution = "opensuse suse",
    .files = { { "/sys/module/apparmor/parameters/enabled", "Y\n" } }, .expected = "" },
  { .name = "selinux-permissive", .distribution = "fedora", .files = { { "/sys/fs/selinux/enforce", "0" } }, .expected = "" },
  { .name = "roms-of-a-package", .files = { { "/usr/share/vgabios/vgabios.bin", "no PCI data in it" } }, .expected = "" },
  { .name = "rom-changed", .files = {
      { "/usr/share/vgabios/gvt.rom", "somebody else's" },
      { "/var/lib/gvt-manager/roms/gvt.rom", "[ROM]\nSHA256=00\nInstalled=2026-01-01T00:00:00Z\n" } },
    .expected = "-roms.catalogue +roms.odd=warning" },
  { .name = "selinux", .distribution = "fedora", .files = { { "/sys/fs/selinux/enforce", "1" } }, .expected = "" },
  { .name = "no-policy", .without = { "/usr/share/polkit-1/actions/org.gvt.manager.policy" },
    .expected = "policy.installed=warning" },
  { .name = NULL },
};
/* clang-format on */
