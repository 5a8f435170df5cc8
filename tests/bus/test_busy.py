# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vGPU in use is never touched, and a kernel that does not answer holds nobody up."""

import os
import signal

import pytest

import callers
from callers import VGPU, BusError

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)


def failed(call, *arguments, **options):
    with pytest.raises(BusError) as error:
        call(*arguments, **options)
    return error.value


@pytest.mark.parametrize("method", ["Stop", "Remove"])
def test_in_use(bed, alice, method):
    """Refused at once and by name: the kernel would block the removal until the VM ends."""
    alice.create(uuid=UUID, define=True)
    bed.host.tell(f"hold {UUID} 4242 4001 qemu-system-x86")
    before, shown = bed.untouched(), alice.objects()
    error = failed(alice.vgpu, PATH, method)
    assert error.name == "Busy"
    assert "4242" in error.message and "qemu-system-x86" in error.message and UUID in error.message
    assert bed.untouched() == before and alice.objects() == shown
    bed.host.tell(f"unhold {UUID}")
    alice.vgpu(PATH, method)
    assert not bed.host.devices()


def test_in_use_by_a_foreign_process(bed, root, alice):
    """Whoever holds it, root is told the same."""
    alice.create(uuid=UUID)
    bed.host.tell(f"hold {UUID} 777 0 python3")
    error = failed(root.vgpu, PATH, "Remove")
    assert error.name == "Busy" and "777" in error.message and "python3" in error.message


def test_adopt_of_a_vgpu_in_use(bed, root, alice):
    alice.create(uuid=UUID)
    bed.host.tell(f"hold {UUID} 4242 4001")
    assert failed(root.vgpu, PATH, "Adopt", 4002).name == "Busy"
    assert bed.host.acl(UUID) == {"alice": "rw-"}


@pytest.mark.expect("has not returned after")
@pytest.mark.parametrize("how", ["", " hard"], ids=["killable", "uninterruptible"])
def test_a_removal_that_blocks(bed, alice, bob, how):
    """The caller is told within the deadline; everybody else is served meanwhile."""
    alice.create(uuid=UUID, define=True)
    bed.host.tell(f"block remove{how}")
    removal = alice.start(PATH, VGPU, "Stop", "(a{sv})", {}, timeout=60)
    callers.eventually(lambda: bed.host.writes()[1] == 1)
    assert bob.get(callers.ROOT, callers.MANAGER, "Version")
    other = bob.create()
    bob.vgpu(other, "Define")
    assert not removal.answered()
    with pytest.raises(BusError) as error:
        removal.result(6)
    assert error.value.name == "Busy" and UUID in error.value.message
    bob.vgpu(other, "Undefine")
    bed.host.tell("unblock remove")
    callers.eventually(lambda: alice.get(PATH, VGPU, "Active") is False)


@pytest.mark.expect("has not returned after")
def test_it_ends_while_a_removal_blocks(bed, alice):
    """A stop of the service does not wait for the kernel; the next one shows what is there."""
    alice.create(uuid=UUID, define=True)
    bed.host.tell("block remove hard")
    alice.start(PATH, VGPU, "Stop", "(a{sv})", {})
    callers.eventually(lambda: bed.host.writes()[1] == 1)
    bed.restart()
    assert PATH in alice.of(VGPU)
    bed.host.tell("unblock remove")
    callers.eventually(lambda: alice.get(PATH, VGPU, "Active") is False)


@pytest.mark.expect("has not returned after")
def test_a_creation_that_blocks(bed, alice, bob):
    bed.host.tell("block create")
    creation = alice.start(
        callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})",
        "", "i915-GVTg_V5_8", callers.variants({"uuid": UUID}), timeout=60,
    )  # fmt: skip
    callers.eventually(lambda: bed.host.writes()[0] == 1)
    assert bob.get(callers.ROOT, callers.MANAGER, "Version")
    assert failed(bob.create, uuid=UUID).name in ("AlreadyExists", "Busy")
    with pytest.raises(BusError) as error:
        creation.result(10)
    assert error.value.name == "Busy"
    bed.host.tell("unblock create")
    callers.eventually(lambda: bed.host.writes()[1] == 1)
    callers.eventually(lambda: not bed.host.devices() and not alice.of(VGPU))
    callers.eventually(lambda: "nobody waited for it" in bed.service.text())


