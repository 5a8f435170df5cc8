# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others made and wrote: seen, never swept away, kept as it was where it is not ours."""

import json

import pytest

import callers
from callers import VGPU, BusError
from hosts import GPU
from real_mdevctl import mdevctl

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
OTHER = "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"

# What a newer mdevctl or an administrator may have put there, and in an order of their own.
FOREIGN = {
    "future": {"nested": [1, 2.5, None, True, "é\u202e\"\\"], "empty": {}},
    "start": "manual",
    "attrs": [{"vgpu_params": "a=1,b=2"}, {"../../x": "1"}, {"assign_domain": "0xab"}],
    "mdev_type": SMALL,
    "callouts": "keep me",
    "number": 12345678901234567,
}


def write_definition(host, content, uuid=UUID):
    """As a shell does: in place, as it comes."""
    path = host.definition_file(uuid)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=4))


@pytest.fixture
def foreign(bed, root):
    """A definition and a vGPU, each made by a shell, of which this service has no record."""
    write_definition(bed.host, FOREIGN)
    bed.host.create(SMALL, OTHER)
    root.heard("InterfacesAdded", PATH)
    root.heard("InterfacesAdded", callers.vgpu_path(OTHER))
    return bed


def test_never_removed(foreign, root):
    """Not by restarts, crashes, the GPU going away, or a definition that comes and goes."""
    before = foreign.host.definition_file(UUID).read_bytes()
    foreign.restart()
    foreign.service.kill()
    foreign.start()
    write_definition(foreign.host, {"mdev_type": SMALL}, OTHER)
    callers.eventually(lambda: root.get(callers.vgpu_path(OTHER), VGPU, "Defined"))
    foreign.host.definition_file(OTHER).unlink()
    callers.eventually(lambda: not root.get(callers.vgpu_path(OTHER), VGPU, "Defined"))
    foreign.restart()
    assert foreign.host.devices() == {OTHER}
    assert foreign.host.writes()[1] == 0
    assert foreign.host.definition_file(UUID).read_bytes() == before
    assert {v["OwnerUid"] for v in root.of(VGPU).values()} == {0}


def test_a_foreign_one_stays_when_its_vm_ends(foreign, root):
    """Even if a record says `domain`: a device that somebody else made is removed by a caller only."""
    lease = ("(ssasta{sv})", "vm", "5e6b1f0a-3a0b-4b8e-9a55-0f3c0a6f4a11", [OTHER], 0, {})
    root.call(callers.ROOT, callers.DOMAINS, "Prepare", *lease)
    root.call(callers.ROOT, callers.DOMAINS, "Release", *lease)
    assert foreign.host.devices() == {OTHER}


def test_keys_that_are_not_ours_are_kept(foreign, root):
    """Whatever changes the definition through us, or the record beside it."""

    def now():
        return foreign.host.definition(UUID)

    root.vgpu(PATH, "SetStart", "boot")
    assert now() == {**FOREIGN, "start": "auto"}
    root.vgpu(PATH, "SetStart", "domain")
    assert now() == FOREIGN
    before = foreign.host.definition_file(UUID).read_bytes()
    root.vgpu(PATH, "SetLabel", "theirs")
    root.vgpu(PATH, "Adopt", 4001)
    root.vgpu(PATH, "Define")
    root.vgpu(PATH, "Start")
    root.vgpu(PATH, "Stop")
    assert foreign.host.definition_file(UUID).read_bytes() == before, "no need to write, no write"
    assert list(now()) == list(FOREIGN), "in the order they had"
    foreign.restart()
    assert now() == FOREIGN


def test_attributes_are_never_applied_by_us(foreign, root):
    """mdevctl writes attrs to sysfs as root; this service writes create and remove only."""
    root.vgpu(PATH, "Start")
    assert foreign.host.devices() == {UUID, OTHER}
    assert foreign.host.writes() == (2, 0, 0)


