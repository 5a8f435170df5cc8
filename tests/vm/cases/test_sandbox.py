# SPDX-License-Identifier: LGPL-2.1-or-later
"""The product's sandboxes keep what they say, and keep nothing from it that it needs.

A probe runs under the unit of each program, and once more outside: what is refused inside has to come
to something else there, or the refusal proves nothing. Every setting of a unit has its row.
"""
import re
import stat
import subprocess

import product
import pytest
import sandbox
from qemu import Qemu

SERVICE, HELPER = sandbox.PROGRAMS

# Settings that say when a program runs, not what it may do.
LIFECYCLE = {"Type", "BusName", "ExecStart", "ExecReload", "Restart", "WatchdogSec", "KillMode",
             "TimeoutStopSec", "RuntimeDirectoryPreserve", "OOMPolicy"}
# systemd removes IPC objects of the unit's own user, which root is not (systemd.exec(5)).
WITHOUT_EFFECT = {"RemoveIPC"}
HIDDEN = {"ENOENT", "EACCES"}  # root without its powers may not look behind what hides a folder


def rows(outcome, *tries):
    return dict.fromkeys(tries, {outcome} if isinstance(outcome, str) else outcome)


def together(*tables):
    """Tables of settings and their tries as one."""
    return {setting: {name: outcome for table in tables
                      for name, outcome in table.get(setting, {}).items()}
            for table in tables for setting in table}


