# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service's sandbox keeps what it says, and keeps nothing from the service that it needs.

A probe runs under the service's own unit, and once more outside of it: what is refused inside has to
come to something else there, or the refusal proves nothing. Every setting of the unit has its row.
"""
import re
import stat
import subprocess

import product
import pytest
import sandbox
from qemu import Qemu

# Settings that say when the service runs, not what it may do.
LIFECYCLE = {"Type", "BusName", "ExecStart", "ExecReload", "Restart", "WatchdogSec", "KillMode",
             "TimeoutStopSec", "RuntimeDirectoryPreserve"}
# systemd removes IPC objects of the unit's own user, which root is not (systemd.exec(5)).
WITHOUT_EFFECT = {"RemoveIPC"}

REFUSED = {
    "ProtectSystem": {"/gvt-probe": "EROFS", "/etc/gvt-probe": "EROFS", "/usr/gvt-probe": "EROFS",
                      "/boot/gvt-probe": "EROFS", "/var/lib/gvt-probe": "EROFS"},
    "ReadOnlyPaths": {"/run/gvt-probe": "EROFS", "/run/lock/gvt-probe": "EROFS"},
    "ProtectKernelTunables": {"/proc/sys/kernel/printk": "EROFS",
                              "/sys/module/kvmgt/parameters/require_kvm": "EROFS"},
    "ProtectKernelModules": {"init_module": "EPERM", "finit_module": "EPERM",
                             "delete_module": "EPERM", "see the kernel's modules": "ENOENT"},
    "ProtectKernelLogs": {"syslog": "EPERM", "/dev/kmsg": "ENOENT"},
    "ProtectControlGroups": {"/sys/fs/cgroup/cgroup.procs": "EROFS"},
    "ProtectClock": {"clock_settime": "EPERM", "settimeofday": "EPERM", "adjtimex": "EPERM",
                     "/dev/rtc0": "ENOENT"},
    "ProtectHostname": {"sethostname": "EPERM", "setdomainname": "EPERM"},
    "ProtectHome": {"/home/alice/.bashrc": "ENOENT", "/root/gvt-probe-marker": "ENOENT"},
    "PrivateTmp": {"/tmp/gvt-probe-marker": "ENOENT"},
    "PrivateMounts": {"mounts": "own"},
    "PrivateDevices": {"/dev/vda": "ENOENT", "/dev/mem": "ENOENT", "make a device node": "EPERM"},
    "DevicePolicy": {"/dev/zero": "EPERM"},
    "DeviceAllow": {"/dev/vfio/vfio": "EPERM", "open a vGPU's node": "EPERM"},
    "PrivateNetwork": {"network": "own"},
    "IPAddressDeny": {"socket AF_INET": "EAFNOSUPPORT", "socket AF_INET6": "EAFNOSUPPORT"},
    "RestrictAddressFamilies": {"socket raw": "EAFNOSUPPORT", "socket AF_PACKET": "EAFNOSUPPORT"},
    "RestrictNamespaces": {"unshare user": "EPERM", "unshare mounts": "EPERM",
                           "unshare network": "EPERM", "setns": "EPERM"},
    "RestrictRealtime": {"run in real time": "EPERM"},
    "RestrictSUIDSGID": {"make a setuid file": "EPERM"},
    "LockPersonality": {"personality": "EPERM"},
    "MemoryDenyWriteExecute": {"map writable code": "EPERM", "make code of data": "EPERM"},
    "NoNewPrivileges": {"no new privileges": "1"},
    "KeyringMode": {"keyctl": "EPERM", "add_key": "EPERM"},
    "SystemCallArchitectures": {"call as 32 bit": "signal 31"},
    "SystemCallFilter": {
        name: "EPERM" for name in [
            "trace another process", "read another's memory", "mount", "umount2", "move_mount",
            "pivot_root", "chroot", "kexec_load", "reboot", "swapon", "bpf", "userfaultfd", "iopl",
            "open_by_handle_at", "setuid", "fchown", "capset", "setpriority",
            "sched_setaffinity"]},
    "SystemCallErrorNumber": {"perf_event_open": "EPERM"},
}
NEEDED = {
    "ReadWritePaths": ["make a vGPU and hear of it", "remove a vGPU", "/etc/mdevctl.d/gvt-probe",
                       "/usr/share/vgabios/gvt-probe"],
    "StateDirectory": ["/var/lib/gvt-manager/gvt-probe"],
    "RuntimeDirectory": ["/run/gvt-manager/gvt-probe"],
    "BindPaths": ["see a vGPU's node", "give access to a vGPU's node"],
    "CapabilityBoundingSet": ["see who holds a vGPU", "raise a process's memory lock"],
    "RestrictAddressFamilies": ["use the bus", "use libvirt"],
    "SystemCallFilter": ["run the XML worker", "use seccomp", "landlock_create_ruleset"],
    "DeviceAllow": ["/dev/null"],
    "ProtectKernelLogs": ["/run/log/journal"],
    "ProtectKernelModules": ["/proc/modules"],
}
SUFFIXES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def capabilities(names):
    """The set as /proc shows it."""
    listed = subprocess.check_output(["systemd-analyze", "capability", *names.split()], text=True)
    return f"{sum(1 << int(number) for number in re.findall(r' ([0-9]+)$', listed, re.M)):016x}"


def amount(text):
    return str(int(text[:-1]) * SUFFIXES[text[-1]] if text[-1] in SUFFIXES else int(text))


TOLD = {  # setting: the try that tells it, and how its value is told
    "CapabilityBoundingSet": ("capabilities", capabilities),
    "UMask": ("umask", str),
    "MemoryMax": ("memory", amount),
    "TasksMax": ("tasks", amount),
    "LimitNOFILE": ("files", amount),
    "LimitCORE": ("core", amount),
}
MODES = {"StateDirectoryMode": "/var/lib/gvt-manager", "RuntimeDirectoryMode": "/run/gvt-manager"}


@pytest.fixture(scope="module")
def outcomes(alice_on_seat0):
    """What each try came to inside, and outside."""
    alice_on_seat0.activate()
    held = product.create(alice_on_seat0, product.TYPE_8)
    with Qemu(held) as vm:
        vm.qmp({"execute": "query-status"})
        outside = sandbox.outcomes_outside(vm, held)
        inside = sandbox.outcomes_inside(vm, held)
    return inside, outside


def test_every_setting_of_the_unit_has_its_row(outcomes):
    rows = {*LIFECYCLE, *WITHOUT_EFFECT, *REFUSED, *NEEDED, *TOLD, *MODES}
    assert set(sandbox.settings()) == rows
    tries = [name for row in REFUSED.values() for name in row]
    tries += [name for row in NEEDED.values() for name in row]
    tries += [name for name, _ in TOLD.values()]
    assert sorted(tries) == sorted(outcomes[0])
    assert outcomes[0].keys() == outcomes[1].keys()


@pytest.mark.parametrize("setting", REFUSED)
def test_refused(outcomes, setting):
    inside, outside = outcomes
    assert {name: inside[name] for name in REFUSED[setting]} == REFUSED[setting]
    for name, expected in REFUSED[setting].items():
        assert outside[name] != expected, f"{name} is refused without a sandbox, too"


@pytest.mark.parametrize("setting", NEEDED)
def test_needed(outcomes, setting):
    assert {name: outcomes[0][name] for name in NEEDED[setting]} == dict.fromkeys(
        NEEDED[setting], "ok")


@pytest.mark.parametrize("setting", TOLD)
def test_as_the_unit_says(outcomes, setting):
    name, told = TOLD[setting]
    [value] = sandbox.settings()[setting]
    assert outcomes[0][name] == told(value)
    assert outcomes[1][name] != told(value)


def test_folders_are_roots_alone():
    for setting, folder in MODES.items():
        [mode] = sandbox.settings()[setting]
        assert f"{stat.S_IMODE(sandbox.Path(folder).stat().st_mode):04o}" == mode


def test_exposure_by_systemds_own_measure(transcript):
    report = transcript.check("systemd-analyze", "security", "--no-pager", product.SERVICE)
    transcript.lines = [line for line in transcript.lines if "✗" in line or "→" in line]
    [exposure] = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", report)
    assert float(exposure) <= 1.5
