# SPDX-License-Identifier: LGPL-2.1-or-later
"""gvt-client run where the VM does not start, or not with its vGPU: nothing stays prepared.

A VM that does start needs a kernel with mediated devices: tests/vm/cases/test_session_vm.py."""

import contextlib
import pathlib
import shutil
import signal
import subprocess

import pytest

import callers
import vms
from callers import VGPU, BusError, eventually

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)


@pytest.fixture
def attached(bed, libvirt, alice):
    """alice's VM win11, whose vGPU is there from its start to its end."""
    alice.create(uuid=UUID, start="domain", activate=False)
    libvirt.define()
    libvirt.define(libvirt.xml())
    done = vms.client("alice", "attach", "win11", "--vgpu", UUID)
    assert done.returncode == 0, done.stderr
    return libvirt


def run(*words, status):
    done = vms.client("alice", *words, "run", "win11")
    assert done.returncode == status, done
    return done.stderr


def test_libvirt_does_not_start_it(attached, bed, alice):
    """Its own words say why."""
    assert "VFIO" in run(status=8)
    assert bed.host.writes()[:2] == (1, 1) and not bed.host.devices()
    assert alice.get(PATH, VGPU, "State") == "inactive"


def test_what_is_left_is_told(attached, bed):
    """The reason comes first, and why the vGPU is still there."""
    bed.host.tell("fail remove every EIO")
    said = run(status=8)
    assert "cannot release the vGPU" in said and "Input/output error" in said
    assert bed.host.devices() == {UUID}


def test_the_service_refuses(attached, bed):
    bed.host.tell("fail create 1 EIO")
    said = run(status=1)
    assert UUID in said and "Input/output error" in said and "cannot release" not in said
    assert bed.host.writes()[:2] == (1, 0) and not bed.host.devices()


def bus_names(caller):
    bus = "org.freedesktop.DBus"
    return caller.call("/org/freedesktop/DBus", bus, "ListNames", destination=bus)


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
def test_interrupted_while_it_waits(attached, bed, alice, late):
    """Ctrl+C while the kernel makes the vGPU: the VM is not started, and what comes goes again."""
    names = set(bus_names(alice))

    def given_up():
        """the service waits for the kernel no longer"""
        with pytest.raises(BusError) as error:
            alice.vgpu(PATH, "Start")
        return "under way" not in error.value.message

    bed.host.tell("block create")
    with subprocess.Popen(
        ["gvt-client", "run", "win11"],
        stderr=subprocess.PIPE, text=True,
        **{**callers.as_user("alice"), "env": callers.environment("alice")},
    ) as client:  # fmt: skip
        eventually(lambda: bed.host.writes()[0] == 1)
        client.send_signal(signal.SIGINT)
        said = client.communicate(timeout=60)[1]
    assert client.returncode != 0 and "runs" not in said, said
    assert "shut off" in attached.virsh("domstate", "win11").stdout
    if late:
        eventually(given_up)
    else:
        eventually(lambda: names >= set(bus_names(alice)))
        assert alice.get(callers.ROOT, callers.MANAGER, "Version"), "it knows that the client is gone"
    bed.host.tell("unblock create")
    eventually(lambda: bed.host.writes()[1] == 1 and not bed.host.devices())


def test_nobody_hears_and_it_stays(attached, bed, alice):
    """The hook was killed, and the kernel does not let go of what it has just made."""
    hook = callers.Caller("alice")
    bed.host.tell("block create")
    bed.host.tell("fail remove every EIO")
    arguments = ("win11", vms.VM, [UUID], 0, {})
    hook.start(callers.ROOT, callers.DOMAINS, "Prepare", "(ssasta{sv})", *arguments)
    eventually(lambda: bed.host.writes()[0] == 1)
    hook.close()
    eventually(lambda: hook.unique_name not in bus_names(alice))
    assert alice.get(callers.ROOT, callers.MANAGER, "Version"), "it knows that the hook is gone"
    bed.host.tell("unblock create")
    eventually(lambda: "cannot release what was prepared for nobody" in bed.service.text())
    assert bed.host.devices() == {UUID} and alice.get(PATH, VGPU, "State") == "active"


@pytest.fixture
def runs(attached):
    """Runs the VM in libvirt's own stand-in for a hypervisor, until it is interrupted."""
    file = pathlib.Path("/run/home/alice/node.xml")
    domain = attached.xml().replace("type='qemu'", "type='test'")
    # Which has all its VMs running unless told otherwise: 5 is shut off.
    space = "xmlns:test='http://libvirt.org/schemas/domain/test/1.0'"
    off = f"<test:runstate {space}>5</test:runstate></domain>"
    file.write_text(f"<node>{domain.replace('</domain>', off)}</node>")
    shutil.chown(file, "alice")

    @contextlib.contextmanager
    def run_it():
        with subprocess.Popen(
            ["gvt-client", "--connect", f"test://{file}", "run", "win11"],
            stderr=subprocess.PIPE, text=True,
            **{**callers.as_user("alice"), "env": callers.environment("alice")},
        ) as client:  # fmt: skip
            assert client.stderr.readline() == "win11 runs\n"
            yield client
            client.send_signal(signal.SIGINT)
            client.said = client.communicate(timeout=60)[1]

    yield run_it
    file.unlink()


def test_it_runs_and_ends(runs, bed):
    with runs() as client:
        assert bed.host.devices() == {UUID}
    assert client.returncode == 0 and "ended" in client.said
    assert not bed.host.devices()


def test_it_ran_and_its_vgpu_stays(runs, bed):
    with runs() as client:
        bed.host.tell("fail remove every EIO")
    assert client.returncode == 1 and "ended" in client.said
    assert "cannot release the vGPU" in client.said and "Input/output error" in client.said
    assert bed.host.devices() == {UUID}


def test_nothing_to_prepare(attached, bed):
    assert "virsh" in run("--connect", "qemu:///system", status=1)
    vms.client("alice", "detach", "win11")
    assert "attach" in run(status=4)
    assert bed.host.writes()[0] == 0
