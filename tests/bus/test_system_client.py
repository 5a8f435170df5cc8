# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-client with the VMs of qemu:///system, which the service changes and anybody may look at.

The libvirtd is a real one, as root, and so are its domains.
"""

import json

import pytest

import vms
from callers import VGPU

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
SMALL = "i915-GVTg_V5_8"
NODE = "/dev/dri/by-path/pci-0000:00:02.0-render"


def client(*words, user="root", status=0):
    """For root qemu:///system is the default; others say so."""
    connect = () if user == "root" else ("--connect", "qemu:///system")
    done = vms.client(user, *words, *connect)
    assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def backups():
    return [backup["reason"] for backup in json.loads(client("--json", "backups", "win11").stdout)]


@pytest.fixture
def vm(bed, system_libvirt):
    system_libvirt.define()
    system_libvirt.define(system_libvirt.xml())
    return system_libvirt


def test_dry_run(vm, bed):
    """Nobody need be authorised to see what would change, and nothing does."""
    before, xml = bed.untouched(), vm.xml()
    words = ("attach", "win11", "--type", SMALL, "--display", "spice-gl", "--dry-run")
    for user in ("root", "nobody"):
        done = client(*words, user=user)
        assert "+    <hostdev mode='subsystem' type='mdev'" in done.stdout
        assert f"rendernode='{NODE}'" in done.stdout and "Would make a vGPU" in done.stderr
    assert vm.xml() == xml and bed.untouched() == before and backups() == []


def test_the_diff_is_what_attach_does(vm, bed, root):
    """In metadata libvirt writes the same with other quotes."""
    root.create(uuid=UUID, define=True, activate=False)
    words = ("attach", "win11", "--vgpu", UUID, "--display", "vnc-egl")
    plus = {line[1:] for line in client(*words, "--dry-run").stdout.splitlines()[2:]
            if line.startswith("+") and "gvt:" not in line}  # fmt: skip
    done = client(*words)
    assert len(plus) > 9 and plus <= set(vm.xml().splitlines())
    assert "virsh start win11" in done.stderr or "gvt-client run" in done.stderr


def test_attach_and_detach(vm, bed, root):
    before = vm.xml()
    client("attach", "win11", "--type", SMALL, "--display", "spice-gl")
    (vgpu,) = root.of(VGPU).values()
    assert vgpu["Start"] == "domain" and vgpu["Uuid"] in vm.xml()

    attached = vm.xml()
    assert "nothing changed" in client("attach", "win11").stderr, "no settings: those it has"
    assert vm.xml() == attached and len(backups()) == 1 and len(root.of(VGPU)) == 1
    client("attach", "win11", "--display", "vnc-egl")
    assert "egl-headless" in vm.xml() and len(root.of(VGPU)) == 1
    client("attach", "win11", "--display", "spice-gl")
    assert vm.xml() == attached

    diff = client("detach", "win11", "--dry-run").stdout
    assert "-    <hostdev" in diff and vm.xml() == attached
    client("detach", "win11")
    assert vm.xml() == before and not root.of(VGPU)
    client("detach", "win11", status=4)


def test_detach_of_what_is_gone(vm, bed, root):
    """The vGPU need not exist any more, and need not be named."""
    before = vm.xml()
    client("attach", "win11", "--type", SMALL)
    (vgpu,) = root.of(VGPU).values()
    client("remove", vgpu["Uuid"])
    client("detach", "win11")
    assert vm.xml() == before


def test_passwords(vm, bed):
    """They are in no diff and in no other's hands, and survive."""
    vm.define(vm.xml().replace("autoport='yes'", "autoport='yes' passwd='secret'"))
    before = vm.xml()
    assert "passwd='secret'" in before
    for words in (("attach", "win11", "--type", SMALL, "--dry-run"), ("attach", "win11")):
        done = client(*words)
        assert "secret" not in done.stdout + done.stderr
    assert "passwd='secret'" in vm.xml()
    client("detach", "win11")
    assert vm.xml() == before


def test_refused(vm, bed, root):
    """Reason and way out; no vGPU is left."""
    xml, before = vm.xml(), bed.untouched()
    done = client("attach", "win11", "--type", SMALL, "--ramfb", status=2)
    assert "set display to spice-gl" in done.stderr
    client("attach", "win11", "--type", SMALL, user="nobody", status=3)
    client("attach", "no-such-vm", "--type", SMALL, status=4)
    client("detach", "no-such-vm", status=4)
    assert vm.xml() == xml and bed.untouched() == before and backups() == []


def test_preset(vm, bed):
    done = client("attach", "win11", "--type", SMALL, "--preset", "linux", "--dry-run")
    assert "--preset linux stands for --display spice-gl --ramfb" in done.stderr
    assert "+    <hostdev mode='subsystem' type='mdev'" in done.stdout and "ramfb='on'" in done.stdout
    client("attach", "win11", "--type", SMALL, "--preset", "rdp")
    assert "display='off'" in vm.xml()
