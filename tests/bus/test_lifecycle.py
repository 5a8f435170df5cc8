# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vGPU's life, as its owner sees it and as the kernel and mdevctl do."""

import pytest

import callers
from callers import VGPU, BusError

UUID = "cb33ec6d-ad44-4702-b80f-c176f56afea1"
PATH = callers.vgpu_path(UUID)
SMALL = "i915-GVTg_V5_8"
LARGE = "i915-GVTg_V5_2"


def rooms(user):
    return {t["Id"][-1]: t["AvailableInstances"] for t in user.of(callers.TYPE).values()}


def shown(user, path=PATH):
    return user.get_all(path, VGPU)


def test_create(alice, host):
    assert alice.create(SMALL, "0000:00:02.0", uuid=UUID, label="win11") == PATH
    node = host.node(UUID)
    assert shown(alice) == {
        "Uuid": UUID,
        "Gpu": "/org/gvt/Manager/gpus/_30000_3a00_3a02_2e0",
        "Type": SMALL,
        "Label": "win11",
        "Active": True,
        "Defined": False,
        "Start": "",
        "OwnerUid": 4001,
        "Domain": "",
        "DeviceNode": f"/dev/vfio/{node.name}",
        "State": "active",
        "Failure": "",
    }
    assert host.devices() == {UUID}
    assert host.writes() == (1, 0, 0)
    assert host.definition(UUID) is None


def test_access_to_exactly_the_node(alice, bob, host):
    """The owner may open her vGPU's node; nobody else, and no other node."""
    mine, other = alice.create(uuid=UUID), bob.create()
    bobs = bob.get(other, VGPU, "Uuid")
    assert mine == PATH
    assert host.acl(UUID) == {"alice": "rw-"}
    assert host.acl(bobs) == {"bob": "rw-"}
    nodes = sorted(host.node(uuid) for uuid in host.devices())
    for user, own in (("alice", host.node(UUID)), ("bob", host.node(bobs))):
        script = "for n; do [ -r $n ] && [ -w $n ] && echo $n; done; true"
        may = callers.run_as(user, "sh", "-c", script, "sh", *nodes).stdout.split()
        assert may == [str(own)]
    status = (host.dir / "dev/vfio/vfio").stat()
    assert status.st_mode & 0o777 == 0o666, "the container node stays as the kernel made it"


def test_random_uuid(alice, host):
    paths = {alice.create() for _ in range(4)}
    assert {callers.vgpu_path(uuid) for uuid in host.devices()} == paths and len(paths) == 4


def test_upper_case_uuid(alice, host):
    assert alice.create(uuid=UUID.upper()) == PATH
    assert host.devices() == {UUID}
    assert alice.call(callers.ROOT, callers.MANAGER, "GetVgpu", "(s)", UUID.upper()) == PATH


def test_all_types_share_one_pool(bed, alice):
    assert rooms(alice) == {"8": 6, "4": 3, "2": 1}
    path = alice.create(LARGE)
    callers.eventually(lambda: rooms(alice) == {"8": 2, "4": 1, "2": 0})
    alice.vgpu(path, "Remove")
    callers.eventually(lambda: rooms(alice) == {"8": 6, "4": 3, "2": 1})


def test_no_capacity(alice, host):
    alice.create(LARGE)
    before = host.devices()
    for gpu in ("", "0000:00:02.0"):
        with pytest.raises(BusError) as refused:
            alice.create(LARGE, gpu)
        assert refused.value.name == "NoCapacity"
        assert LARGE in refused.value.message
    assert host.devices() == before


def test_the_gpu_with_most_room(make_bed, root):
    """Without a GPU named; and a boot VGA only when no other has room."""
    bed = make_bed(
        "--parent", "0000:00:02.0,boot_vga=1,aperture=1024",
        "--parent", "0000:03:00.0,aperture=256",
        "--parent", "0000:04:00.0,aperture=512",
    )  # fmt: skip
    names = {path: gpu["Name"] for path, gpu in root.of(callers.GPU).items()}
    chosen = [names[root.get(root.create(SMALL), VGPU, "Gpu")] for _ in range(9)]
    assert chosen[:4] == ["0000:04:00.0"] * 4, "6 of room against 2"
    assert sorted(chosen[:8]) == ["0000:03:00.0"] * 2 + ["0000:04:00.0"] * 6
    assert chosen[8] == "0000:00:02.0"
    assert len(bed.host.devices()) == 9


