# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kernel that makes a vGPU when nobody waits for it any more: it is nobody's, or who asked for it has it."""

import pytest

import callers
import kills
from callers import DOMAINS, MANAGER, ROOT, VGPU, BusError
from hosts import GPU

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"
LEASE = (ROOT, DOMAINS, "Prepare", "(ssasta{sv})", "vm", "5e6b1f0a-3a0b-4b8e-9a55-0f3c0a6f4a11", [UUID], 0, {})


def begin_create(user):
    options = callers.variants({"uuid": UUID, "label": "x"})
    return user.start(ROOT, MANAGER, "CreateVgpu", "(ssa{sv})", "", SMALL, options)


def asked(host):
    """the kernel has been asked"""
    return "waiting create 1" in host.status()


@pytest.mark.parametrize("in_time", [True, False], ids=["before the deadline", "after the deadline"])
def test_a_create_outlives_the_service(bed, alice, in_time):
    """The next service finds it, and it is its caller's: with the label, and to be opened and removed."""
    bed.host.tell("block create hard")
    pending = begin_create(alice)
    callers.eventually(lambda: asked(bed.host))
    if not in_time:
        with pytest.raises(BusError) as refused:
            pending.result()
        assert refused.value.name == "Busy"
    bed.service.kill()
    bed.start()
    assert not alice.of(VGPU) and kills.records(bed.host) == {UUID}
    with pytest.raises(BusError) as refused:
        alice.create(SMALL, uuid=UUID)
    assert refused.value.name == "Busy"
    bed.host.tell("unblock create")
    callers.eventually(lambda: bed.host.devices() == {UUID} and bed.host.acl(UUID) == {"alice": "rw-"})
    callers.eventually(lambda: kills.state(alice) == (True, "", alice.uid, "x"))
    alice.vgpu(PATH, "Remove")
    kills.whole(bed, alice, [kills.GONE])


def test_a_create_outlives_the_service_and_fails(bed, alice):
    """Then nothing is left of it."""
    bed.host.tell("block create hard")
    begin_create(alice)
    callers.eventually(lambda: asked(bed.host))
    bed.service.kill()
    bed.start()
    bed.host.tell(f"unregister {GPU}", "unblock create")
    callers.eventually(lambda: not kills.records(bed.host))
    bed.host.tell(f"register {GPU}")
    callers.eventually(lambda: alice.of(callers.GPU))
    alice.create(SMALL, uuid=UUID)


def test_a_create_that_is_late(bed, alice):
    """Its caller heard that there is no vGPU, so there is none, on the bus or on disk."""
    bed.host.tell("block create hard")
    with pytest.raises(BusError) as refused:
        begin_create(alice).result()
    assert refused.value.name == "Busy"
    assert not alice.of(VGPU)
    bed.host.tell("unblock create")
    callers.eventually(lambda: bed.host.writes()[1] == 1)
    callers.eventually(lambda: not alice.of(VGPU) and not kills.records(bed.host))
    kills.whole(bed, alice, [kills.GONE])


def test_a_prepare_that_is_late(bed, alice):
    """Its VM has given up: no vGPU stays behind without one, and the next start of the VM has one."""
    alice.create(SMALL, uuid=UUID, start="domain", activate=False)
    bed.host.tell("block create hard")
    with pytest.raises(BusError) as refused:
        alice.call(*LEASE)
    assert refused.value.name == "Busy"
    alice.call(ROOT, DOMAINS, "Release", *LEASE[3:])
    with pytest.raises(BusError) as refused:
        alice.call(*LEASE)
    assert refused.value.name == "Busy"
    bed.host.tell("unblock create")
    callers.eventually(lambda: bed.host.writes()[1] == 1)
    callers.eventually(lambda: not bed.host.devices() and not alice.get(PATH, VGPU, "Active"))
    alice.call(*LEASE)
    kills.whole(bed, alice, [(True, "domain", alice.uid, "")])
    alice.call(ROOT, DOMAINS, "Release", *LEASE[3:])
    kills.whole(bed, alice, [(False, "domain", alice.uid, "")])