REFUSED_TO_BOTH = {
    "ProtectSystem": rows("EROFS", "/gvt-probe", "/etc/gvt-probe", "/usr/gvt-probe",
                          "/boot/gvt-probe", "/var/lib/gvt-probe"),
    "ReadOnlyPaths": rows("EROFS", "/run/gvt-probe", "/run/lock/gvt-probe"),
    "ProtectKernelTunables": rows("EROFS", "/sys/module/kvmgt/parameters/require_kvm"),
    "ProtectKernelModules": rows("EPERM", "init_module", "finit_module", "delete_module") |
    rows(HIDDEN, "see the kernel's modules"),
    "ProtectKernelLogs": rows("EPERM", "syslog") | rows("ENOENT", "/dev/kmsg"),
    "ProtectControlGroups": rows("EROFS", "/sys/fs/cgroup/cgroup.procs"),
    "ProtectClock": rows("EPERM", "clock_settime", "settimeofday", "adjtimex") |
    rows("ENOENT", "/dev/rtc0"),
    "ProtectHostname": rows("EPERM", "sethostname", "setdomainname"),
    "ProtectHome": rows(HIDDEN, "/home/alice/.bashrc", "/root/gvt-probe-marker"),
    "PrivateTmp": rows("ENOENT", "/tmp/gvt-probe-marker"),
    "PrivateMounts": rows("own", "mounts"),
    "PrivateDevices": rows("ENOENT", "/dev/vda", "/dev/mem") | rows("EPERM", "make a device node"),
    "PrivateNetwork": rows("own", "network"),
    "IPAddressDeny": rows("EAFNOSUPPORT", "socket AF_INET", "socket AF_INET6"),
    "RestrictAddressFamilies": rows("EAFNOSUPPORT", "socket raw", "socket AF_PACKET"),
    "RestrictNamespaces": rows("EPERM", "unshare user", "unshare mounts", "unshare network",
                               "setns"),
    "RestrictRealtime": rows("EPERM", "run in real time"),
    "RestrictSUIDSGID": rows("EPERM", "make a setuid file"),
    "LockPersonality": rows("EPERM", "personality"),
    "MemoryDenyWriteExecute": rows("EPERM", "map writable code", "make code of data"),
    "NoNewPrivileges": rows("1", "no new privileges"),
    "KeyringMode": rows("EPERM", "keyctl", "add_key"),
    "SystemCallArchitectures": rows("signal 31", "call as 32 bit"),
    "SystemCallFilter": rows(
        "EPERM", "trace another process", "read another's memory", "mount", "umount2",
        "move_mount", "pivot_root", "chroot", "kexec_load", "reboot", "swapon", "bpf",
        "userfaultfd", "iopl", "open_by_handle_at", "setuid", "fchown", "capset", "setpriority",
        "sched_setaffinity"),
    "SystemCallErrorNumber": rows("EPERM", "perf_event_open"),
}
REFUSED = {
    SERVICE: together(REFUSED_TO_BOTH, {
        "ProtectKernelTunables": rows("EROFS", "/proc/sys/kernel/printk"),
        "DevicePolicy": rows("EPERM", "/dev/zero"),
        "DeviceAllow": rows("EPERM", "/dev/vfio/vfio", "open a vGPU's node"),
        "CapabilityBoundingSet": rows(HIDDEN, "see who holds a vGPU", "open another's memory") |
        rows("EPERM", "raise a process's memory lock"),
    }),
    HELPER: together(REFUSED_TO_BOTH, {
        "ProtectSystem": rows("EROFS", "/etc/mdevctl.d/gvt-probe", "/usr/share/vgabios/gvt-probe",
                              "/var/lib/gvt-manager/gvt-probe"),
        "ProcSubset": rows("ENOENT", "/proc/modules", "/proc/sys/kernel/printk"),
        "DevicePolicy": rows("ENOENT", "/dev/vfio/vfio", "see a vGPU's node", "open a vGPU's node",
                             "give access to a vGPU's node"),
        "RestrictAddressFamilies": rows("EAFNOSUPPORT", "use the bus", "use libvirt",
                                        "make a vGPU and hear of it"),
        "SystemCallFilter": rows("EPERM", "use seccomp", "landlock_create_ruleset"),
    }),
}
NEEDED = {
    SERVICE: {
        "ReadWritePaths": rows("ok", "make a vGPU and hear of it", "remove a vGPU",
                               "/etc/mdevctl.d/gvt-probe", "/usr/share/vgabios/gvt-probe"),
        "StateDirectory": rows("ok", "/var/lib/gvt-manager/gvt-probe"),
        "RuntimeDirectory": rows("ok", "/run/gvt-manager/gvt-probe"),
        "BindPaths": rows("ok", "see a vGPU's node", "give access to a vGPU's node"),
        "RestrictAddressFamilies": rows("ok", "use the bus", "use libvirt"),
        "SystemCallFilter": rows("ok", "run the XML worker", "use seccomp",
                                 "landlock_create_ruleset"),
        "DeviceAllow": rows("ok", "/dev/null"),
        "ProtectKernelLogs": rows("ok", "/run/log/journal"),
        "ProtectKernelModules": rows("ok", "/proc/modules"),
    },
    HELPER: {
        "CapabilityBoundingSet": rows("ok", "see who holds a vGPU",
                                      "raise a process's memory lock"),
        "RuntimeDirectory": rows("ok", "/run/gvt-manager/gvt-probe"),
    },
}
# Neither needed nor refused. Who may see what other users' processes have open may read their memory:
# seccomp keeps ptrace() and process_vm_readv() away, and cannot tell this file from others.
LEFT = {
    SERVICE: set(),
    HELPER: {"open another's memory", "run the XML worker", "remove a vGPU", "/dev/zero",
             "/dev/null", "/run/log/journal"},
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
    """What each try came to, by the unit it was made under; by None outside."""
    alice_on_seat0.activate()
    held = product.create(alice_on_seat0, product.TYPE_8)
    with Qemu(held) as vm:
        vm.qmp({"execute": "query-status"})
        return {None: sandbox.outcomes_outside(vm, held)} | {
            unit: sandbox.outcomes_inside(unit, vm, held) for unit in sandbox.PROGRAMS}


def each(table):
    return pytest.mark.parametrize("unit, setting", [
        (unit, setting) for unit in sandbox.PROGRAMS for setting in table[unit]])


@pytest.mark.parametrize("unit", sandbox.PROGRAMS)
def test_every_setting_and_every_try_has_its_row(outcomes, unit):
    proved = {*REFUSED[unit], *NEEDED[unit], *TOLD}
    given = set(sandbox.settings(unit))
    assert proved <= given <= proved | LIFECYCLE | WITHOUT_EFFECT | {*MODES}
    tries = [name for table in [REFUSED, NEEDED] for row in table[unit].values() for name in row]
    tries += [name for name, _ in TOLD.values()] + [*LEFT[unit]]
    assert sorted(tries) == sorted(outcomes[unit]) == sorted(outcomes[None])


@each(REFUSED)
def test_refused(outcomes, unit, setting):
    for name, expected in REFUSED[unit][setting].items():
        assert outcomes[unit][name] in expected, name
        assert outcomes[None][name] not in expected, f"{name} is refused without a sandbox, too"


@each(NEEDED)
def test_needed(outcomes, unit, setting):
    for name, expected in NEEDED[unit][setting].items():
        assert outcomes[unit][name] in expected, name


@each(dict.fromkeys(sandbox.PROGRAMS, TOLD))
def test_as_the_unit_says(outcomes, unit, setting):
    name, told = TOLD[setting]
    [value] = sandbox.settings(unit)[setting]
    assert outcomes[unit][name] == told(value)
    assert outcomes[None][name] != told(value)


def test_folders_are_roots_alone():
    for setting, folder in MODES.items():
        [mode] = sandbox.settings(SERVICE)[setting]
        assert f"{stat.S_IMODE(sandbox.Path(folder).stat().st_mode):04o}" == mode


@pytest.mark.parametrize("unit", sandbox.PROGRAMS)
def test_exposure_by_systemds_own_measure(transcript, unit):
    report = transcript.check("systemd-analyze", "security", "--no-pager", unit)
    transcript.lines = [line for line in transcript.lines if "✗" in line or "→" in line]
    [exposure] = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", report)
    assert float(exposure) <= 1.5
