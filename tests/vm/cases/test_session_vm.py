# SPDX-License-Identifier: LGPL-2.1-or-later
"""The product's promise: an ordinary user's session VM starts with a vGPU, and leaves nothing."""
import re
from pathlib import Path

import mdev
import product
import pytest
from vm import command_line, locked_memory_limit, open_files

LIBVIRT_CONFIGURATION = Path("/etc/libvirt")


@pytest.fixture
def hooks_out_of_reach(alice):
    """As on Fedora and RHEL, for a libvirt daemon that starts now."""
    alice.end_libvirt()
    LIBVIRT_CONFIGURATION.chmod(0o700)
    yield
    LIBVIRT_CONFIGURATION.chmod(0o755)
    alice.end_libvirt()


def runs_with_its_vgpu(vm, uuid):
    assert vm.state() == "running"
    qemu = vm.qemu()
    assert uuid in command_line(qemu)
    assert str(mdev.node(uuid)) in open_files(qemu)


@pytest.mark.parametrize("mib", [64, 2048])
def test_attach_start_destroy(alice, new_vm, mib):
    vm = new_vm(alice, "vm1", mib)
    daemon = alice.libvirt_daemon()
    before = locked_memory_limit(daemon)
    assert before < (mib << 20) + mdev.GIB

    said = alice.run("gvt-client", "attach", "vm1", "--type", product.TYPE_4)
    assert said.status == 0, said
    uuid = vm.vgpu()
    started = vm.start()
    assert started.status == 0, started
    runs_with_its_vgpu(vm, uuid)
    assert locked_memory_limit(daemon) == (mib << 20) + mdev.GIB
    assert product.named_users(mdev.node(uuid)) == [alice.account.pw_uid]
    node = mdev.node(uuid)

    vm.destroy()
    assert mdev.eventually(lambda: product.nothing_is_left(uuid))
    assert not node.exists()
    assert alice.libvirt_daemon() == daemon
    assert mdev.eventually(lambda: locked_memory_limit(daemon) == before), \
        locked_memory_limit(daemon)


def test_starts_again_and_detaches(alice, new_vm):
    vm = new_vm(alice, "vm1")
    xml = vm.xml()
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_8)
    for _ in range(2):
        started = vm.start()
        assert started.status == 0, started
        vm.destroy()
    alice.check("gvt-client", "detach", "vm1")
    assert vm.xml() == xml
    assert product.vgpus() == []


def test_two_accounts_at_the_same_time(alice, bob, new_vm):
    vms = {}
    for session, name in [(alice, "vm-a"), (bob, "vm-b")]:
        session.activate()
        vm = vms[session] = new_vm(session, name)
        session.check("gvt-client", "attach", name, "--type", product.TYPE_8)
        started = vm.start()
        assert started.status == 0, started
    for session, other in [(alice, bob), (bob, alice)]:
        uuid = vms[session].vgpu()
        runs_with_its_vgpu(vms[session], uuid)
        assert product.named_users(mdev.node(uuid)) == [session.account.pw_uid]
        refused = other.run("gvt-client", "stop", uuid)
        assert refused.status == 3, refused
    for vm in vms.values():
        vm.destroy()
        assert mdev.eventually(lambda: not (mdev.DEVICES / vm.vgpu()).exists())


def test_no_room_refuses_the_start_with_one_line(alice, new_vm):
    vm = new_vm(alice, "vm1")
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_4)
    mdev.create(mdev.type_of(4))
    refused = vm.start()
    assert refused.status == 1, refused
    assert re.search(r"^.*gvt-client: VM vm1: vGPU \S+, of VM \S+: no room for another i915-GVTg_V5_4",
                     refused.err, re.M), refused
    assert vm.state() == "shut off"
    assert len(list(mdev.DEVICES.iterdir())) == 1


def test_another_vm_starts_with_the_service_masked(alice, new_vm):
    vm = new_vm(alice, "plain")
    product.systemctl("mask", "--now", "--runtime", product.SERVICE)
    try:
        started = vm.start()
        assert started.status == 0, started
        vm.destroy()
    finally:
        product.systemctl("unmask", "--runtime", product.SERVICE)


def test_run_where_hooks_cannot(alice, new_vm, hooks_out_of_reach):
    vm = new_vm(alice, "vm1")
    daemon = alice.libvirt_daemon()
    before = locked_memory_limit(daemon)
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_4)
    uuid = vm.vgpu()
    assert "mediated device" in vm.start().err
    run = alice.start("gvt-client", "run", "vm1")
    assert mdev.eventually(lambda: vm.state() == "running")
    runs_with_its_vgpu(vm, uuid)
    vm.destroy()
    ended = run.wait()
    assert ended.status == 0, ended
    assert product.nothing_is_left(uuid)
    assert locked_memory_limit(daemon) == before


def test_run_releases_when_the_vm_is_killed(alice, new_vm, hooks_out_of_reach):
    vm = new_vm(alice, "vm1")
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_4)
    run = alice.start("gvt-client", "run", "vm1")
    assert mdev.eventually(lambda: vm.state() == "running")
    alice.check("kill", "-KILL", str(vm.qemu()))
    ended = run.wait()
    assert ended.status == 8, ended
    assert mdev.eventually(lambda: product.nothing_is_left(vm.vgpu()))


def test_what_a_killed_run_leaves_is_released_after_the_vm(alice, new_vm, hooks_out_of_reach):
    vm = new_vm(alice, "vm1")
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_4)
    run = alice.start("gvt-client", "run", "vm1")
    assert mdev.eventually(lambda: vm.state() == "running")
    alice.check("kill", "-KILL", str(run.pid))
    run.wait()
    assert vm.state() == "running"
    vm.destroy()
    assert mdev.eventually(lambda: product.nothing_is_left(vm.vgpu()))


def test_busy_names_the_vm(alice, new_vm):
    vm = new_vm(alice, "vm1")
    alice.check("gvt-client", "attach", "vm1", "--type", product.TYPE_4)
    assert vm.start().status == 0
    refused = alice.run("gvt-client", "stop", vm.vgpu())
    assert refused.status == 6, refused
    assert "vm1" in refused.err and str(vm.qemu()) in refused.err
    vm.destroy()
