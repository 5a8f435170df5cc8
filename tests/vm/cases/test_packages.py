# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian package's life on a host in use: installed, upgraded, removed, purged.

Each stage is a fixture that follows from the one before, so that any test can be run by itself.
"""
import os
import subprocess
from pathlib import Path

import mdev
import product
import pytest
from session import Session
from vm import Domain, open_files

PACKAGES = Path("/run/gvt-bed/packages")
CONFIGURATION = Path("/etc/gvt-manager.conf")
DEFINITIONS = Path("/etc/mdevctl.d") / mdev.GPU
EDITED = "# our own\n[Limits]\nVgpusPerUser=3\n"
OURS = ["/etc/gvt-manager.conf", "/etc/libvirt/hooks/qemu.d/gvt-manager", "/var/lib/gvt-manager",
        "/run/gvt-manager", "/etc/systemd/system/multi-user.target.wants/gvt-manager.service",
        "/usr/bin/gvt-client", "/usr/libexec/gvt-managerd", "/usr/share/gvt-manager",
        "/run/gvt-process-helper", "/usr/libexec/gvt-process-helper",
        "/usr/share/polkit-1/actions/org.gvt.manager.policy",
        "/usr/share/dbus-1/system.d/org.gvt.Manager.conf"]


def dpkg(*argv):
    done = subprocess.run(["dpkg", *map(str, argv)], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    assert done.returncode == 0, done.stdout
    return done.stdout


def version():
    return subprocess.check_output(
        ["dpkg-query", "--show", "--showformat=${Version}", "gvt-manager"], text=True)


def state(what):
    return subprocess.run(["systemctl", what, product.SERVICE], stdout=subprocess.PIPE,
                          text=True).stdout.strip()


@pytest.fixture(scope="module")
def alice():
    with Session("alice", terminal=7) as session:
        yield session


@pytest.fixture(scope="module")
def installed():
    older, newer = sorted(PACKAGES.glob("*.deb"), key=lambda path: "later" in path.name)
    dpkg("--install", older)
    assert "later" not in version()
    return newer


@pytest.fixture(scope="module")
def in_use(installed, alice):
    """A VM that runs with its vGPU, a defined vGPU of no VM, a changed configuration."""
    vm = Domain(alice, "vm1")
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_8)
    started = vm.start()
    assert started.status == 0, started
    loose = product.create(alice, product.TYPE_8, "--define", "--label", "loose")
    CONFIGURATION.write_text(EDITED)
    yield {"vm": vm, "loose": loose}
    vm.remove()
    mdev.remove_all()


@pytest.fixture(scope="module")
def upgraded(installed, in_use):
    return dpkg("--install", installed)


@pytest.fixture(scope="module")
def removed(upgraded, in_use):
    return dpkg("--remove", "gvt-manager")


@pytest.fixture(scope="module")
def purged(removed):
    return dpkg("--purge", "gvt-manager")


def qemu_has_it(vm):
    return str(mdev.node(vm.vgpu())) in open_files(vm.qemu())


def test_installed_it_runs_now_and_from_boot_on(installed):
    assert state("is-active") == "active"
    assert state("is-enabled") == "enabled"


def test_installed_users_need_nothing_else(in_use, alice):
    assert in_use["vm"].state() == "running" and qemu_has_it(in_use["vm"])
    assert product.named_users(mdev.node(in_use["loose"])) == [alice.account.pw_uid]


def test_upgraded_live_vgpus_stay(upgraded, in_use, alice):
    assert "later" in version() and state("is-active") == "active"
    assert in_use["vm"].state() == "running" and qemu_has_it(in_use["vm"])
    vgpus = {vgpu["uuid"]: vgpu for vgpu in product.vgpus()}
    assert set(vgpus) == {in_use["vm"].vgpu(), in_use["loose"]}
    assert vgpus[in_use["loose"]]["label"] == "loose"
    assert {vgpu["owner"] for vgpu in vgpus.values()} == {"alice"}
    assert product.named_users(mdev.node(in_use["loose"])) == [alice.account.pw_uid]


def test_upgraded_a_changed_configuration_stays(upgraded):
    assert CONFIGURATION.read_text() == EDITED


def test_removed_the_vm_runs_on(removed, in_use):
    assert in_use["vm"].state() == "running" and qemu_has_it(in_use["vm"])
    assert (mdev.DEVICES / in_use["loose"]).exists()


def test_removed_nothing_of_it_runs_or_answers(removed):
    assert state("is-active") == "inactive"
    assert not Path("/usr/bin/gvt-client").exists()
    names = subprocess.check_output(["busctl", "list", "--activatable", "--no-legend"], text=True)
    assert "org.gvt.Manager" not in names


def test_removed_other_vms_start(removed, in_use, alice):
    """The hook is configuration, which a removal leaves."""
    assert Path("/etc/libvirt/hooks/qemu.d/gvt-manager").exists()
    plain = Domain(alice, "plain")
    started = plain.start()
    assert started.status == 0, started
    plain.remove()


def test_purged_nothing_is_left(purged):
    assert [path for path in OURS if os.path.lexists(path)] == []


def test_purged_what_is_the_users_stays(purged, in_use):
    assert in_use["vm"].state() == "running" and qemu_has_it(in_use["vm"])
    assert (DEFINITIONS / in_use["loose"]).exists()