def test_a_start_that_blocks(bed, alice):
    """It is written down as hers, so it is, with the access to it, when it comes at last."""
    alice.create(uuid=UUID, define=True, activate=False)
    bed.host.tell("block create")
    error = failed(alice.vgpu, PATH, "Start")
    assert error.name == "Busy" and UUID in error.message
    bed.host.tell("unblock create")
    callers.eventually(lambda: alice.get(PATH, VGPU, "Active") is True)
    callers.eventually(lambda: bed.host.acl(UUID) == {"alice": "rw-"})


def test_reads_that_are_slow(bed, alice):
    """An attribute that takes a second to read: readers of the bus do not wait for it."""
    bed.host.tell("slow available_instances 1000")
    for _ in range(20):
        assert alice.get(callers.ROOT, callers.MANAGER, "Version")
    bed.host.tell("clear")


def test_two_removals_at_once(bed, alice, root):
    alice.create(uuid=UUID)
    pending = [user.start(PATH, VGPU, "Remove", "(a{sv})", {}) for user in (alice, root, alice, root)]
    outcomes = []
    for call in pending:
        try:
            outcomes.append(call.result())
        except BusError as error:
            outcomes.append(error.name)
    assert outcomes.count(None) >= 1
    assert set(outcomes) - {None} <= {"Busy", "NotFound", "Conflict"} | {
        name for name in outcomes if name and name.startswith("org.freedesktop.DBus.Error.")
    }
    assert not bed.host.devices() and bed.host.writes()[1] == 1


def test_many_creations_at_once(bed, alice, bob):
    """As many succeed as there is room for; the others are told why; nothing is left over."""
    pending = [
        user.start(callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})", "", "i915-GVTg_V5_8", {})
        for _ in range(5)
        for user in (alice, bob)
    ]
    made, codes = [], []
    for call in pending:
        try:
            made.append(call.result())
        except BusError as error:
            codes.append(error.name)
    assert set(codes) <= {"NoCapacity", "LimitExceeded", "Busy"}
    assert len(bed.host.devices()) == len(made) <= 6 and made
    assert {callers.vgpu_path(uuid) for uuid in bed.host.devices()} == set(made)


def test_same_uuid_at_once(bed, alice, bob):
    pending = [
        user.start(
            callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})",
            "", "i915-GVTg_V5_8", callers.variants({"uuid": UUID}),
        )  # fmt: skip
        for user in (alice, bob) * 3
    ]
    outcomes = []
    for call in pending:
        try:
            outcomes.append(call.result())
        except BusError as error:
            outcomes.append(error.name)
    assert sorted(outcomes) == [PATH] + ["AlreadyExists"] * 5
    owner = {4001: "alice", 4002: "bob"}[alice.get(PATH, VGPU, "OwnerUid")]
    assert bed.host.acl(UUID) == {owner: "rw-"}


def test_client_gone_in_the_middle(bed, alice):
    """A caller that ends while the kernel works: the vGPU is made, whole, and its owner's."""
    bed.host.tell("slow create 500")
    other = callers.Caller("alice")
    other.start(
        callers.ROOT, callers.MANAGER, "CreateVgpu", "(ssa{sv})",
        "", "i915-GVTg_V5_8", callers.variants({"uuid": UUID}),
    )  # fmt: skip
    callers.eventually(lambda: bed.host.writes()[0] == 1)
    os.kill(other.process.pid, signal.SIGKILL)
    other.close()
    callers.eventually(lambda: len(bed.host.devices()) == len(alice.of(VGPU)) == 1)
    assert alice.get(PATH, VGPU, "OwnerUid") == 4001
    alice.vgpu(PATH, "Remove")
