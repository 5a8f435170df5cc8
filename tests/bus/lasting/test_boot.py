# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which vGPUs come back, and when: after the service, after the GPU, after a crash."""

import json

import pytest

import callers
from callers import DOMAINS, ROOT, VGPU, BusError
from hosts import GPU

BOOT = "b0070000-0000-4000-8000-000000000001"
MANUAL = "3a1a0000-0000-4000-8000-000000000002"
DOMAIN = "d03a1000-0000-4000-8000-000000000003"
VM = "5e6b1f0a-3a0b-4b8e-9a55-0f3c0a6f4a11"
SMALL = "i915-GVTg_V5_8"


def path_of(uuid):
    return callers.vgpu_path(uuid)


def write_definition(host, uuid, start, vgpu_type=SMALL, parent=GPU, **rest):
    """As mdevctl does."""
    path = host.definition_file(uuid, parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"mdev_type": vgpu_type, "start": start, "attrs": [], **rest}))


@pytest.fixture
def three(bed, root, alice):
    """One of each start policy, all defined; boot's is alice's by adoption."""
    root.create(SMALL, uuid=BOOT, start="boot")
    root.vgpu(path_of(BOOT), "Adopt", 4001)
    alice.create(SMALL, uuid=MANUAL, define=True)
    alice.create(SMALL, uuid=DOMAIN, start="domain", activate=False)
    return bed


def reboot(bed, how):
    """All vGPUs are gone, as after a reboot, and the service starts anew."""
    if how == "kill":
        bed.service.kill()
    else:
        bed.stop()
    for uuid in bed.host.devices():
        bed.host.remove(uuid)
    bed.start()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_after_a_reboot(three, alice, how):
    reboot(three, how)
    assert three.host.devices() == {BOOT}, "before the bus name is owned"
    assert three.host.acl(BOOT) == {"alice": "rw-"}
    states = {v["Uuid"]: (v["Start"], v["State"], v["OwnerUid"]) for v in alice.of(VGPU).values()}
    assert states == {
        BOOT: ("boot", "active", 4001),
        MANUAL: ("manual", "inactive", 4001),
        DOMAIN: ("domain", "inactive", 4001),
    }


def test_a_restart_starts_what_was_stopped(three, alice):
    """Stopped by hand is stopped until the next boot, which a restart is taken for."""
    alice.vgpu(path_of(BOOT), "Stop")
    three.host.create(SMALL, "00000000-0000-4000-8000-000000000009")
    alice.heard("InterfacesAdded", path_of("00000000-0000-4000-8000-000000000009"))
    assert BOOT not in three.host.devices(), "not by a look at the host"
    three.restart()
    assert BOOT in three.host.devices()


def test_after_the_gpu_was_away(three, alice):
    """The module unloaded and loaded: what was not to last is gone, without its record."""
    three.host.create(SMALL, "00000000-0000-4000-8000-000000000009")
    alice.create(SMALL, uuid="00000000-0000-4000-8000-000000000008")
    three.host.tell(f"unregister {GPU}")
    callers.eventually(lambda: not alice.of(callers.GPU))
    callers.eventually(lambda: len(alice.of(VGPU)) == 3)
    states = {v["Uuid"]: v["State"] for v in alice.of(VGPU).values()}
    assert states == {BOOT: "waiting", MANUAL: "waiting", DOMAIN: "waiting"}
    three.host.tell(f"register {GPU}")

    def back():
        """boot's is back"""
        return alice.get(path_of(BOOT), VGPU, "State") == "active"

    callers.eventually(back)
    assert three.host.devices() == {BOOT} and three.host.acl(BOOT) == {"alice": "rw-"}
    assert {p.name for p in (three.host.dir / "var/lib/gvt-manager/vgpus").iterdir()} == {
        BOOT, MANUAL, DOMAIN
    }  # fmt: skip


def test_a_gpu_that_comes_late(three, alice):
    """The service is there before the driver."""
    three.stop()
    three.host.tell(f"unregister {GPU}")
    three.start()
    assert alice.get(path_of(BOOT), VGPU, "State") == "waiting"
    three.host.tell(f"register {GPU}")
    callers.eventually(lambda: alice.get(path_of(BOOT), VGPU, "Active"))
    assert three.host.devices() == {BOOT}


@pytest.mark.parametrize("method, is_active", [("Start", True), ("Stop", False), ("Define", True)])
def test_a_call_meets_the_restoring(three, alice, method, is_active):
    """The service's own doing is nobody else's business: the call waits, and is right in the end."""
    three.host.tell(f"unregister {GPU}")
    callers.eventually(lambda: alice.get(path_of(BOOT), VGPU, "State") == "waiting")
    three.host.tell("slow create 700")
    before = three.host.writes()[0]
    three.host.tell(f"register {GPU}")
    callers.eventually(lambda: three.host.writes()[0] > before)
    alice.vgpu(path_of(BOOT), method)
    assert three.host.devices() == ({BOOT} if is_active else set())
    assert three.host.writes()[0] == before + 1
    if is_active:
        assert three.host.acl(BOOT) == {"alice": "rw-"}