def test_mdevctl_changes_ours(bed, alice):
    """Start, type and disappearance of a definition of ours, by another hand."""
    alice.create(SMALL, uuid=UUID, label="x", define=True, activate=False)
    write_definition(bed.host, {"mdev_type": "i915-GVTg_V5_4", "start": "auto", "attrs": []})
    callers.eventually(lambda: alice.get(PATH, VGPU, "Start") == "boot")
    vgpu = alice.get_all(PATH, VGPU)
    assert (vgpu["Type"], vgpu["OwnerUid"], vgpu["Label"]) == ("i915-GVTg_V5_4", 4001, "x")
    assert not bed.host.devices(), "changing a file starts nothing"
    bed.host.definition_file(UUID).unlink()
    alice.heard("InterfacesRemoved", PATH)
    assert not (bed.host.dir / "var/lib/gvt-manager/vgpus" / UUID).exists()
    alice.signals.clear()
    write_definition(bed.host, FOREIGN)
    alice.heard("InterfacesAdded", PATH)
    assert alice.get(PATH, VGPU, "OwnerUid") == 0, "whoever defines it anew does not get it back"


def test_adopted_is_as_own(foreign, root, alice):
    path = callers.vgpu_path(OTHER)
    with pytest.raises(BusError):
        alice.vgpu(path, "Remove")
    root.vgpu(path, "Adopt", 4001)
    alice.vgpu(path, "Define")
    alice.vgpu(path, "Stop")
    alice.vgpu(path, "Start")
    assert foreign.host.acl(OTHER) == {"alice": "rw-"}
    alice.vgpu(path, "Remove")
    assert foreign.host.devices() == set() and foreign.host.definition(OTHER) is None


def test_mdevctl_reads_what_we_write(foreign, root, alice):
    """mdevctl list -d shows the same set, with the same types, starts and attributes."""
    alice.create(SMALL, uuid="00000000-0000-4000-8000-000000000001", define=True)
    alice.create("i915-GVTg_V5_4", uuid="00000000-0000-4000-8000-000000000002", start="domain")
    root.create(SMALL, uuid="00000000-0000-4000-8000-000000000003", start="boot", activate=False)
    root.vgpu(PATH, "SetStart", "boot")
    (found,) = json.loads(mdevctl(foreign.host, "list", "-d", "--dumpjson"))
    theirs = {uuid: entry for each in found[GPU] for uuid, entry in each.items()}
    ours = {v["Uuid"]: v for v in root.of(VGPU).values() if v["Defined"]}
    assert set(theirs) == set(ours) and len(ours) == 4
    for uuid, entry in theirs.items():
        assert entry["mdev_type"] == ours[uuid]["Type"]
        assert entry["start"] == ("auto" if ours[uuid]["Start"] == "boot" else "manual")
        assert entry["attrs"] == (FOREIGN["attrs"] if uuid == UUID else [])


def test_mdevctl_changes_what_we_wrote(bed, alice):
    """modify and undefine by mdevctl of a definition of ours; define for us to see."""
    alice.create(SMALL, uuid=UUID, define=True, activate=False)
    mdevctl(bed.host, "modify", "-u", UUID, "-p", GPU, "--auto", "--addattr=x", "--value=1")
    callers.eventually(lambda: alice.get(PATH, VGPU, "Start") == "boot")
    alice.vgpu(PATH, "SetStart", "manual")
    assert bed.host.definition(UUID)["attrs"] == [{"x": "1"}]
    (found,) = json.loads(mdevctl(bed.host, "list", "-d", "--dumpjson"))
    assert found[GPU][0][UUID]["start"] == "manual"
    mdevctl(bed.host, "undefine", "-u", UUID, "-p", GPU)
    alice.heard("InterfacesRemoved", PATH)
    mdevctl(bed.host, "define", "-u", OTHER, "-p", GPU, "-t", SMALL)
    alice.heard("InterfacesAdded", callers.vgpu_path(OTHER))
