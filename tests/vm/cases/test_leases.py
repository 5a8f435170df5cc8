# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vGPU made for a VM goes when nobody is left who could say that the VM ended."""
import os
import signal
from pathlib import Path

import mdev
import product
import pytest
from session import Session
from vm import Domain, open_files

HOOK = Path("/etc/libvirt/hooks/qemu.d/zz-kills-its-daemon")


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    assert mdev.eventually(lambda: not Path(f"/proc/{pid}").exists())


def start_with_vgpu(session, vm):
    """Give a VM a vGPU and start it; the vGPU."""
    session.check("gvt-client", "attach", vm.name, "--type", product.TYPE_4)
    started = vm.start()
    assert started.status == 0, started
    uuid = vm.vgpu()
    assert str(mdev.node(uuid)) in open_files(vm.qemu())
    return uuid


def test_libvirt_daemon_killed_and_then_the_vm(alice, new_vm):
    vm = new_vm(alice, "vm1")
    uuid = start_with_vgpu(alice, vm)
    qemu = vm.qemu()
    kill(alice.libvirt_daemon())
    # The VM goes on, and so does its vGPU.
    assert not mdev.eventually(lambda: not (mdev.DEVICES / uuid).exists(), 5)
    assert Path(f"/proc/{qemu}").exists()
    kill(qemu)
    assert mdev.eventually(lambda: product.nothing_is_left(uuid))
    assert alice.check("gvt-client", "show", uuid)  # defined still, for the next start


@pytest.fixture
def daemon_dies_after_our_hook(alice):
    """As if the daemon was killed between preparing a VM and starting it."""
    alice.end_libvirt()
    HOOK.write_text('#!/bin/sh\n[ "$2" != prepare ] || kill -KILL $PPID\n')
    HOOK.chmod(0o755)
    yield
    HOOK.unlink()


def test_libvirt_daemon_killed_before_the_vm_started(alice, new_vm, daemon_dies_after_our_hook):
    vm = new_vm(alice, "vm1")
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_4)
    uuid = vm.vgpu()
    with mdev.Uevents() as uevents:
        assert vm.start().status != 0
        made = uevents.wait_for(ACTION="add", SUBSYSTEM="mdev")
        assert made and made["DEVPATH"].endswith(uuid)
    assert mdev.eventually(lambda: product.nothing_is_left(uuid))


def test_user_logged_out():
    with Session("carol", terminal=9) as carol:
        vm = Domain(carol, "vm1")
        uuid = start_with_vgpu(carol, vm)
        qemu = vm.qemu()
    assert mdev.eventually(lambda: not Path(f"/proc/{qemu}").exists())
    assert mdev.eventually(lambda: product.nothing_is_left(uuid))
    with Session("carol") as carol:
        carol.virsh("undefine", "vm1")