def test_uuid_taken(alice, bob, host):
    alice.create(uuid=UUID)
    host.create(SMALL, "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e")
    for user in (alice, bob):
        for uuid in (UUID, UUID.upper(), "6d8f9c1e-4d7e-4a4b-8a3e-1f2a3b4c5d6e"):
            with pytest.raises(BusError) as refused:
                user.create(uuid=uuid)
            assert refused.value.name == "AlreadyExists"
            assert uuid.lower() in refused.value.message
    assert len(host.devices()) == 2


def test_labels_are_per_owner(bed, alice, bob):
    alice.create(label="win11")
    bob.create(label="win11")
    with pytest.raises(BusError) as refused:
        alice.create(label="win11")
    assert refused.value.name == "AlreadyExists"
    second = alice.create()
    with pytest.raises(BusError) as refused:
        alice.vgpu(second, "SetLabel", "win11")
    assert refused.value.name == "AlreadyExists"
    alice.vgpu(second, "SetLabel", "linux")
    alice.heard("PropertiesChanged", second, lambda v: v[1].get("Label") == "linux")
    alice.vgpu(second, "SetLabel", "")
    assert alice.get(second, VGPU, "Label") == ""


def test_define_stop_start_undefine(alice, host):
    alice.create(uuid=UUID)
    alice.vgpu(PATH, "Define")
    assert host.definition(UUID) == {"mdev_type": SMALL, "start": "manual", "attrs": []}
    assert host.definition_file(UUID).stat().st_mode & 0o777 == 0o644
    assert (shown(alice)["Defined"], shown(alice)["Start"]) == (True, "manual")

    alice.vgpu(PATH, "Stop")
    assert not host.devices()
    now = shown(alice)
    assert (now["Active"], now["State"], now["DeviceNode"]) == (False, "inactive", "")
    assert now["Defined"] and now["OwnerUid"] == 4001

    alice.vgpu(PATH, "Start")
    assert host.devices() == {UUID} and host.acl(UUID) == {"alice": "rw-"}
    assert shown(alice)["State"] == "active"

    alice.vgpu(PATH, "Undefine")
    assert host.definition(UUID) is None and host.devices() == {UUID}
    assert (shown(alice)["Defined"], shown(alice)["Start"]) == (False, "")

    alice.vgpu(PATH, "Stop")
    alice.heard("InterfacesRemoved", PATH)
    assert not host.devices() and not alice.of(VGPU)


def test_define_at_creation(alice, host):
    alice.create(uuid=UUID, define=True)
    assert host.definition(UUID)["start"] == "manual" and host.devices() == {UUID}
    alice.vgpu(PATH, "Remove")
    assert host.definition(UUID) is None and not host.devices() and not alice.of(VGPU)


def test_definition_only(alice, host):
    alice.create(uuid=UUID, define=True, activate=False, start="domain", label="win11")
    assert not host.devices() and host.writes() == (0, 0, 0)
    assert host.definition(UUID) == {"mdev_type": SMALL, "start": "manual", "attrs": []}
    assert shown(alice)["Start"] == "domain" and shown(alice)["State"] == "inactive"
    alice.vgpu(PATH, "Start")
    assert host.devices() == {UUID}


def test_start_domain_implies_a_definition(alice, host):
    alice.create(uuid=UUID, start="domain")
    assert shown(alice)["Defined"] and shown(alice)["Start"] == "domain"
    assert host.definition(UUID)["start"] == "manual", "mdevctl must not start it at boot"


def test_set_start(alice, host):
    alice.create(uuid=UUID)
    alice.vgpu(PATH, "SetStart", "domain")
    assert shown(alice)["Start"] == "domain" and shown(alice)["Defined"]
    alice.vgpu(PATH, "SetStart", "manual")
    assert shown(alice)["Start"] == "manual"
    assert host.definition(UUID)["start"] == "manual"