def test_killed_while_it_restores(make_bed, alice):
    """Each start takes up where the one before ended."""
    uuids = [f"b0070000-0000-4000-8000-{n:012}" for n in range(6)]
    bed = make_bed(
        "--aperture", "512",
        before=lambda host: [write_definition(host, uuid, "auto") for uuid in uuids],
    )
    assert bed.host.devices() == set(uuids)
    bed.stop()
    for uuid in uuids:
        bed.host.remove(uuid)
    bed.host.tell("slow create 60")
    before = bed.host.writes()[0]
    bed.service = start_only(bed)
    callers.eventually(lambda: bed.host.writes()[0] >= before + 2)
    bed.service.kill()
    bed.start()
    callers.eventually(lambda: bed.host.devices() == set(uuids))
    assert {v["State"] for v in alice.of(VGPU).values()} == {"active"}


def start_only(bed):
    """The service, without waiting until it has a name."""
    import daemons

    return daemons.Daemon(
        "/usr/libexec/gvt-managerd", "--root", str(bed.host.dir), "--bus", callers.ADDRESS
    )


def test_no_room_for_all(make_bed, alice):
    """As many as fit; the others say why, and none keeps the service from starting."""
    uuids = [f"b0070000-0000-4000-8000-{n:012}" for n in range(8)]
    bed = make_bed(
        "--aperture", "512",
        before=lambda host: [write_definition(host, uuid, "auto") for uuid in uuids],
    )
    shown = alice.of(VGPU).values()
    assert len(bed.host.devices()) == 6
    assert sorted(v["State"] for v in shown) == ["active"] * 6 + ["failed"] * 2
    assert all(("room" in v["Failure"]) == (v["State"] == "failed") for v in shown)


def test_a_type_that_was_renamed(make_bed, alice, root):
    """A kernel that calls its types V4 and not V5: a sentence, and nothing lost."""
    bed = make_bed(
        "--aperture", "512",
        before=lambda host: write_definition(host, BOOT, "auto", "i915-GVTg_V4_8"),
    )
    vgpu = alice.get_all(path_of(BOOT), VGPU)
    assert vgpu["State"] == "failed" and not vgpu["Active"]
    assert "i915-GVTg_V4_8" in vgpu["Failure"] and SMALL in vgpu["Failure"]
    assert bed.host.definition(BOOT)["mdev_type"] == "i915-GVTg_V4_8"
    root.vgpu(path_of(BOOT), "Remove")
    assert bed.host.definition(BOOT) is None


def test_there_already_but_elsewhere(make_bed, alice):
    """The UUID is active as another type: said, and left alone."""
    bed = make_bed("--aperture", "512")
    bed.host.create("i915-GVTg_V5_4", BOOT)
    bed.stop()
    write_definition(bed.host, BOOT, "auto")
    bed.start()
    vgpu = alice.get_all(path_of(BOOT), VGPU)
    assert vgpu["State"] == "failed" and SMALL in vgpu["Failure"]
    assert "i915-GVTg_V5_4" in vgpu["Failure"]
    assert bed.host.devices() == {BOOT} and bed.host.writes()[1] == 0


def test_domain_ones_last_from_prepare_to_release(three, alice):
    """And a restart in between ends nothing."""
    lease = ("(ssasta{sv})", "vm", VM, [DOMAIN], 65536, {})
    alice.call(ROOT, DOMAINS, "Prepare", *lease)
    assert DOMAIN in three.host.devices() and three.host.acl(DOMAIN) == {"alice": "rw-"}
    for restart in (three.restart, lambda: (three.service.kill(), three.start())):
        restart()
        assert DOMAIN in three.host.devices()
        assert alice.get(path_of(DOMAIN), VGPU, "Domain") == VM
    alice.call(ROOT, DOMAINS, "Release", *lease)
    assert DOMAIN not in three.host.devices()
    assert alice.get(path_of(DOMAIN), VGPU, "State") == "inactive"


def test_release_while_it_is_still_open(three, alice):
    """QEMU of a VM that libvirt gave up on: the vGPU stays until it lets go."""
    lease = ("(ssasta{sv})", "vm", VM, [DOMAIN], 65536, {})
    alice.call(ROOT, DOMAINS, "Prepare", *lease)
    three.host.tell(f"hold {DOMAIN} 4242 4001 qemu-system-x86")
    with pytest.raises(BusError) as refused:
        alice.call(ROOT, DOMAINS, "Release", *lease)
    assert refused.value.name == "Busy"
    assert DOMAIN in three.host.devices()
    three.host.tell(f"unhold {DOMAIN}")
    alice.call(ROOT, DOMAINS, "Release", *lease)
    assert DOMAIN not in three.host.devices()
