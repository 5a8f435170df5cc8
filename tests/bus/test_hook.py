# SPDX-License-Identifier: LGPL-2.1-or-later
"""The libvirt hook: a vGPU with start `domain` exists from its VM's start to its end."""

import pathlib

import pytest

import callers
import vms
from callers import DOMAINS, ROOT, VGPU, BusError
from vms import VM

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
XML = vms.with_vgpu(vms.DOMAIN, UUID)
HOOK = "/etc/libvirt/hooks/qemu.d/gvt-manager"


def hook(user, operation, xml=XML, phase="begin"):
    """What libvirt runs, as it is installed."""
    return vms.client(user, "win11", operation, phase, "-", text=xml, program=HOOK)


def prepare(caller, vgpus=(UUID,), method="Prepare"):
    arguments = ("win11", VM, list(vgpus), 65536, {})
    return caller.call(ROOT, DOMAINS, method, "(ssasta{sv})", *arguments)


@pytest.fixture
def defined(bed, alice):
    alice.create(uuid=UUID, start="domain", activate=False)
    return bed


def test_prepare_and_release(defined, alice):
    assert hook("alice", "prepare").returncode == 0
    assert defined.host.devices() == {UUID} and defined.host.acl(UUID) == {"alice": "rw-"}
    assert alice.get(PATH, VGPU, "Domain") == VM
    done = hook("alice", "release", phase="end")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not defined.host.devices()
    assert alice.get(PATH, VGPU, "Defined") and defined.host.definition(UUID)


def test_twice_is_once(defined, alice):
    prepare(alice)
    prepare(alice)
    assert defined.host.writes() == (1, 0, 0)
    prepare(alice, method="Release")
    prepare(alice, method="Release")
    assert defined.host.writes() == (1, 1, 0)


def test_other_phases_do_nothing(defined):
    before = defined.untouched()
    for operation, phase in (
        ("start", "begin"), ("started", "begin"), ("stopped", "end"), ("migrate", "begin"),
        ("restore", "begin"), ("reconnect", "begin"), ("attach", "begin"),
    ):  # fmt: skip
        done = hook("alice", operation, phase=phase)
        assert (done.returncode, done.stdout) == (0, ""), f"{operation}: {done}"
    assert defined.untouched() == before


@pytest.mark.parametrize("lines", (150, 199, 200, 201, 2000))
def test_large_vms(defined, lines):
    """The shell reads no more than usual XML itself."""
    filler = "<!-- it's \"$HOME\" `x` \\n -->\n" * lines
    assert hook("alice", "prepare", XML.replace("<devices>", f"{filler}<devices>")).returncode == 0
    assert defined.host.devices() == {UUID}
    done = hook("alice", "prepare", vms.DOMAIN.replace("<devices>", f"{filler}<devices>"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_vm_without_our_vgpus_is_none_of_our_business(bed):
    """Nor does it matter then whether the service runs: one VM's hook must not stop the others."""
    before = bed.untouched()
    assert hook("alice", "prepare", vms.DOMAIN).returncode == 0
    assert hook("alice", "prepare", vms.with_vgpu(vms.DOMAIN, UUID)).returncode == 0
    assert bed.untouched() == before


def test_without_the_service(polkit):
    """A VM that attach gave a vGPU does not start, for a reason in one line; any other does."""
    for xml in (vms.DOMAIN, vms.with_vgpu(vms.DOMAIN, UUID, alias="")):
        done = hook("alice", "prepare", xml)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = hook("alice", "prepare")
    assert done.returncode == 7
    assert len(done.stderr.splitlines()) == 1 and "gvt-manager" in done.stderr


def test_manual_and_foreign_vgpus_stay_after_the_vm(bed, alice):
    alice.create(uuid=UUID, define=True)
    prepare(alice)
    prepare(alice, method="Release")
    assert bed.host.devices() == {UUID}, "only start `domain` ends with the VM"


def test_no_room(defined, alice):
    while defined.root.of(callers.TYPE) and len(defined.host.devices()) < 6:
        alice.create()
    before = defined.untouched()
    done = hook("alice", "prepare")
    assert done.returncode != 0 and len(done.stderr.splitlines()) == 1
    assert "i915-GVTg_V5_8" in done.stderr
    assert f"vGPU {UUID}, of VM {VM}: " in done.stderr
    assert defined.host.devices() == before[2]


def test_the_kernel_has_no_room(defined, alice):
    """Whatever it promised before (GVT-g's available_instances is a promise of nothing)."""
    defined.host.tell("fail create 1 ENOSPC")
    done = hook("alice", "prepare")
    assert done.returncode != 0 and len(done.stderr.splitlines()) == 1
    assert f"vGPU {UUID}, of VM {VM}: no room for another i915-GVTg_V5_8" in done.stderr


def test_in_use_by_another_vm(defined, alice):
    prepare(alice)
    defined.host.tell(f"hold {UUID} 4242 4001")
    with pytest.raises(BusError) as error:
        alice.call(
            ROOT, DOMAINS, "Prepare", "(ssasta{sv})",
            "other", "00000000-0000-4000-8000-000000000001", [UUID], 65536, {},
        )  # fmt: skip
    assert error.value.name == "Busy" and "4242" in error.value.message
    with pytest.raises(BusError) as error:
        prepare(alice, method="Release")
    assert error.value.name == "Busy"
    assert defined.host.devices() == {UUID}


def test_what_fails_takes_back_what_it_did(defined, alice):
    """Two vGPUs, the second of which the kernel refuses."""
    second = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
    alice.create(uuid=second, start="domain", activate=False)
    defined.host.tell("fail create 2 EIO")
    with pytest.raises(BusError) as error:
        prepare(alice, [UUID, second])
    assert error.value.name == "Failed" and "i915-GVTg_V5_8" in error.value.message
    assert not defined.host.devices()
    assert alice.get(PATH, VGPU, "Domain") == ""


def test_a_real_session_vm_starts(defined, alice, libvirt):
    """libvirt itself runs the hook: the vGPU is there when libvirt looks for it.

    The real /sys has no such device, so libvirt then gives up, and the hook cleans up.
    """
    libvirt.define(XML)
    alice.signals.clear()
    done = libvirt.virsh("start", "win11", check=False)
    assert done.returncode != 0 and "Hook script" not in done.stderr, done.stderr
    alice.heard("PropertiesChanged", PATH, lambda v: v[1].get("Active") is True)
    alice.heard("PropertiesChanged", PATH, lambda v: v[1].get("Active") is False)
    assert defined.host.writes() == (1, 1, 0)
    assert not defined.host.devices() and defined.host.definition(UUID)


def test_a_real_session_vm_is_refused_in_a_line(defined, alice, libvirt):
    """The user reads in libvirt's error why the VM does not start."""
    defined.host.tell("fail create every ENOSPC")
    libvirt.define(XML)
    done = libvirt.virsh("start", "win11", check=False)
    assert done.returncode != 0 and "i915-GVTg_V5_8" in done.stderr, done.stderr
    assert not defined.host.devices()


def test_memory_lock_of_a_stranger(defined, alice, nobody, libvirt):
    """Prepare raises only the limit of the caller's own libvirt daemon, when the hook's parent."""
    limits = pathlib.Path(f"/proc/{libvirt.daemon.pid}/limits")
    before = limits.read_text()
    prepare(alice)
    with pytest.raises(BusError):
        prepare(nobody)
    assert limits.read_text() == before