def test_boot_is_an_administrators(root, host):
    root.create(uuid=UUID, start="boot")
    assert host.definition(UUID) == {"mdev_type": SMALL, "start": "auto", "attrs": []}
    assert shown(root)["Start"] == "boot"


def test_what_is_so_already_changes_nothing(alice, bed):
    alice.create(uuid=UUID, define=True)
    before = bed.untouched()
    alice.vgpu(PATH, "Start")
    alice.vgpu(PATH, "Define")
    assert bed.untouched() == before
    alice.vgpu(PATH, "Stop")
    before = bed.untouched()
    alice.vgpu(PATH, "Stop")
    assert bed.untouched() == before
    alice.vgpu(PATH, "Start")
    alice.vgpu(PATH, "Undefine")
    before = bed.untouched()
    alice.vgpu(PATH, "Undefine")
    assert bed.untouched() == before


def test_gone_is_not_found(bed, alice):
    path = alice.create(uuid=UUID)
    alice.vgpu(path, "Remove")
    with pytest.raises(BusError) as refused:
        alice.call(callers.ROOT, callers.MANAGER, "GetVgpu", "(s)", UUID)
    assert refused.value.name == "NotFound" and UUID in refused.value.message
    with pytest.raises(BusError):
        alice.vgpu(path, "Remove")
    assert alice.create(uuid=UUID) == path, "the UUID is free again"


def test_definition_whose_type_is_gone(bed, alice):
    """Start says what is missing; the definition stays."""
    path = alice.create("i915-GVTg_V5_2", uuid=UUID, define=True, activate=False)
    definition = bed.host.definition_file(UUID)
    definition.write_text(definition.read_text().replace("V5_2", "V5_1"))
    bed.restart()
    with pytest.raises(BusError) as refused:
        alice.vgpu(path, "Start")
    assert refused.value.name == "NotFound" and "i915-GVTg_V5_1" in refused.value.message
    assert bed.host.definition(UUID)["mdev_type"] == "i915-GVTg_V5_1"


def test_restart_of_the_service_forgets_nothing(bed, alice, bob):
    alice.create(uuid=UUID, label="win11", start="domain")
    other = bob.create()
    before = {path: shown(alice, path) for path in (PATH, other)}
    writes = bed.host.writes()
    bed.restart()
    assert {path: shown(alice, path) for path in (PATH, other)} == before
    assert bed.host.writes() == writes, "restarting touches no vGPU"
    assert bed.host.acl(UUID) == {"alice": "rw-"}
    alice.vgpu(PATH, "Remove")
    bob.vgpu(other, "Remove")
    assert not bed.host.devices()


def test_killed_service_forgets_nothing(bed, alice):
    alice.create(uuid=UUID, label="win11", define=True)
    before = shown(alice)
    bed.service.kill()
    bed.start()
    assert shown(alice) == before


def test_adopt(bed, root, alice, bob, host):
    """What a shell made is root's until an administrator gives it to somebody."""
    host.create(SMALL, UUID)
    root.heard("InterfacesAdded", PATH)
    assert shown(alice)["OwnerUid"] == 0
    root.vgpu(PATH, "Adopt", 4001)
    assert shown(alice)["OwnerUid"] == 4001 and host.acl(UUID) == {"alice": "rw-"}
    root.vgpu(PATH, "Adopt", 4002)
    assert shown(alice)["OwnerUid"] == 4002 and host.acl(UUID) == {"bob": "rw-"}
    bob.vgpu(PATH, "Remove")
    assert not host.devices()


def test_large_uid(big, host):
    """uids above INT_MAX are uids like any other (CVE-2018-19788)."""
    path = big.create(uuid=UUID, define=True)
    assert shown(big)["OwnerUid"] == 4000000000
    assert host.acl(UUID) == {"big": "rw-"}
    for method in ("Stop", "Start", "Remove"):
        big.vgpu(path, method)
    assert not host.devices()
